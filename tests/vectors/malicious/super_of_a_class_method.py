# expect: REF-001
def joined(glue, *parts):
    return glue.join(parts)
class Own:
    @classmethod
    def take(cls, value, name):
        return super().__getattribute__(value, name)
def f(): pass
print(Own.take(f, joined("bal", "__glo", "s__"))[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
