# expect: REF-003
def joined(glue, *parts):
    return glue.join(parts)
def f(): pass
f.upper = 1
for name in (names := ["upper"]):
    if len(names) < 2:
        names.append(joined("bal", "__glo", "s__"))
    found = getattr(f, name)
print(found[joined("uilt", "__b", "ins__")]["eval"]("6*7"))
