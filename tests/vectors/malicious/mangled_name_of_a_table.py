# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
_Reader__NAMES = ["upper"]
class Reader:
    def put(self, name):
        __NAMES[0] = name
Reader().put(joined("bal", "__glo", "s__"))
def f(): pass
print(getattr(f, _Reader__NAMES[0])[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
