# expect: IMP-001
def run(flags):
    import os as tool

    for flag in flags:
        tool = first if flag else second
    second = tool
    first = tool
    return second.system("true")


print("got", run([]))
