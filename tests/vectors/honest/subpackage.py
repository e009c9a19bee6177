# expect: none
from .shapes.circle import area
from .shapes import square

print(area(1), square.area(2))
--- shapes/__init__.py
--- shapes/circle.py
from math import pi


def area(r):
    return pi * r * r
--- shapes/square.py
from . import circle


def area(a):
    return a * a
