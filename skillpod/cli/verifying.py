"""The command that verifies the whole log, or a span of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.given_log import JournalDir, Key, copied, given_key, opened, own_key
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.errors import CommandInvalid
from skillpod.journal.check import check
from skillpod.journal.exhibit import hold
from skillpod.journal.tree.note import VerifierKey

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_SPAN = re.compile(r"([1-9][0-9]{0,18})(?:-([1-9][0-9]{0,18}))?")

CopyFiles = Annotated[
    list[Path] | None,
    typer.Option("--copy", metavar="FILE", help="Checkpoints that were copied out of the log; may be said again.", show_default=False),
]
Entries = Annotated[
    str, typer.Option("--entries", metavar="FIRST-LAST", help="Only these, without reading the others.", show_default=False)
]


@app.command("verify")
def verify(
    *,
    key: Key = "",
    copies: CopyFiles = None,
    entries: Entries = "",
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """Hold the log against what was signed of it. No pod needs to run, and one that runs is not in the way."""
    if entries and copies:
        raise CommandInvalid(
            "a span is held against the newest checkpoint only", at="--entries", hint="leave one of --entries and --copy out"
        )
    with opened(home, journal) as directory:
        by = given_key(key) if key else own_key(directory)
        if entries:
            _hold(directory, *_span(entries), key=by, json=json)
        else:
            _check(directory, by, copies or [], json=json)
    if not key and not json:
        render.note(("by the key that the log says is its own; with --key, by one that you wrote down", "dim"))


def _check(directory: int, key: VerifierKey, files: list[Path], *, json: bool) -> None:
    outside = copied(files, key)
    with render.counting(lambda count: f"{count} entries are read") as told:
        checked = check(directory, key, copies=outside, told=told)
    size, root = checked.tree.size, checked.tree.root().hex()
    signed = max((mark.checkpoint.size for mark in (*outside, *([checked.sealed] if checked.sealed else []))), default=0)
    if json:
        said = {"origin": key.name, "entries": size, "root": root, "signed": signed}
        render.data({**said, "checkpoints": checked.checkpoints, "copies": len(outside), "key": str(key)})
        return
    render.line(("good: ", "green"), f"the {size} entries of {key.name} are what was signed; the root is {root}")
    render.line(f"  checkpoints that agree with them: {checked.checkpoints}, of these copied out: {len(outside)}")
    if size > signed:
        render.line(f"  entries {signed + 1} to {size} are newer than every checkpoint: nothing vouches for them yet")


def _hold(directory: int, first: int, last: int, *, key: VerifierKey, json: bool) -> None:
    with render.working(f"reading the entries {first} to {last}"):
        head = hold(directory, first, last, key).checkpoint
    if json:
        render.data({"origin": key.name, "first": first, "last": last, "signed": head.size, "root": head.root.hex(), "key": str(key)})
        return
    render.line(
        ("good: ", "green"), f"the entries {first} to {last} of {key.name} are what was signed, under its checkpoint of {head.size}"
    )


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 0 < first <= last:
        raise CommandInvalid(f"`{text}` is no span of entries", at="--entries", hint="as in 100-200, or 100 for one")
    return first, last
