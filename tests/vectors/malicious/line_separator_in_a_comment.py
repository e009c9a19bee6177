# expect: SRC-005
# nothing to see x = 1
print(1)
