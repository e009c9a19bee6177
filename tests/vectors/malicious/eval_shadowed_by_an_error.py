# expect: DYN-001
try:
    raise ValueError
except ValueError as eval:
    pass
eval("1+1")
