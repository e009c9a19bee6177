# expect: DYN-001
from .other import tool


def run():
    return eval("1+1")


@tool(title=run())
def other():
    return 0


def eval(text):
    return text
--- other.py
def tool(title):
    print("got", title)
    return lambda function: function
