# expect: DYN-001
def run():
    print("got", eval("1+1"))


def other(x: run()):
    return x


def eval(text):
    return text
