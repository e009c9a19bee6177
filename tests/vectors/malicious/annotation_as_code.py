# expect: IMP-003
import functools


@functools.singledispatch
def show(value):
    return value


@show.register
def _(value: "__import__('os').system('id')"):
    return value
