# expect: none
def run(eval, exec):
    return eval(exec)
