# expect: IMP-001
from os import __dict__ as names

names["system"]("id")
