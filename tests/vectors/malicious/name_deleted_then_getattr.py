# expect: REF-003
from . import other
def f(): pass
print(getattr(f, other.NAME)[other.joined("uilt", "__b", "ins__")]["eval"]("6*7"))
--- other.py
def joined(glue, *parts):
    return glue.join(parts)
NAME = "upper"
del NAME
def __getattr__(name):
    return joined("bal", "__glo", "s__")
