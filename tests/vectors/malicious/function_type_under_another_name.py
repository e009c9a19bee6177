# expect: DYN-002
from collections.abc import FunctionType as Make


def make(code):
    return Make(code, {})
