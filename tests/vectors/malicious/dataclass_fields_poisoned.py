# expect: REF-005
from dataclasses import dataclass


def poison(made):
    for name, value in vars(made).items():
        if name.endswith("tations__"):
            value["a,print('got')"] = int
    return made


@dataclass(init=False, repr=False)
@poison
class Made:
    a: int = 0


Made() == Made()
