# expect: DYN-004
from functools import singledispatch


@singledispatch
def run(value):
    return value


@run.register
def _(value: "pri" + "nt('got') or int"):
    return value
