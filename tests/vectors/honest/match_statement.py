# expect: none
import re


def area(shape):
    match shape:
        case {"kind": "circle", "r": r}:
            return r
        case (a, b) | [a, b, _]:
            return a * b
        case re.Pattern(pattern=text):
            return text
        case _:
            return None
