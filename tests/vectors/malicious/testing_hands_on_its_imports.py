# expect: REF-001
from skillpod.testing import __builtins__ as names

print("got", names)
