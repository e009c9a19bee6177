# expect: DYN-001
class Inner:
    eval = len
    found = [eval("1+1") for _ in (1,)]


print("got", Inner.found)
