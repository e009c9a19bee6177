# expect: REF-001
def a():
    pass


def b():
    pass


a.__code__ = b.__code__
