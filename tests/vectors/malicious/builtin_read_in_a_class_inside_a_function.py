# expect: DYN-001
def run(eval=None):
    class Inner:
        found = eval("1+1")
        eval = None

    return Inner.found


print("got", run())
