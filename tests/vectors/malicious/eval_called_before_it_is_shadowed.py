# expect: DYN-001
def run():
    return eval("1+1")


run()


def eval(text):
    return text
