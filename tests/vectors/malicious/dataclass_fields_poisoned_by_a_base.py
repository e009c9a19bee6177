# expect: REF-005
from dataclasses import dataclass


class Base:
    def __init_subclass__(cls):
        for name, value in vars(cls).items():
            if name.endswith("tations__"):
                value["a,print('got')"] = int


@dataclass(init=False, repr=False)
class Made(Base):
    a: int = 0


Made() == Made()
