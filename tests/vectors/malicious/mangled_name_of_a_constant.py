# expect: REF-001
import json

__NAME = "loads"
_Reader__NAME = "_" * 2 + "globals" + "_" * 2


class Reader:
    def read(self, value):
        return getattr(value, __NAME)


print("got", Reader().read(json.dumps)["codecs"])
