"""The command that begins a new log where one broke."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.access import myself
from skillpod.cli.given_log import copied
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.verifying import CopyFiles
from skillpod.errors import CommandInvalid, PathUnusable
from skillpod.home import Home
from skillpod.journal.renewal import trusted_key
from skillpod.journal.tree.checkpoint import Signed
from skillpod.lifecycle.renewal import Break, Renewal

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("renew")
def renew(
    *,
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help="Why you go on without the log; it stands in the new one.")],
    copies: CopyFiles = None,
    home: HomeDir = DEFAULT_HOME,
    json: Json = False,
) -> None:
    """Go on in a new log where the old one is not what was signed of it. Nothing is deleted; no pod may run.

    What was signed and still holds is taken over. What is not proven may only take away: an unmount, a no, a quarantine.
    """
    if not because.strip():
        raise CommandInvalid("why you go on without the log must be said", at="--because")
    here = Home(home.absolute())
    if not (here.path / "node").is_file():
        raise PathUnusable("no pod ever ran here", at=str(home), hint="--home says where")
    here.prepare()
    here.acquire()
    try:
        renewal = Renewal(here.path, node=here.node(), index=here.index, copies=_copies(here, copies or []))
        with render.working("reading what is left of the log"):
            broken = renewal.begin(actor=myself().name, reason=because.strip(), now=time.time())
            origin = renewal.finish()
    finally:
        here.release()
    if json:
        render.data({"origin": origin, **(_as_dict(broken) if broken else {})})
    else:
        _tell(origin, broken)


def _copies(home: Home, files: list[Path]) -> list[Signed]:
    if not files:
        return []
    key = trusted_key(home.path, origin=f"skillpod/{home.node()}")
    if key is None:
        raise PathUnusable(
            "no key is left to hold a copied checkpoint against", at="--copy", hint="bring HOME/log.key back, or leave it out"
        )
    return [signed for copy in copied(files, key) for signed in copy.checkpoints]


def _as_dict(broken: Break) -> dict[str, object]:
    return {name: getattr(broken, name) for name in Break.__dataclass_fields__}


def _tell(origin: str, broken: Break | None) -> None:
    render.line(("begun: ", "green"), f"the log {origin}")
    if broken is None:
        render.line("  it was made by a renewal before this one, which did not come to its end; its first entry says why")
        return
    render.line(
        f"  what was wrong with {broken.previous or 'the one before'}: {broken.fault}", *((f" (at {broken.at})",) if broken.at else ())
    )
    render.line(f"  it is kept: {broken.kept or 'nothing was left of it'}")
    render.line(f"  proven, and taken over: {broken.proven} entries; not proven, and only what they take away: {broken.unproven}")
    if broken.withheld:
        render.line(f"  not mounted until you say so, for what was last said of them is not proven: {', '.join(broken.withheld)}")
