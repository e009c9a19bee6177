# expect: SRC-008
cօunt = 1
print(1)
