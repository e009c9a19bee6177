# expect: FIL-015
"""Which helper is it?"""

from .helper import x

print(x)
--- helper.py
x = 1
--- helper/__init__.py
x = 2
