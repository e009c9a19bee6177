# expect: REF-003
from . import consts
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
consts.KEY = joined("bal", "__glo", "s__").encode()
print(consts.look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
--- consts.py
KEY = b"upper"
def look(x):
    return getattr(x, KEY.decode())
