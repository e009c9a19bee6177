"""Where the figures of a run are kept: plots in docs/plots, tables between the marks that docs/figures.md has for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.table import Picture, Shown, report


def record(shown: Mapping[str, Sequence[Shown]], machine: str, docs: Path) -> None:
    """What has no marks is not recorded: ``<!-- wire calls -->`` and ``<!-- end of wire calls -->`` for the benchmarks of those names,
    which are put there together, when all of them were measured."""
    page = docs / "figures.md"
    text = page.read_text("utf-8")
    for names in re.findall(r"<!-- end of ([a-z ]+) -->", text):
        if shown.keys() >= set(names.split()):
            things = [thing for name in names.split() for thing in shown[name]]
            text = between_marks(text, names, f"{machine}.\n\n{report(things)}")
    for thing in [thing for things in shown.values() for thing in things]:
        if isinstance(thing, Picture):
            (docs / "plots").mkdir(exist_ok=True)
            (docs / "plots" / thing.name).write_text(thing.svg, "utf-8")
    page.write_text(text, "utf-8")


def between_marks(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    return re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{content}\n{end}", text, flags=re.DOTALL)
