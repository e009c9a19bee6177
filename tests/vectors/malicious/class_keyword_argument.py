# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Base:
    NAME = "upper"
    def __init_subclass__(cls, name="upper"):
        cls.NAME = name
    def look(self, x): return getattr(x, self.NAME)
class Box(Base, name=joined("bal", "__glo", "s__")): pass
print(Box().look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
