# expect: REF-006
import json
import operator

for pair in enumerate([operator]):
    print("got", pair[1].attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
