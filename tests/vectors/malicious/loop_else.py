# expect: DYN-001
for eval in ():
    pass
print("got", eval("1+1"))
