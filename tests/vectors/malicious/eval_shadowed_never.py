# expect: DYN-001
if not __name__:
    eval = None
eval("1+1")
