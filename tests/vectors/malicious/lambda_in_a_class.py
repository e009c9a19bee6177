# expect: DYN-001
class Inner:
    eval = len
    run = lambda self: eval("1+1")


print("got", Inner().run())
