# expect: DYN-001
from . import handler as me


def eval(text):
    return text


del me.eval
print("got", eval("1+1"))
