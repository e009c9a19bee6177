# expect: SRC-008
ſystem = 1
print(system)
