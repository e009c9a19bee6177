# expect: SRC-009
x = 1;																														print(x)
