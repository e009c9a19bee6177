# expect: IMP-001
from test.support import os as m

print("got", m.system("true"))
--- test/__init__.py
X = 1
