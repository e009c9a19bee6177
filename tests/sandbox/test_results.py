"""What tools return, into JSON."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Annotated, Any, TypedDict

import pytest

from skillpod.sandbox.guest.content import returned
from skillpod.sandbox.guest.results import ResultInvalid, encode
from skillpod.sandbox.wire import VALUE_DEPTH
from skillpod.sdk import Audio, Content, File, Image


class Colour(Enum):
    RED = "red"
    PAIR = (1, 2)


class Level(IntEnum):
    LOW = 1


@dataclass
class Point:
    x: int
    tags: set[str] = field(default_factory=set)
    made: int = field(init=False, default=7)


class Row(TypedDict):
    seen: frozenset[int]


class Loud(str):
    pass


CASES: list[tuple[Any, Any, Any]] = [
    (None, None, None),
    ({"a": [1, 2.5, True, None, "é"]}, Any, {"a": [1, 2.5, True, None, "é"]}),
    ((1, 2), tuple[int, int], [1, 2]),
    (Colour.RED, Colour, "red"),
    (Colour.PAIR, Colour, [1, 2]),
    (Level.LOW, Level, 1),
    (Loud("a"), str, "a"),
    (Point(1, {"b", "a"}), Point, {"x": 1, "tags": ["a", "b"], "made": 7}),
    ([Point(1)], list[Point], [{"x": 1, "tags": [], "made": 7}]),
    ({3, 1, 2}, set[int], [1, 2, 3]),
    (frozenset({"b", "a"}), frozenset[str], ["a", "b"]),
    ({3, 1}, set[int] | None, [1, 3]),
    ({3, 1}, set, [1, 3]),
    ({1, "a"}, set[int | str], ["a", 1]),
    ({(2, 1), (1, 2)}, set[tuple[int, int]], [[1, 2], [2, 1]]),
    ({"a": {2, 1}}, dict[str, set[int]], {"a": [1, 2]}),
    ([{2, 1}, {3}], Sequence[set[int]], [[1, 2], [3]]),
    (({2, 1}, [1]), tuple[set[int], list[int]], [[1, 2], [1]]),
    ({"seen": frozenset({2, 1})}, Row, {"seen": [1, 2]}),
    ({1: "a", 2: "b"}, dict[int, str], {"1": "a", "2": "b"}),
    ({Colour.RED: 1}, dict[Colour, int], {"red": 1}),
    (OrderedDict(b=1, a=2), Any, {"b": 1, "a": 2}),
]


# Named by what is expected: in which order a set says what is in it differs from process to process, and workers must agree on names.
@pytest.mark.parametrize(("value", "hint", "expected"), CASES, ids=[f"{type(case[0]).__name__} {case[2]!r}"[:40] for case in CASES])
def test_a_result_becomes_json(value: Any, hint: Any, expected: Any) -> None:
    assert json.loads(encode(value, hint)) == expected


def generator() -> Any:
    yield 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({1, 2}, "result: a set has no order"),
        ({"rows": [1, {2}]}, r"result\.rows\[1\]: a set"),
        (math.nan, "result: nan is not JSON"),
        ({"a": [1, math.inf]}, r"result\.a\[1\]: inf is not JSON"),
        ([{"x": Point(math.nan)}], r"result\[0\]\.x\.x: nan"),  # type: ignore[arg-type]  # a skill's mistake
        (b"abc", "result: a bytes is not JSON"),
        ({"a": object()}, r"result\.a: an object is not JSON"),
        (generator(), "result: a generator is not JSON"),
        (Point, "result: a type is not JSON"),
        ({(1, 2): 3}, "result: a key is a tuple"),
        ({True: 3}, "result: a key is a bool"),
        ({1: "a", "1": "b"}, "result: two keys are '1'"),
        ({"a": "\ud800"}, r"result\.a: the text holds half a surrogate pair"),
        ({"\udfff": 1}, "result: the text holds half"),
        (1 + 2j, "result: a complex"),
    ],
)
def test_what_is_not_json_is_refused_saying_what_and_where(value: Any, words: str) -> None:
    with pytest.raises(ResultInvalid, match=words):
        encode(value, Any)


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ResultInvalid, match="nested more than"):
        encode(loop, Any)


def test_nesting_is_allowed_up_to_the_limit() -> None:
    deepest: Any = 1
    for _ in range(VALUE_DEPTH):
        deepest = [deepest]
    assert encode(deepest, Any)
    with pytest.raises(ResultInvalid, match="nested more than"):
        encode([deepest], Any)


# --- content ---------------------------------------------------------------------------------------------------------------------


def resource(uri: str, mime: str, **inside: str) -> dict[str, Any]:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime, **inside}}


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (Image(b"\x00\xff"), Image, [{"type": "image", "data": "AP8=", "mimeType": "image/png"}]),
        (Audio(b"abc", "audio/ogg"), Audio, [{"type": "audio", "data": "YWJj", "mimeType": "audio/ogg"}]),
        (File("a b/c.csv".replace("/", "-"), "x", "text/csv"), File, [resource("result:///a%20b-c.csv", "text/csv", text="x")]),
        (File("ü%.bin", b"", "application/zip"), File, [resource("result:///%C3%BC%25.bin", "application/zip", blob="")]),
        (["see", Image(b"a")], Content, [{"type": "text", "text": "see"}, {"type": "image", "data": "YQ==", "mimeType": "image/png"}]),
        (("see", Loud("it")), tuple[str, Image], [{"type": "text", "text": "see"}, {"type": "text", "text": "it"}]),
        ("only text", str | Image, [{"type": "text", "text": "only text"}]),
        ([], list[Annotated[Image, "a picture"]], []),
    ],
)
def test_content_becomes_blocks(value: Any, hint: Any, expected: Any) -> None:
    assert json.loads(encode(value, returned(hint))) == expected


@pytest.mark.parametrize(
    "hint", [str, list[str], dict[str, Any], Any, None, "unresolved", Row, list[Row], tuple[int, ...], list[list[Image]]]
)
def test_what_says_nothing_of_content_is_not_content(hint: Any) -> None:
    assert returned(hint) is hint


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "result: a NoneType is neither text nor an Image, Audio or File; return an empty list"),
        (["a", {"type": "text"}], r"result\[1\]: a dict is neither"),
        (b"raw", "result: a bytes is neither"),
        ([[Image(b"x")]], r"result\[0\]: a list is neither"),
        (["\ud800"], r"result\[0\]\.text: the text holds half a surrogate pair"),
    ],
)
def test_what_is_no_content_is_refused_saying_what_and_where(value: Any, words: str) -> None:
    with pytest.raises(ResultInvalid, match=words):
        encode(value, Content)


def test_a_picture_where_json_was_announced_is_refused_with_the_way_to_return_it() -> None:
    with pytest.raises(ResultInvalid, match=r"result\.picture: an Image is content; annotate the tool's result as Image or Content"):
        encode({"picture": Image(b"x")}, Any)
