# expect: DYN-001
from .other import early


def run():
    return eval("1+1")


def other(x=-early):
    return x


def eval(text):
    return text
--- other.py
class Early:
    def __neg__(self):
        from . import handler

        print("got", handler.run())


early = Early()
