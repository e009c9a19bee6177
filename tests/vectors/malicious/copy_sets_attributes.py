# expect: REF-001
import copy
import json


class Trick:
    def __reduce_ex__(self, protocol):
        return (lambda: json.JSONEncoder), (), (None, {"default": print})


copy.copy(Trick())
print("got", json.JSONEncoder.default)
