# expect: REF-001
from json import __dict__ as names

print("got", names["codecs"])
