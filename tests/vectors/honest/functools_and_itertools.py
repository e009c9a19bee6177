# expect: none
import functools
import itertools
import operator


@functools.lru_cache(maxsize=None)
def total(*values):
    return functools.reduce(operator.add, itertools.chain(values), 0)


print(total.__name__, total.cache_info())
