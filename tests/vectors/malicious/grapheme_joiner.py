# expect: SRC-005
x = "ad͏min"
print(x)
