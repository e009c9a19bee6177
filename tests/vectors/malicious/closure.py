# expect: REF-001
def outer():
    x = 1
    return lambda: x


outer().__closure__[0].cell_contents
