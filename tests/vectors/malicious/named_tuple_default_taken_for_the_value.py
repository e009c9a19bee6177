# expect: REF-003
import json
from typing import NamedTuple


class Choice(NamedTuple):
    name: str = "loads"


def read(choice):
    return getattr(json.dumps, choice.name)


print("got", read(Choice("_" * 2 + "globals" + "_" * 2))["codecs"])
