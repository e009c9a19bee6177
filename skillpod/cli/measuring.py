"""The command that measures over the log: changes, failures, recovery, waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.faults import Line
from skillpod.cli.given_log import JournalDir
from skillpod.cli.log import journal_of
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.quantities import counted, moment, spell
from skillpod.journal.entry import Recorded
from skillpod.journal.query import Query
from skillpod.journal.replay import calls, read
from skillpod.journal.report.metrics import Figures, Times, measured
from skillpod.journal.terms import query_of
from skillpod.model.entry import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)

COLUMNS = ("SKILL", "CHANGES", "FAILED", "REFUSED", "RECOVERY", "HELD", "WAITING", "CALLS", "FAILED CALLS")


@app.command("metrics")
def metrics(
    *,
    skill: Annotated[
        list[str] | None, typer.Option("--skill", metavar="NAME", help="Of this skill; * stands for any text.", show_default=False)
    ] = None,
    since: Annotated[str, typer.Option("--since", metavar="WHEN", help="Not before: 7d ago, or 2026-11-21.")] = "30d",
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="Only before: as --since.", show_default=False)] = "",
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """How often skills change, how many changes fail, how long it takes to recover; calls that fail; how long people are waited for.

    docs/log.md says what exactly each figure is of.
    """
    now = time.time()
    query = query_of({"skill": skill or (), "since": [since], "until": [until]}, now=now, place="--{}")
    directory = journal_of(home, journal)
    end = min(query.until or now, now)
    with render.working("reading the log"):
        first = next(read(directory), None)
        begin = max(query.since, first.ts if first else query.since)  # a log of two days has not gone for thirty without a change
        every, each = measured(_facts(directory, query, begin), since=begin, until=end, calls=calls(directory, query))
    if json:
        render.data(
            {"since": begin, "until": end, "all": every.as_dict(), "skills": {name: figures.as_dict() for name, figures in each.items()}}
        )
        return
    for spans in _lines(every, begin, end):
        render.line(*spans)
    if each:
        render.line()
        render.table(COLUMNS, [_row(name, figures) for name, figures in each.items()])


def _facts(directory: Path, query: Query, begin: float) -> Iterator[Recorded]:
    """What was published before that time, and all that is asked for but calls."""
    yield from read(directory, replace(query, words={**query.words, "fact": (Fact.PUBLISHED.value,)}, since=0.0, until=begin))
    others = tuple(fact.value for fact in Fact if fact not in (Fact.CALL, Fact.NOT_ALLOWED))  # of these there is any number
    yield from read(directory, replace(query, words={**query.words, "fact": others}))


def _lines(all_: Figures, begin: float, end: float) -> Iterator[Line]:
    yield ((f"{moment(begin)} to {moment(end)}", "dim"),)
    triggers = ", ".join(f"{count} by {trigger or 'nobody'}" for trigger, count in sorted(all_.triggers.items()))
    often = f"{all_.changes / all_.weeks:.1f} a week" if all_.weeks >= 1 else "in less than a week"
    yield ("changes    ", (str(all_.changes), "bold"), f", {often}{': ' + triggers if triggers else ''}; {all_.refused} refused before")
    yield ("failed     ", (str(all_.failed), "bold"), f" after they were published{_share(all_.failure_share)}")
    open_ = f"; {all_.unrecovered} not yet" if all_.unrecovered else ""
    yield (f"recovery   {_times(all_.recovery)}{open_}",)
    yield (f"lead time  {_times(all_.lead)}, from first seen to serving",)
    total = sum(all_.calls.values())
    kinds = ", ".join(f"{count} {outcome}" for outcome, count in sorted(all_.calls.items()))
    yield (f"calls      {counted(total, 'call')}{': ' + kinds if kinds else ''}{_share(all_.call_failure_share)}",)
    yield (f"waiting    {_times(all_.waiting)} for a person's answer; {all_.held} held, {all_.unanswered} unanswered",)


def _times(times: Times) -> str:
    if times.median is None or times.longest is None:
        return "nothing to measure"
    return f"{spell(times.median)} in the median, {spell(times.longest)} at the longest ({len(times.spans)})"


def _share(share: float | None) -> str:
    return "" if share is None else f" ({share:.1%} failed)"


def _row(name: str, figures: Figures) -> tuple[str, ...]:
    share = figures.call_failure_share
    return (
        name,
        str(figures.changes),
        str(figures.failed),
        str(figures.refused),
        spell(figures.recovery.median) if figures.recovery.median is not None else "",
        str(figures.held),
        spell(figures.waiting.median) if figures.waiting.median is not None else "",
        str(sum(figures.calls.values())),
        "" if share is None else f"{share:.1%}",
    )
