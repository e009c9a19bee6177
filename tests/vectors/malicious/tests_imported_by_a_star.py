# expect: IMP-001
from .tests import *
--- tests/__init__.py
__all__ = ["hidden"]
--- tests/hidden.py
import os

print("got", os.system("true"))
