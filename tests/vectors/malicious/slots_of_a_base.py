# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Box:
    __slots__ = ("NAME",)
    def __init__(self):
        self.NAME = "upper"
    def look(self, x): return getattr(x, self.NAME)
box = Box()
Box.NAME.__set__(box, joined("bal", "__glo", "s__"))
print(box.look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
