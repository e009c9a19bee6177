# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
__KEY = b"upper"
_Reader__KEY = joined("bal", "__glo", "s__").encode()
class Reader:
    def look(self, x):
        return getattr(x, __KEY.decode())
def f(): pass
print(Reader().look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
