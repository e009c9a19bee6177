# expect: REF-003
import types
def joined(glue, *parts):
    return glue.join(parts)
class Reader(types.SimpleNamespace):
    NAME = "upper"
    def look(self, x):
        return getattr(x, self.NAME)
def f(): pass
print(Reader(NAME=joined("bal", "__glo", "s__")).look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
