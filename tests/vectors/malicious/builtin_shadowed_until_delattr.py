# expect: REF-005
from . import handler as me


def eval(text):
    return text


delattr(me, "eval")
print("got", eval("1+1"))
