# expect: REF-003
import json


def read(value, names):
    return getattr(value, (*names, "loads")[1])


print("got", read(json.dumps, ["x", "_" * 2 + "globals" + "_" * 2])["codecs"])
