# expect: none
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    x: int
    y: int

    def __post_init__(self):
        object.__setattr__(self, "x", int(self.x))
