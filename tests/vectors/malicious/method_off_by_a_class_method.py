# expect: REF-003
import types
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Box:
    NAME = "upper"
    def look(self, x): return getattr(x, self.NAME)
    @classmethod
    def go(cls, other, x): return cls.look(other, x)
print(Box.go(types.SimpleNamespace(NAME=joined("bal", "__glo", "s__")), f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
