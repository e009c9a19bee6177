# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
class Reader(ImportError):
    def never(self):
        self.name = "upper"
    def look(self, x):
        return getattr(x, self.name)
def f(): pass
print(Reader(name=joined("bal", "__glo", "s__")).look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
