# expect: REF-001
import copy
import json
class Own:
    __reduce_ex__ = lambda self, protocol: (lambda: json.JSONEncoder, (), (None, {"default": lambda self, x: 42}))
copy.copy(Own())
print(json.dumps(object()))
