# expect: SRC-008
сору = 1
copy = 2
print(copy)
