# expect: none
def same(a, b):
    return type(a) == type(b) and isinstance(a, type)
