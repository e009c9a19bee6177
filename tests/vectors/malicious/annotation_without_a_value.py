# expect: DYN-001
eval: object
print("got", eval("1+1"))
