# expect: SRC-008
ｅｘ = 1
print(ex)
