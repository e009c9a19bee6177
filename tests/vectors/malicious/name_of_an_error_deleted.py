# expect: DYN-001
eval = None
try:
    1 / 0
except ZeroDivisionError as eval:
    pass
print("got", eval("1+1"))
