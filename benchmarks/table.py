"""The one table that is printed: a figure, its floor from the same run, the ratio, and what we reach for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.measure import Series


@dataclass(frozen=True)
class Row:
    """One line. ``target`` is a bound on the median (in the unit of the samples) or, when ``is_ratio``, on the ratio to the floor.

    ``unit`` is ``s``, ``B``, ``/s``, ``MB/s``, or empty for what is counted; of what is done a second the target is the least, of all else
    the most.
    """

    figure: str
    series: Series
    floor: str = ""
    floor_series: Series | None = None
    target: float | None = None
    is_ratio: bool = False
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        return self.series.median / self.floor_series.median if self.floor_series is not None else None

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        reached = self.ratio if self.is_ratio else self.series.median
        if reached is None:
            return "no"
        return "yes" if (reached >= self.target if self.unit.endswith("/s") else reached <= self.target) else "no"

    def cells(self) -> tuple[str, ...]:
        return (
            self.figure,
            str(len(self.series.samples)),
            amount(self.series.median, self.unit),
            amount(self.series.p99, self.unit) if len(self.series.samples) >= 10 else "",
            f"{self.floor} {amount(self.floor_series.median, self.unit)}" if self.floor_series is not None else "",
            f"{self.ratio:.2f}x" if self.ratio is not None else "",
            self._goal(),
            self.verdict,
        )

    def _goal(self) -> str:
        if self.target is None:
            return ""
        if self.is_ratio:
            return f"{'>=' if self.unit.endswith('/s') else '<='} {self.target:g}x"
        return f"{'>=' if self.unit.endswith('/s') else '<='} {amount(self.target, self.unit)}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of another shape, under its title."""

    title: str
    headings: Sequence[str]
    lines: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot, by the name of its file."""

    name: str
    svg: str


Shown = Row | Grid | Picture


HEADINGS = ("figure", "n", "p50", "p99", "floor (p50, same run)", "ratio", "target", "met")


def amount(value: float, unit: str) -> str:
    """A number with the unit that keeps it between 1 and 1000."""
    if unit == "/s":
        return f"{value:,.0f} /s"
    if unit == "MB/s":
        return f"{value:.3g} MB/s"
    if not unit:
        return f"{value:,.0f}"
    if unit == "B":
        return f"{value / 1024:.0f} KiB" if value < 10 * 1024 * 1024 else f"{value / 1024 / 1024:.1f} MiB"
    for scale, name in ((1e-6, "us"), (1e-3, "ms")):
        if value < 1000 * scale:
            return f"{value / scale:.3g} {name}"
    return f"{value:.3g} s"


def markdown(rows: Sequence[Row]) -> str:
    """A table that reads well as text and as Markdown."""
    return grid(HEADINGS, [row.cells() for row in rows])


def grid(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    lines = [headings, *cells]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    texts = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def report(shown: Sequence[Shown]) -> str:
    """Every table: the rows first, then the grids under their titles."""
    rows = [thing for thing in shown if isinstance(thing, Row)]
    grids = [f"### {thing.title}\n\n{grid(thing.headings, thing.lines)}" for thing in shown if isinstance(thing, Grid)]
    return "\n\n".join([*([markdown(rows)] if rows else []), *grids])
