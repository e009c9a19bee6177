# expect: REF-001
from .other import __builtins__ as names

print("got", names["eval"]("1+1"))
--- other.py
X = 1
