"""chart by plain import: its pictures, read back."""

from __future__ import annotations

import random
import struct
import zlib
from collections import Counter

import pytest

from skillpod import Image
from tests.skills.shipped import module

handler = module("chart")
PAPER, LINE, AXIS, ABOVE, BELOW = range(5)


def pixels(picture: Image) -> list[bytes]:
    """The rows of a picture, one byte a pixel, its checksums checked."""
    assert picture.data.startswith(b"\x89PNG\r\n\x1a\n")
    parts, rest = {}, picture.data[8:]
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        name, data = rest[4:8], rest[8 : 8 + length]
        assert struct.unpack(">I", rest[8 + length : 12 + length]) == (zlib.crc32(name + data),)
        parts[name], rest = data, rest[12 + length :]
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *kind = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert kind == [8, 3, 0, 0, 0]
    rows = zlib.decompress(parts[b"IDAT"])
    assert len(rows) == height * (width + 1)
    return [rows[at + 1 : at + 1 + width] for at in range(0, len(rows), width + 1)]


def test_a_chart_is_a_sentence_and_a_picture() -> None:
    sentence, picture = handler.bars({"mon": 3, "tue": 5.5, "wed": -2}, 300, 200)
    assert sentence == "3 bars from left to right: mon 3, tue 5.5, wed -2. The lines across stand at -2, 0, 2, 4 and 6."
    rows = pixels(picture)
    assert (len(rows), len(rows[0])) == (200, 300)
    assert max(b"".join(rows)) == BELOW


def test_bars_are_as_high_as_their_values() -> None:
    (_, picture) = handler.bars({"one": 1, "two": 2, "below": -1}, 316, 216)
    columns = [Counter(row[left] for row in pixels(picture)) for left in (58, 158, 258)]
    assert abs(columns[1][ABOVE] - 2 * columns[0][ABOVE]) <= 2
    assert abs(columns[2][BELOW] - columns[0][ABOVE]) <= 2
    assert [column[AXIS] for column in columns] == [1, 1, 1]


@pytest.mark.parametrize("values", [{"a": 0}, {"a": -1e15}, {"a": 1e-9, "b": 1e15}, {str(number): number for number in range(40)}])
def test_any_numbers_can_be_drawn_in_the_smallest_picture(values: dict[str, float]) -> None:
    assert len(pixels(handler.bars(values, 120, 80)[1])) == 80


@pytest.mark.parametrize(
    ("low", "high", "count", "marks"),
    [(0, 9, 5, [0, 2, 4, 6, 8, 10]), (-0.1, 0.25, 5, [-0.1, 0, 0.1, 0.2, 0.3]), (0, 0.3, 3, [0, 0.1, 0.2, 0.3]), (1, 2, 2, [1, 1.5, 2])],
)
def test_marks_are_round(low: float, high: float, count: int, marks: list[float]) -> None:
    assert handler.ticks(low, high, count) == marks


def test_marks_hold_everything_in_no_more_steps_than_asked() -> None:
    chance = random.Random(7)
    for _ in range(2_000):
        low, high = sorted(chance.uniform(-(10.0**power), 10.0**power) for power in (chance.randint(-3, 15), chance.randint(-3, 15)))
        count, slack = chance.randint(2, 20), (high - low) * 1e-6
        marks = handler.ticks(low, high, count)
        assert len(marks) <= count + 1
        assert marks[0] <= low + slack
        assert marks[-1] >= high - slack


def test_an_axis_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="high to be above low"):
        handler.ticks(1, 1)
