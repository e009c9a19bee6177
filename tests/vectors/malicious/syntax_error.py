# expect: SRC-006
def broken(:
