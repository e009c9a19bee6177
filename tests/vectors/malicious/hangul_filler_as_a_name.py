# expect: SRC-005
def f(a, ㅤ=None):
    return a
