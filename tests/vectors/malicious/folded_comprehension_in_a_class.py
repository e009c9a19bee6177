# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
NAME = joined("bal", "__glo", "s__")
def f(): pass
class Reader:
    NAME = "upper"
    found = getattr(f, "".join([NAME for each in "a"]))
print(Reader.found[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
