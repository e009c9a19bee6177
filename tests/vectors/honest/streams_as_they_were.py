# expect: none
import sys


def width():
    return sys.__stdout__.isatty() if sys.__stdout__ else False
