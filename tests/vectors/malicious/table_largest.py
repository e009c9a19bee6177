# expect: REF-006
import json
import operator

print("got", max([operator], key=id).attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
