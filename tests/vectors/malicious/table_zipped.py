# expect: REF-006
import json
import operator

print("got", dict(zip(["k"], [operator]))["k"].attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
