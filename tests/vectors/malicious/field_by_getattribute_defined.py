# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
class Reader:
    NAME = "upper"
    def __getattribute__(self, name):
        return joined("bal", "__glo", "s__") if name == "NAME" else super().__getattribute__(name)
    def look(self, x):
        return getattr(x, self.NAME)
def f(): pass
print(Reader().look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
