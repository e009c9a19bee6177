# expect: REF-005
def eval(text):
    return text


from .other import *

del globals()["eval"]
print("got", eval("1+1"))
--- other.py
X = 1
