# expect: none
import re

for name, pattern in (("word", re.compile(r"\w+")), ("number", re.compile(r"\d+"))):
    print(name, pattern.match("x"))
