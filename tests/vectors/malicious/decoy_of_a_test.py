# expect: IMP-001
from .tests import hidden
--- tests.hidden.py
X = 1
--- tests/hidden.py
import os

print("got", os.system("true"))
