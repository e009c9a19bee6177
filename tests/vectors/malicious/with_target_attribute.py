# expect: REF-003
import contextlib
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Box:
    NAME = "upper"
    def look(self, x): return getattr(x, self.NAME)
box = Box()
with contextlib.nullcontext(joined("bal", "__glo", "s__")) as box.NAME:
    print(box.look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
