# expect: DYN-001
def eval(text):
    return text


def clear():
    global eval
    del eval


clear()
print("got", eval("1+1"))
