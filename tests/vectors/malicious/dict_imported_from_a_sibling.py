# expect: REF-001
from .other import __dict__ as names

print("got", names["json"])
--- other.py
import json

X = json
