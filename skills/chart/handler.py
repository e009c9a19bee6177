"""A bar chart: what a list of numbers hides, in one look."""

from __future__ import annotations

import math
from typing import Annotated

from skillpod import Content, Field, Image, tool

from .png import Canvas

Number = Annotated[float, Field(ge=-1e15, le=1e15)]
_LEAST = 1e-9
_PAPER, _LINE, _AXIS, _ABOVE, _BELOW = range(5)
_COLOURS = ((255, 255, 255), (221, 224, 230), (58, 64, 74), (42, 109, 184), (196, 74, 54))


@tool(title="Draw bars", read_only=True, idempotent=True, category="data")
def bars(
    values: Annotated[dict[str, Number], Field(min_length=1, max_length=40)],
    width: Annotated[int, Field(ge=120, le=1200)] = 480,
    height: Annotated[int, Field(ge=80, le=800)] = 270,
) -> Content:
    """Draw named numbers as a bar chart: a sentence that says what is seen, and the picture.

    Args:
        values: What each bar stands for, and how high it is; drawn in this order.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
    """
    low, high = min(0.0, *values.values()), max(0.0, *values.values())
    marks = ticks(low, high if high - low >= _LEAST else low + 1)
    picture = _draw(list(values.values()), marks, width, height)
    named = ", ".join(f"{name} {value:g}" for name, value in values.items())
    lines = f"{', '.join(f'{mark:g}' for mark in marks[:-1])} and {marks[-1]:g}"
    noun = "bar" if len(values) == 1 else "bars"
    return [f"{len(values)} {noun} from left to right: {named}. The lines across stand at {lines}.", Image(picture)]


@tool(title="Choose the marks of an axis", read_only=True, idempotent=True, category="data")
def ticks(low: Number, high: Number, count: Annotated[int, Field(ge=2, le=20)] = 5) -> list[float]:
    """Choose round numbers for an axis that holds everything from ``low`` to ``high``: steps of 1, 2 or 5 and zeros.

    Args:
        low: Where the axis begins at the latest.
        high: Where it ends at the earliest.
        count: How many steps at most.
    """
    if high - low < _LEAST:
        raise ValueError(f"expected high to be above low, got {low:g} and {high:g}")
    power = math.floor(math.log10((high - low) / count))
    for factor in (1, 2, 5, 10, 20, 50):
        step = factor * 10.0**power
        first, last = math.floor(low / step + _LEAST), math.ceil(high / step - _LEAST)
        if last - first <= count:
            break
    return [round(index * step, max(0, -power)) for index in range(first, last + 1)]


def _draw(values: list[float], marks: list[float], width: int, height: int) -> bytes:
    canvas = Canvas(width, height, _COLOURS)
    margin = 8
    bottom, top = marks[0], marks[-1]

    def level(value: float) -> int:
        return height - margin - 1 - round((value - bottom) / (top - bottom) * (height - 2 * margin - 1))

    for mark in marks:
        canvas.fill(margin, level(mark), width - margin, level(mark) + 1, _LINE)
    room = (width - 2 * margin) / len(values)
    for index, value in enumerate(values):
        left, right = margin + index * room + room * 0.15, margin + (index + 1) * room - room * 0.15
        ends = sorted((level(0), level(value)))
        canvas.fill(round(left), ends[0], max(round(right), round(left) + 1), ends[1], _ABOVE if value >= 0 else _BELOW)
    canvas.fill(margin, level(0), width - margin, level(0) + 1, _AXIS)
    return canvas.png()
