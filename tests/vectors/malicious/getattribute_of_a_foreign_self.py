# expect: REF-001
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
class Box:
    def look(self, name): return self.__getattribute__(name)
print(Box.look(f, joined("bal", "__glo", "s__"))[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
