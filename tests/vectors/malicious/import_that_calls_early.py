# expect: DYN-001
def run():
    print("got", eval("1+1"))


from . import other


def eval(text):
    return text
--- other.py
from . import handler

handler.run()
