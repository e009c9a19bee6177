# expect: REF-001
import copy
import json


class Choice:
    def __init__(self):
        self.name = "loads"

    def __reduce_ex__(self, protocol):
        return Choice, (), {"name": "_" * 2 + "globals" + "_" * 2}

    def read(self):
        return getattr(json.dumps, self.name)


print("got", copy.copy(Choice()).read()["codecs"])
