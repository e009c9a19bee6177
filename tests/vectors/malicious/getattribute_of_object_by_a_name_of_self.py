# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
def take(self, name):
    return object.__getattribute__(self, name)
def f(): pass
print(take(f, joined("bal", "__glo", "s__"))[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
