# expect: REF-003
import copy
def joined(glue, *parts):
    return glue.join(parts)
class Reader:
    NAME = "upper"
    def __getstate__(self):
        return {"NAME": joined("bal", "__glo", "s__")}
    def look(self, x):
        return getattr(x, self.NAME)
def f(): pass
print(copy.copy(Reader()).look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
