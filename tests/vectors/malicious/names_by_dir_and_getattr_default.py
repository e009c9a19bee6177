# expect: REF-003
import json


def pick(value, test):
    return [getattr(value, name, None) for name in dir(value) if test(name)]


print("got", pick(json.dumps, lambda name: name[2:5] == "glo")[0]["codecs"])
