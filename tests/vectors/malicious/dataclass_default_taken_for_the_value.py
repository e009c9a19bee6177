# expect: REF-003
import json
from dataclasses import dataclass


@dataclass
class Choice:
    name: str = "loads"


def read(choice: Choice):
    return getattr(json.dumps, choice.name)


print("got", read(Choice("_" * 2 + "globals" + "_" * 2))["codecs"])
