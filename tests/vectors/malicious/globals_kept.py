# expect: REF-005
import os

g = globals()
for value in g.values():
    value.system("id")
