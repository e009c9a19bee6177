# expect: SRC-003
x = 1
print(x)
