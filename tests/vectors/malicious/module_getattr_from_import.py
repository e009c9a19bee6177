# expect: REF-003
from .other import NAME, joined
def f(): pass
print(getattr(f, NAME)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
--- other.py
def joined(glue, *parts):
    return glue.join(parts)
if 0:
    NAME = "upper"
def __getattr__(name):
    if name == "NAME":
        return joined("bal", "__glo", "s__")
    raise AttributeError(name)
