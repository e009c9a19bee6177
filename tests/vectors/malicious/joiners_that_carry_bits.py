# expect: SRC-005
x = "न‍‌‍‌‍क"
print(x)
