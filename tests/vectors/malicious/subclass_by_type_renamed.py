# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Box:
    NAME = "upper"
    def look(self, x): return getattr(x, self.NAME)
kind = type
print(kind("Sub", (Box,), {"NAME": joined("bal", "__glo", "s__")})().look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
