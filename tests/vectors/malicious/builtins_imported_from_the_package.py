# expect: REF-001
from . import __builtins__ as names

print("got", names["eval"]("1+1"))
