# expect: none
from .marks import tool


@tool
def compile(text: str) -> str:
    """Compile a text."""
    return text.upper()


def run(text):
    return compile(text)
--- marks.py
def tool(function):
    function.marked = True
    return function
