# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
class Reader:
    NAME = "upper"
    def __init__(self, name):
        self.NAME = name
    def look(self, x):
        return getattr(x, self.NAME)
def f(): pass
print(Reader(joined("bal", "__glo", "s__")).look(f)[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
