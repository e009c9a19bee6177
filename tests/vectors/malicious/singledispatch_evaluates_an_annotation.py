# expect: DYN-004
import functools

CODE = "print('got', [].append) or int"


@functools.singledispatch
def run(value):
    return value


@run.register
def _(value: CODE):
    return value
