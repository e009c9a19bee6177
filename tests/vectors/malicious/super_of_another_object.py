# expect: REF-001
import json


def take(value, name):
    return super(type(value), value).__getattribute__(name)


print("got", take(json.dumps, "_" * 2 + "globals" + "_" * 2)["codecs"])
