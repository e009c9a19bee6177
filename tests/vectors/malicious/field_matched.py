# expect: REF-006
import json
import operator


class Tool:
    def __init__(self):
        self.op = operator


match Tool():
    case Tool(op=found):
        print("got", found.attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
