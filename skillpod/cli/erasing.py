"""Commands about what the log keeps as an HMAC: erase the salts, try out what one is of."""

from __future__ import annotations

import asyncio
import time
from math import inf
from typing import Annotated, Any

import typer

from skillpod.cli import render
from skillpod.cli.access import myself, running_pod
from skillpod.cli.options import DEFAULT_HOME, As, HomeDir, Json
from skillpod.cli.quantities import counted
from skillpod.cli.values import json_object
from skillpod.errors import CommandInvalid
from skillpod.home import Home
from skillpod.journal.erasing import carry_out, matches, plan
from skillpod.journal.terms import moment
from skillpod.journal.writer import JournalWriter
from skillpod.model.canonical import canonical
from skillpod.model.selection import Selection

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("erase")
def erase(
    entries: Annotated[list[int] | None, typer.Argument(metavar="[ENTRY...]", min=1, help="Of these entries.", show_default=False)] = None,
    *,
    skill: Annotated[str, typer.Option("--skill", metavar="NAME", help="Of calls of this skill.", show_default=False)] = "",
    tool: Annotated[str, typer.Option("--tool", metavar="NAME", help="Of calls of this tool.", show_default=False)] = "",
    actor: Annotated[str, typer.Option("--actor", metavar="NAME", help="Of what this actor called.", show_default=False)] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="Not before: 15m, 2h, 7d ago, or 2026-11-21T05:00.", show_default=False)
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="Only before: as --since.", show_default=False)] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the log.", show_default=False)] = "",
    home: HomeDir = DEFAULT_HOME,
    who: As = None,
    json: Json = False,
) -> None:
    """Erase salts: nobody can then find out what the arguments of those calls were by trying. The entries stay, and the log says who did
    it. It can't be undone."""
    now = time.time()
    selection = Selection(
        skill=skill,
        tool=tool,
        actor=actor,
        since=moment(since, now=now, at="--since") if since else 0.0,
        until=moment(until, now=now, at="--until") if until else inf,
        entries=frozenset(entries or ()),
    )
    if not selection:
        raise CommandInvalid("nothing says which salts", hint="name entries, or say --skill, --tool, --actor, --since or --until")
    with running_pod(home, who) as pod:
        erased = asyncio.run(_erase_here(Home(home), selection, reason)) if pod is None else pod.erase_salts(selection, reason=reason)
    if json:
        render.data(erased)
    elif erased["salts"]:
        render.line(("erased ", "yellow"), (counted(erased["salts"], "salt"), "bold"), f", as entry {erased['entry']} of the log says")
    else:
        render.note("no such entry has a salt")


async def _erase_here(home: Home, selection: Selection, reason: str) -> dict[str, Any]:
    """As a running pod does it, under HOME's lock. Raises HomeLocked, JournalCorrupt, JournalUnwritable, PathUnusable."""
    plan(home.journal, home.salts, selection)  # where there is no log, none is begun
    home.acquire()
    try:
        writer = JournalWriter(home.journal, node=home.node(), epoch=time.time, salts=home.salts)
        await writer.open()
        try:
            erasure = plan(home.journal, home.salts, selection)
            if not erasure.count:
                return {"entry": 0, "salts": 0}
            person = myself()
            number = await writer.record(erasure.entry(person.name, person.words, reason))
        finally:
            await writer.close()
        carry_out(erasure, home.salts)
    finally:
        home.release()
    return {"entry": number, "salts": erasure.count}


@app.command("match")
def match(
    entry: Annotated[int, typer.Argument(metavar="ENTRY", min=1, help="Its number, as `skillpod log` prints it.")],
    *,
    args: Annotated[str, typer.Option("--args", metavar="JSON", help="The arguments to try: {...}, @FILE, or - for stdin.")],
    home: HomeDir = DEFAULT_HOME,
    json: Json = False,
) -> None:
    """Whether the call of an entry had exactly these arguments. The exit code is 0 when it had, 1 when it had others."""
    place = Home(home)
    fits = matches(place.journal, place.salts, entry, canonical(json_object(args, at="--args")))
    if json:
        render.data({"entry": entry, "matches": fits})
    elif fits:
        render.line(("yes", "bold green"), f", the call of entry {entry} had these arguments")
    else:
        render.line(("no", "bold red"), f", the call of entry {entry} had other arguments")
    if not fits:
        raise typer.Exit(1)
