# expect: none
from dataclasses import *


@dataclass
class Point:
    x: int = 0
    y: int = field(default=0)


def shown(point):
    return asdict(point), [each.name for each in fields(point)]
