"""What a skill asks for beside what it uses, in lines for a person. Pure: from rows to pieces of text with a style."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillpod.cli.faults import Line
from skillpod.model.comparison import ANYTHING, Standing, places

_STANDING_STYLES = {
    Standing.BOTH.value: "green",
    Standing.NOT_ASKED.value: "red",
    Standing.NOT_USED.value: "yellow",
    Standing.DYNAMIC.value: "yellow",
    Standing.WILDCARD.value: "yellow",
}
_NAME_WIDTH = 48
_STANDING_WIDTH = max(len(standing.value) for standing in Standing)


def comparison_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    """What is asked beside what is used, one line a resource; what needs no asking is left out."""
    shown = [row for row in rows if row["standing"] != Standing.FREE.value]
    width = max((len(row["kind"]) for row in shown), default=0)
    yield from compared(shown, [f"{row['kind']:<{width}}  {resource(row)}" for row in shown], indent="  ")


def compared(rows: Sequence[Mapping[str, Any]], names: Sequence[str], *, indent: str) -> Iterator[Line]:
    """One line a row, with the name it is given; names that are not too long make a column."""
    width = min(max(map(len, names), default=0), _NAME_WIDTH)
    for row, name in zip(rows, names, strict=True):
        standing = (f"{row['standing']:<{_STANDING_WIDTH}}", _STANDING_STYLES.get(row["standing"], ""))
        yield (f"{indent}{name:<{width}}  ", standing, (f"  {places(tuple(row['used']))}".rstrip(), "dim"))


def resource(row: Mapping[str, Any]) -> str:
    return "any" if row["resource"] == ANYTHING else str(row["resource"])
