# expect: DYN-001
def calculate(expression: str) -> float:
    return eval(expression)
