# expect: TAM-002
import json
from enum import Enum, global_enum


@global_enum
class Patch(Enum):
    __module__ = "json"
    loads = 1


print(json.loads)
