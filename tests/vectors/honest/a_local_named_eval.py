# expect: none
def score(cases):
    eval = sum(cases) / len(cases)
    return eval * 2
