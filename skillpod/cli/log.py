"""The command that reads the journal, and the table of those below it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.filters import asked
from skillpod.cli.given_log import JournalDir
from skillpod.cli.listing import Listed, Listing
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.sentences import sentence
from skillpod.errors import CommandInvalid, JournalCorrupt, PathUnusable
from skillpod.home import Home
from skillpod.journal.entry import Recorded
from skillpod.journal.query import EVERYTHING, Query
from skillpod.journal.replay import newest_first, read, span

FOLLOWING = 0.25
"""Seconds between two looks at the journal's size."""
LIMIT = 100

COMMANDS: Mapping[str, Listed] = {
    "verify": Listed("verifying", "Prove", "Hold the log against what was signed of it."),
    "prove": Listed("proving", "Prove", "That an entry stands in the log, for whoever wants to check it themselves."),
    "verify-proof": Listed("proving", "Prove", "Check such a proof: no HOME and no journal is needed."),
    "checkpoint": Listed("checkpoint", "Prove", "The newest checkpoint, to be kept where who owns HOME can't reach."),
    "key": Listed("proving", "Prove", "The key that the log's checkpoints are signed with."),
    "verifier": Listed("proving", "Prove", "A verifier in one file that needs nothing of skillpod."),
    "renew": Listed("renewing", "Mend", "Go on in a new log where the old one is not what was signed of it."),
    "erase": Listed("erasing", "Forget", "Overwrite the salts of calls: what their arguments were can't be tried out any more."),
    "match": Listed("erasing", "Prove", "Whether the arguments of a call were these."),
    "show": Listed("telling", "Look closer", "One entry: what each field means, what led to it, what followed."),
    "metrics": Listed("measuring", "Look closer", "How often skills change, how many changes fail, how long it takes to recover."),
    "export": Listed("exporting", "Hand on", "The entries as they are, or as OCSF or CEF events."),
}


class LogCommands(Listing):
    """``skillpod log`` asks by itself; a word after it is one of these."""

    table = COMMANDS


app = typer.Typer(rich_markup_mode=None, add_completion=False)
log = typer.Typer(rich_markup_mode=None, add_completion=False, cls=LogCommands)


@log.callback(invoke_without_command=True)
@asked
def ask(
    *,
    context: typer.Context,
    query: Query,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="The newest N of them; 0 for all.")] = LIMIT,
    reverse: Annotated[bool, typer.Option("--reverse", help="Newest first.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written from now on, until Ctrl-C.")] = False,
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """What happened, oldest first, from the journal: no pod needs to run. With --json, one object a line.

    NAME and WORD may have a * for any text; several may be given, apart or with commas between them: any of them then fits.
    """
    if context.invoked_subcommand is not None:
        _refuse_options_before(context)
        return
    if follow and reverse:
        raise CommandInvalid("what is still to come can't be told newest first", at="--reverse", hint="leave out --reverse or --follow")
    directory = journal_of(home, journal)
    last = span(directory).last  # what is written meanwhile is told by who follows, and once
    there = (recorded for recorded in (newest_first if limit or reverse else read)(directory, query) if recorded.seq <= last)
    if limit and not reverse:
        _print_newest(there, limit, json=json)
    else:
        _print(islice(there, limit) if limit else there, json=json)
    if follow:
        _print(_following(directory, last, query), json=json)


app.add_typer(log, name="log")


def journal_of(home: Path, journal: Path | None) -> Path:
    """The journal's directory: that of HOME, or a copy. Raises PathUnusable where there is none."""
    directory = journal if journal is not None else Home(home).journal
    if not directory.is_dir():
        raise PathUnusable("no journal is here", at=str(directory), hint="a pod writes one when it first starts; --home says where")
    return directory


def _refuse_options_before(context: typer.Context) -> None:
    given = [name for name in context.params if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"]
    if given:
        raise CommandInvalid(
            f"`--{given[0]}` before `{context.invoked_subcommand}` is not heard",
            at=f"--{given[0]}",
            hint=f"put it after: `skillpod log {context.invoked_subcommand} ... --{given[0]} ...`",
        )


def _print_newest(newest: Iterator[Recorded], limit: int, *, json: bool) -> None:
    """The newest, given newest first, oldest first. Where a line can't be read, those after it are told, and then what is wrong with it."""
    found: list[Recorded] = []
    fault = None
    try:
        found.extend(islice(newest, limit))
    except JournalCorrupt as corrupt:
        fault = corrupt
    _print(reversed(found), json=json)
    if fault is not None:
        raise fault
    if len(found) == limit and not json:
        render.note((f"these are the newest {limit}; --limit 0 shows all", "dim"))


def _print(entries: Iterable[Recorded], *, json: bool) -> None:
    for recorded in entries:
        if json:
            render.record(recorded.as_dict())
        else:
            render.line(*sentence(recorded))


def _following(directory: Path, last: int, query: Query = EVERYTHING) -> Iterator[Recorded]:
    """What matches of all that is written after entry ``last``. A new segment is followed into; what retention took before it was told
    is named by number."""
    seen: dict[str, int] = {}  # what was written since `last` was read counts, too
    while True:
        time.sleep(FOLLOWING)
        if render.is_abandoned():
            raise BrokenPipeError
        now = _sizes(directory)
        if now == seen:
            continue
        seen, there = now, span(directory)
        if there.first > last + 1:
            render.note((f"entries {last + 1} to {there.first - 1} were dropped before they were told", "yellow"))
        for recorded in read(directory, query, after=last):
            if recorded.seq > there.last:
                break
            yield recorded
        last = max(last, there.last)


def _sizes(directory: Path) -> dict[str, int]:
    found = {}
    for path in directory.glob("*.jsonl"):
        with suppress(FileNotFoundError):  # dropped just now
            found[path.name] = path.stat().st_size
    return found
