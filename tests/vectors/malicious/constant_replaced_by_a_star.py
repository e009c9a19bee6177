# expect: REF-003
import json

NAME = "loads"
from .other import *

print("got", getattr(json.dumps, NAME)["codecs"])
--- other.py
NAME = "_" * 2 + "globals" + "_" * 2
