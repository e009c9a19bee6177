# expect: none
import math


def apply(name, value):
    return getattr(math, name)(value)
