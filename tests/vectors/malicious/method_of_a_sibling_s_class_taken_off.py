# expect: REF-003
import functools

from . import other


def plain(x):
    return x


other.Setter.put(plain, "_" * 2 + "doc" + "_" * 2, "got")
print(plain.__doc__)
--- other.py
class Setter:
    def put(self, name, value):
        setattr(self, name, value)
