# expect: REF-001
from skillpod import __builtins__ as names

print("got", names)
