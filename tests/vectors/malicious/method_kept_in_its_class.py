# expect: REF-003
import types
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
kept = []
class Box:
    NAME = "upper"
    def look(self, x): return getattr(x, self.NAME)
    kept.append(look)
print(kept[0](types.SimpleNamespace(NAME=joined("bal", "__glo", "s__")), f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
