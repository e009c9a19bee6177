# expect: REF-006
import json
import operator

print("got", [0, operator][1:][0].attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
