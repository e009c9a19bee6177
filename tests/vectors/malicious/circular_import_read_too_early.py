# expect: IMP-001
def show():
    return x.sep


import os as x

from . import other
from .other import x
--- other.py
from .handler import x


print("got", x.system("true"))
