# expect: REF-003
import json
import operator

name = dir(json.dumps)
print("got", operator.attrgetter(*[each for each in name if each[2:5] == "glo"])(json.dumps)["codecs"])
