# expect: REF-001
import json


class Reader:
    def read(self):
        return super(type(self), self).__getattribute__("_" * 2 + "globals" + "_" * 2)


print("got", Reader.read(json.dumps)["codecs"])
