# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
NAMES = ["upper"]
class Catcher:
    def __instancecheck__(self, other):
        other[0] = joined("bal", "__glo", "s__")
        return True
isinstance(NAMES, Catcher())
def f(): pass
print(getattr(f, NAMES[0])[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
