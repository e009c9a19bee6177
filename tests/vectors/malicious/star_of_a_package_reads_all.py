# expect: REF-007
from .parts import *

print("got", inner.os.system("true"))
--- parts/__init__.py
__all__ = ["inner"]
--- parts/inner.py
import os
