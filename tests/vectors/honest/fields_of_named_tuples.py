# expect: none
from collections import namedtuple
from typing import NamedTuple

Pair = namedtuple("Pair", "left right")


class Row(NamedTuple):
    name: str
    size: int


def table(rows):
    return [Row._fields, *(row._asdict() for row in rows), Pair._fields, Pair(1, 2)._replace(left=3)]
