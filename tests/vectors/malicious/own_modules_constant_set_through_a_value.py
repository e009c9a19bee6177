# expect: REF-003
from . import consts
from .consts import look
def joined(glue, *parts):
    return glue.join(parts)
def put(place, value):
    setattr(place, "NAME", value)
def f(): pass
put(consts, joined("bal", "__glo", "s__"))
print(look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
--- consts.py
NAME = "upper"
def look(x):
    return getattr(x, NAME)
