# expect: REF-003
NAME = "upper"
from .other import *
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
print(getattr(f, NAME)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
--- other.py
def joined(glue, *parts):
    return glue.join(parts)
__all__ = ["NAME"]
def __getattr__(name):
    if name == "NAME":
        return joined("bal", "__glo", "s__")
    raise AttributeError(name)
