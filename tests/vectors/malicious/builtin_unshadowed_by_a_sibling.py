# expect: DYN-001
def eval(text):
    return text


from . import other

print("got", eval("1+1"))
--- other.py
from . import handler

del handler.eval
