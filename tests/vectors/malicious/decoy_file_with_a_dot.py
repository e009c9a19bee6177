# expect: IMP-001
from .a.b import m

print("got", m.system("true"))
--- a.b.py
m = None
--- a/b.py
import os as m
