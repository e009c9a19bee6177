# expect: REF-003
def f(): pass
class Box:
    NAME = "upper"
    from .other import NAME, joined
    def look(self, x): return getattr(x, self.NAME)
print(Box().look(f)[Box.joined("uilt", "__b", "ins__")]["eval"]("6*7"))
--- other.py
def joined(glue, *parts):
    return glue.join(parts)
NAME = joined("bal", "__glo", "s__")
