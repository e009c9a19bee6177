# expect: none
from .constants import *


def area(radius):
    return PI * radius * radius if radius < LIMIT else None
--- constants.py
PI = 3.14
LIMIT = 100
