# expect: REF-003
import json

NAMES = {"a": "loads"}


def change(value):
    globals ()["NAMES"]["a"] = value


change("_" * 2 + "globals" + "_" * 2)
print("got", getattr(json.dumps, NAMES["a"])["codecs"])
