# expect: REF-003
from . import consts
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
getattr(consts, "NAMES")[0] = joined("bal", "__glo", "s__")
print(consts.look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
--- consts.py
NAMES = ["upper"]
def look(x):
    return getattr(x, NAMES[0])
