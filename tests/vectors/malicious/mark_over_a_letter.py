# expect: SRC-008
a̲b = 1
ab = 2
print(ab)
