# expect: DYN-001
from .other import tool


@tool
def run():
    return eval("1+1")


def eval(text):
    return text
--- other.py
def tool(function):
    print("got", function())
    return function
