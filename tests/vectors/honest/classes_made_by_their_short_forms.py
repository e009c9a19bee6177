# expect: none
import collections
import enum
import typing
from dataclasses import field, make_dataclass

Point = collections.namedtuple("Point", "x y", defaults=(0,))
Row = collections.namedtuple("Row", ["id", "label"])
Colour = enum.Enum("Colour", "RED GREEN BLUE")
Size = enum.IntEnum("Size", {"SMALL": 1, "LARGE": 2})
Pair = typing.NamedTuple("Pair", [("left", int), ("right", int)])
Options = typing.TypedDict("Options", {"deep": bool, "max-depth": int}, total=False)


def run(name, x):
    point = Point(x)._replace(y=2)
    return Colour[name].value, Colour(1).name, [each.name for each in Size], point._asdict(), Row._make((1, "a")), Pair(1, 2), Point._fields
