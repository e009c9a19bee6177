# expect: REF-001
import abc
import json
import types


class Reading(abc.ABC):
    __match_args__ = ("_" * 2 + "globals" + "_" * 2,)


Reading.register(types.FunctionType)
match json.dumps:
    case Reading(names):
        print("got", names["codecs"])
