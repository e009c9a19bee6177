# expect: DYN-001
@(lambda made: eval("1+1"))
class eval:
    pass


print("got", eval)
