# expect: none
import weakref
from functools import cached_property, partialmethod, singledispatch, singledispatchmethod, total_ordering


@singledispatch
def show(value):
    return str(value)


@show.register
def _(value: int) -> str:
    return hex(value)


@total_ordering
class Rows:
    def __lt__(self, other):
        return False

    def __eq__(self, other):
        return True

    @cached_property
    def size(self):
        return 1

    @singledispatchmethod
    def add(self, value):
        return value

    add_one = partialmethod(add, 1)


weakref.finalize(Rows(), print)
