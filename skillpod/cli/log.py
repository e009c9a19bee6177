"""The command that reads the journal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import checkpoint, proving, render, verifying
from skillpod.cli.faults import Line
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.quantities import duration, moment
from skillpod.cli.values import nearest, seconds
from skillpod.errors import CommandInvalid, PathUnusable
from skillpod.home import Home
from skillpod.journal.entry import Recorded
from skillpod.journal.replay import Query, newest, read
from skillpod.model.digest import short
from skillpod.model.entry import Entry, Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)
log = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(log, name="log")
for part in (proving, verifying, checkpoint):
    log.add_typer(part.app)

FOLLOWING = 0.25
"""Seconds between two looks at the journal's size."""
LIMIT = 100
OUTCOMES = ("ok", "error", "denied", "timeout", "cancelled", "unknown")
_STYLES = {
    Fact.PUBLISHED: "green",
    Fact.RESUMED: "green",
    Fact.REFUSED: "red",
    Fact.NOT_ALLOWED: "red",
    Fact.CALL_ANSWERED: "yellow",
    Fact.QUARANTINED: "red",
    Fact.GUEST_DIED: "red",
    Fact.ATTEMPTED: "red",
    Fact.ROLLED_BACK: "yellow",
}


@log.callback(invoke_without_command=True)
def ask(
    *,
    context: typer.Context,
    skill: Annotated[str, typer.Option("--skill", metavar="NAME", help="Of this skill.", show_default=False)] = "",
    tool: Annotated[str, typer.Option("--tool", metavar="NAME", help="Of this tool.", show_default=False)] = "",
    fact: Annotated[
        str, typer.Option("--fact", metavar="FACT", help=f"One of {', '.join(fact.value for fact in Fact)}.", show_default=False)
    ] = "",
    actor: Annotated[str, typer.Option("--actor", metavar="NAME", help="By this actor.", show_default=False)] = "",
    outcome: Annotated[str, typer.Option("--outcome", metavar="WORD", help=f"One of {', '.join(OUTCOMES)}.", show_default=False)] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="Not before: 15m, 2h, 7d ago, or 2026-11-21T05:00.", show_default=False)
    ] = "",
    digest: Annotated[
        str, typer.Option("--digest", metavar="DIGEST", help="Of this digest, or of those that begin so.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="The newest N of them; 0 for all.")] = LIMIT,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written from now on, until Ctrl-C.")] = False,
    home: HomeDir = DEFAULT_HOME,
    json: Json = False,
) -> None:
    """What happened, oldest first, from the journal: no pod needs to run. With --json, one object a line."""
    if context.invoked_subcommand:
        return
    query = Query(
        skill=skill, tool=tool, fact=_fact(fact), actor=actor, outcome=_outcome(outcome), since=_since(since, time.time()), digest=digest
    )
    directory = Home(home).journal
    if not directory.is_dir():
        raise PathUnusable("no journal is here", at=str(directory), hint="a pod writes one when it first starts; --home says where")
    last = _last(directory)
    if limit:
        found = newest(directory, limit, query)
        _print(found, json=json)
        if len(found) == limit and not json:
            render.note((f"these are the newest {limit}; --limit 0 shows all", "dim"))
    else:
        _print((recorded for recorded in read(directory) if recorded.seq <= last and query.matches(recorded)), json=json)
    if follow:
        _print((recorded for recorded in _following(directory, last) if query.matches(recorded)), json=json)


def _last(directory: Path) -> int:
    ends = newest(directory, 1)
    return ends[0].seq if ends else 0


def _print(entries: Iterable[Recorded], *, json: bool) -> None:
    for recorded in entries:
        if json:
            render.record(recorded.as_dict())
        else:
            render.line(*sentence(recorded))


def _following(directory: Path, last: int) -> Iterator[Recorded]:
    seen: dict[str, int] = {}  # what was written since `last` was read counts, too
    while True:
        time.sleep(FOLLOWING)
        if render.is_abandoned():
            raise BrokenPipeError
        now = _sizes(directory)
        if now == seen:
            continue
        seen = now
        for recorded in read(directory, after=last):
            last = recorded.seq
            yield recorded


def _sizes(directory: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in directory.iterdir()}


# --- what is asked -----------------------------------------------------------------------------------------------------------------


def _fact(word: str) -> str:
    return _one_of(word, [fact.value for fact in Fact], "fact")


def _outcome(word: str) -> str:
    return _one_of(word, OUTCOMES, "outcome")


def _one_of(word: str, known: Sequence[str], what: str) -> str:
    if word and word not in known:
        hint = nearest(word, known, otherwise=f"one of: {', '.join(known)}")
        raise CommandInvalid(f"there is no {what} `{word}`", at=f"--{what}", hint=hint)
    return word


def _since(text: str, now: float) -> float:
    if not text:
        return 0.0
    ago = seconds(text)
    if ago is not None:
        return now - ago
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise CommandInvalid(f"`{text}` is not a time", at="--since", hint="as in 15m, 2h, 7d, 2026-11-21 or 2026-11-21T05:00Z") from None
    return (when if when.tzinfo else when.astimezone()).timestamp()


# --- what is told ------------------------------------------------------------------------------------------------------------------


def sentence(recorded: Recorded) -> Line:
    """One line: number, time, fact, what about, and how it went."""
    entry = recorded.entry
    about = f"{entry.skill}__{entry.tool}" if entry.tool else entry.skill
    return (
        (f"{recorded.seq:>6}  {moment(recorded.ts)}  ", "dim"),
        (f"{entry.fact.value:<13}", _STYLES.get(entry.fact, "")),
        (f" {about}" if about else "", "bold"),
        *_details(entry),
    )


def _details(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.version:
        yield f" {entry.version}", ""
    if entry.previous and entry.generation:
        yield f" {entry.previous} → {entry.generation}", ""
    elif entry.generation:
        yield f" generation {entry.generation}", ""
    if entry.digest and entry.fact is not Fact.CALL:
        yield f" {short(entry.digest)}", "dim"
    desired = entry.details.get("desired")
    if isinstance(desired, dict):
        yield f" {desired.get('mode')} ({desired.get('source')})", ""
    if entry.fact is Fact.NOT_ALLOWED:
        yield f" {entry.details.get('act', '')}", ""
    for word in (entry.decision, entry.outcome):
        if word:
            yield f" {word}", "red" if word in ("refuse", "error", "denied", "timeout") else ""
    if entry.rule:
        yield f" by rule {entry.rule}", ""
    if entry.duration:
        yield f" in {duration(entry.duration)}", ""
    code = entry.error.get("code")
    why = entry.reason or str(entry.error.get("message", ""))
    if code or why:
        yield f": {' '.join(part for part in (f'[{code}]' if code else '', why) if part)}", "red" if code else ""
    if entry.actor:
        yield f"  by {entry.actor}", "dim"
