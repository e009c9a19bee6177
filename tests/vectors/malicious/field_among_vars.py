# expect: REF-006
import json
import operator


class Tool:
    def __init__(self):
        self.op = operator

    def run(self):
        for found in vars(self).values():
            print("got", found.attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])


Tool().run()
