"""JSON into what annotations say."""

from __future__ import annotations

import collections.abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict

import pytest

from skillpod.sandbox.guest.arguments import Converter, is_idle


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Corner(Enum):
    ORIGIN = (0, 0)


@dataclass
class Point:
    x: int
    y: float = 0.0
    tags: set[str] = field(default_factory=set)


@dataclass
class Circle:
    centre: Point
    radius: float


@dataclass
class Named:
    name: str


@dataclass
class Numbered:
    name: int


@dataclass
class Tree:
    value: int
    children: list[Tree] = field(default_factory=list)


@dataclass
class Picky:
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("below zero")


class Address(TypedDict):
    street: str
    place: NotRequired[Point]


Identifier = NewType("Identifier", int)

CASES: list[tuple[Any, Any, Any]] = [
    (str, "a", "a"),
    (bool, True, True),
    (Any, [1], [1]),
    (None, None, None),
    (int, 1.0, 1),
    (float, 2, 2.0),
    (Identifier, 3.0, 3),
    (Annotated[float, "metres"], 2, 2.0),
    (Colour, "red", Colour.RED),
    (Level, 2, Level.HIGH),
    (Corner, [0, 0], Corner.ORIGIN),
    (Literal["a", 1], 1, 1),
    (list[int], [1, 2.0], [1, 2]),
    (list, [1], [1]),
    (collections.abc.Sequence[Colour], ["red"], [Colour.RED]),
    (set[str], ["b", "a"], {"a", "b"}),
    (frozenset[int], [1, 2], frozenset({1, 2})),
    (tuple[int, str], [1, "a"], (1, "a")),
    (tuple[int, ...], [1, 2, 3], (1, 2, 3)),
    (tuple, [1, "a"], (1, "a")),
    (tuple[()], [], ()),
    (dict[str, Point], {"a": {"x": 1}}, {"a": Point(1)}),
    (dict[Colour, int], {"red": 1}, {Colour.RED: 1}),
    (dict[str, list[set[int]]], {"a": [[1]]}, {"a": [{1}]}),
    (Point, {"x": 1, "tags": ["a"]}, Point(1, 0.0, {"a"})),
    (Circle, {"centre": {"x": 1}, "radius": 2}, Circle(Point(1), 2.0)),
    (Tree, {"value": 1, "children": [{"value": 2}]}, Tree(1, [Tree(2)])),
    (Address, {"street": "s", "place": {"x": 1}}, {"street": "s", "place": Point(1)}),
    (Point | None, None, None),
    (Point | None, {"x": 1}, Point(1)),
    (str | Point, "x", "x"),
    (str | Colour, "red", "red"),
    (Named | Numbered, {"name": "a"}, Named("a")),
    (Named | Numbered, {"name": 1}, Numbered(1)),
    (Numbered | Named, {"name": "a"}, Named("a")),
    (float | int, 1, 1),
    (list[Point] | dict[str, Point], {"a": {"x": 1}}, {"a": Point(1)}),
    (list[Point | None], [{"x": 1}, None], [Point(1), None]),
]


@pytest.mark.parametrize(("hint", "given", "expected"), CASES, ids=[str(case[0]) for case in CASES])
def test_json_becomes_what_the_annotation_says(hint: Any, given: Any, expected: Any) -> None:
    converted = Converter().convert(hint, given)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("hint", "given"),
    [
        (Colour, "green"),
        (Point, {"y": 1}),
        (Point, {"x": 1, "z": 2}),
        (set[Any], [[1]]),
        (tuple[int, int], [1]),
        (list[int], "abc"),
        (bytes, "a"),
    ],
)
def test_what_does_not_fit_is_passed_on_as_it_is(hint: Any, given: Any) -> None:
    assert Converter().convert(hint, given) == given


def test_what_a_dataclass_raises_of_itself_is_the_tools_failure() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Converter().convert(list[Picky], [{"number": -1}])


def test_text_and_truth_need_no_conversion() -> None:
    idle = (str, bool, str | None, Annotated[str, "x"], Any, list[dict[str, Any]], Sequence[str], Mapping[str, list[str]])
    assert all(map(is_idle, idle))
    busy = (int, list[int], dict[str, Point], dict[Colour, str], tuple[str, ...], set[str], Point, float | None, list[str | int])
    assert not any(map(is_idle, busy))


def test_a_hint_that_may_hold_itself_is_not_followed_for_ever() -> None:
    hint: Any = str
    for _ in range(100):
        hint = list[hint]
    assert not is_idle(hint)
