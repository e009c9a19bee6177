# expect: SRC-008
сору_file = 1
print(сору_file)
