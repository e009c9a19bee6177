# expect: REF-005
import json

from . import other

setattr(other, "NAME", "_" * 2 + "globals" + "_" * 2)
print("got", getattr(json.dumps, other.NAME)["codecs"])
--- other.py
NAME = "loads"
