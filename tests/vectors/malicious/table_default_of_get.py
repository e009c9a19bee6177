# expect: REF-003
import json

NAMES = {"a": "loads"}


def read(other):
    return getattr(json.dumps, NAMES.get("b", other))


print("got", read("_" * 2 + "globals" + "_" * 2)["codecs"])
