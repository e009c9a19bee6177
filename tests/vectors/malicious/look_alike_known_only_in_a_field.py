# expect: SRC-008
раyment = 1
print(f"{раyment}")
