# expect: REF-001
from json import __builtins__ as names

print("got", names["eval"]("1+1"))
