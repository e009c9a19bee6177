# expect: DYN-001
class Outer:
    eval = None
    del eval
    found = eval("1+1")


print("got", Outer.found)
