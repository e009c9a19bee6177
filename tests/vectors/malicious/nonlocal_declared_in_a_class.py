# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
def outer():
    NAME = "upper"
    class Inner:
        nonlocal NAME
        NAME = joined("bal", "__glo", "s__")
    return getattr(f, NAME)
print(outer()[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
