# expect: TAM-004
class A:
    pass


def change(value):
    value.__class__ = A
