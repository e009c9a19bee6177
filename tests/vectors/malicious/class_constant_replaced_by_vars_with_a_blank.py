# expect: REF-003
import json


class Choice:
    def __init__(self):
        self.name = "loads"

    def change(self, value):
        vars (self)["name"] = value
        return self

    def read(self):
        return getattr(json.dumps, self.name)


print("got", Choice().change("_" * 2 + "globals" + "_" * 2).read()["codecs"])
