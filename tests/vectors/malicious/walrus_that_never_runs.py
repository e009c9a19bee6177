# expect: DYN-001
0 and (eval := None)
print("got", eval("1+1"))
