# expect: DYN-001
eval = None
del eval
eval("1+1")
