# expect: REF-008
import abc
import json
import types


class Reading(abc.ABC):
    __match_args__ = ("__globals__",)


Reading.register(types.FunctionType)
match json.dumps:
    case Reading(names):
        print("got", names["codecs"])
