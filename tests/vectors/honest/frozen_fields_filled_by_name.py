# expect: none
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Point:
    x: int
    y: int

    def __post_init__(self):
        for field in fields(self):
            object.__setattr__(self, field.name, int(getattr(self, field.name)))
