# expect: DYN-001
eval("1+1")


def eval(text):
    return text
