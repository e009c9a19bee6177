# expect: DYN-001
def run(eval):
    class Inner:
        global eval
        found = eval("1+1")

    return Inner.found


print("got", run(None))
