# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Base:
    @property
    def NAME(self): return joined("bal", "__glo", "s__")
class Box(Base):
    def never(self):
        self.NAME = "upper"
    def look(self, x): return getattr(x, self.NAME)
print(Box().look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
