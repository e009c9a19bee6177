# expect: REF-006
import json
import operator


class Tool:
    def give(self):
        return operator


print("got", Tool().give().attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
