# expect: TAM-002
import enum
import json


@enum.global_enum
class Patch(enum.Enum):
    __module__ = "json"
    loads = 1


print("got", json.loads)
