# expect: SRC-003
if True:
    pass
print("where does this stand?")
