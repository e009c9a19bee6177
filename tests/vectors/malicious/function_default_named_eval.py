# expect: DYN-001
def eval(text, found=eval("1+1")):
    return found


print("got", eval(""))
