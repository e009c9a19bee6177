# expect: DYN-001
for eval in ():
    pass
eval("1+1")
