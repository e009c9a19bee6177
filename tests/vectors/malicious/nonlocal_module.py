# expect: IMP-001
def outer():
    m = None

    def inner():
        nonlocal m
        import os

        m = os

    inner()
    return m.system("id")
