# expect: none
import re

MARKS = re.compile(r"[\w\u0300-\u036F\uFE00-\uFE0F]+")
