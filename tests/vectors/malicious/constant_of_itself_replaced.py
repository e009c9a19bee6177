# expect: REF-003
import json

from . import handler as me

NAME = "loads"
for me.NAME in ["_" * 2 + "globals" + "_" * 2]:
    print("got", getattr(json.dumps, NAME)["codecs"])
