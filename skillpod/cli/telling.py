"""The command that tells one entry of the log: its fields in words, who let it happen, what led to it and what followed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from skillpod.cli import render
from skillpod.cli.faults import Line, Span
from skillpod.cli.given_log import JournalDir
from skillpod.cli.log import journal_of
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.quantities import ago
from skillpod.cli.sentences import sentence
from skillpod.journal.entry import Recorded
from skillpod.journal.replay import span
from skillpod.journal.report.meaning import FACTS, KEYS
from skillpod.journal.report.story import Step, Story, reasons
from skillpod.journal.report.surroundings import told

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("show")
def show(
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="The entry's number, as `skillpod log` prints it.")],
    *,
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """One entry: who let it happen and why, every field with its meaning, and its story: what led to it, what followed."""
    directory = journal_of(home, journal)
    with render.working("reading the log"):
        story, there = told(directory, number), span(directory)
    if json:
        render.data(story.as_dict())
        return
    for spans in _lines(story, now=time.time()):
        render.line(*spans)
    if there.first > 1:
        render.note((f"entries 1 to {there.first - 1} were dropped: what they had of this story is not told", "yellow"))


def _lines(story: Story, *, now: float) -> Iterator[Line]:
    recorded = story.of
    yield ((f"entry {recorded.seq}", "bold"), f": {FACTS[recorded.entry.fact]}, {ago(now - recorded.ts)}")
    because = list(reasons(story))
    if because:
        yield ()
        yield (("why", "dim"),)
        yield from ((f"  {reason}",) for reason in because)
    yield ()
    yield (("story", "dim"),)
    width = max(len(step.role) for step in (*story.before, *story.after, Step(_ITSELF, recorded)))
    for step in (*story.before, Step(_ITSELF, recorded), *story.after):
        mark = ">" if step.recorded is recorded else " "
        yield (f"{mark} {step.role:<{width}}  ", *(_cut(span) for span in sentence(step.recorded)))
    yield ()
    yield (("fields", "dim"),)
    yield from _fields(recorded)


_ITSELF = "this entry"


def _cut(span: Span | str) -> Span | str:
    """A reason of one line or so: the whole is in the entry's own fields."""
    text, style = span if isinstance(span, tuple) else (span, "")
    return (text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…", style)


_LONGEST = 100


def _fields(recorded: Recorded) -> Iterator[Line]:
    shape = recorded.as_dict()
    shown = {name: meaning for name, meaning in KEYS.items() if name in shape}
    width = max(map(len, shown.values()))
    for name, meaning in shown.items():
        lines = list(_flat(shape[name]))
        yield ((f"  {name:<15} ", "bold"), (f"{meaning:<{width}}  ", "dim"), lines[0] if len(lines) == 1 else "")
        yield from ((f"      {line}",) for line in lines if len(lines) > 1)


def _flat(value: Any, place: str = "") -> Iterator[str]:
    """A value on one line, a mapping as one line for each value in it."""
    if isinstance(value, dict) or hasattr(value, "items"):
        for key, item in value.items():
            yield from _flat(item, f"{place}.{key}" if place else str(key))
        return
    yield f"{place}: {render.plain(value)}" if place else render.plain(value)
