"""The command that verifies the whole log, or a span of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.given_log import JournalDir, Key, copied, given_key, opened, own_key
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.quantities import moment
from skillpod.errors import CommandInvalid
from skillpod.journal.check import check
from skillpod.journal.copies import Copied
from skillpod.journal.exhibit import hold
from skillpod.journal.parting import require_end
from skillpod.journal.signed import require_witness
from skillpod.journal.tree.note import VerifierKey, cosigned_at

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_SPAN = re.compile(r"([1-9][0-9]{0,18})(?:-([1-9][0-9]{0,18}))?")

_YEAR_10000 = 253_402_300_800

CopyFiles = Annotated[
    list[Path] | None,
    typer.Option("--copy", metavar="FILE", help="Checkpoints that were copied out of the log; may be said again.", show_default=False),
]
WitnessKey = Annotated[
    str,
    typer.Option(
        "--witness", metavar="KEY", help="The key of a witness that must have signed it too, or a file with it.", show_default=False
    ),
]
Entries = Annotated[
    str, typer.Option("--entries", metavar="FIRST-LAST", help="Only these, without reading the others.", show_default=False)
]


@app.command("verify")
def verify(
    *,
    key: Key = "",
    copies: CopyFiles = None,
    witness: WitnessKey = "",
    entries: Entries = "",
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
    json: Json = False,
) -> None:
    """Hold the log against what was signed of it. No pod needs to run, and one that runs is not in the way."""
    if entries and (copies or witness):
        other = "--copy" if copies else "--witness"
        raise CommandInvalid(
            "a span is held against the newest checkpoint only", at="--entries", hint=f"leave one of --entries and {other} out"
        )
    with opened(home, journal) as directory:
        by = given_key(key) if key else own_key(directory)
        if entries:
            _hold(directory, *_span(entries), key=by, json=json)
        else:
            by_witness = given_key(witness, option="--witness") if witness else None
            _check(directory, by, copied(copies or [], by), by_witness, home=home if journal is None else None, json=json)
    if not key and not json:
        render.note(("by the key that the log says is its own; with --key, by one that you wrote down", "dim"))


def _check(directory: int, key: VerifierKey, copies: list[Copied], witness: VerifierKey | None, *, home: Path | None, json: bool) -> None:
    outside = [signed for copy in copies for signed in copy.checkpoints]
    cosigned = None if witness is None else require_witness(directory, key, witness)
    with render.counting(lambda count: f"{count} entries are read") as told:
        checked = check(directory, key, copies=outside, told=told)
    if home is not None:
        require_end(home, checked.tree, key)  # after the lines: a pod that starts meanwhile takes it away before it adds any
    size, root = checked.tree.size, checked.tree.root().hex()
    signed = max((mark.checkpoint.size for mark in (*outside, *([checked.sealed] if checked.sealed else []))), default=0)
    if json:
        said = {
            "origin": key.name,
            "entries": size,
            "root": root,
            "signed": signed,
            "cosigned": cosigned.checkpoint.size if cosigned else None,
        }
        render.data({**said, "checkpoints": checked.checkpoints, "copies": len(outside), "key": str(key)})
        return
    render.line(("good: ", "green"), f"the {size} entries of {key.name} are what was signed; the root is {root}")
    render.line(f"  checkpoints that agree with them: {checked.checkpoints}, of these copied out: {len(outside)}")
    if cosigned and witness:
        when = _when(cosigned_at(cosigned.note.of(witness)[-1]))
        render.line(f"  cosigned by {witness.name}: the first {cosigned.checkpoint.size} entries, on {when}")
    if size > signed:
        which = f"entry {size} is" if size == signed + 1 else f"entries {signed + 1} to {size} are"
        render.line(f"  {which} newer than every checkpoint and vouched for by none; a pod that runs makes one within a second")
    for copy in copies:
        _tell_of_others(copy)


def _when(seconds: int) -> str:
    """A witness may have signed with any time at all."""
    return moment(seconds) if seconds < _YEAR_10000 else f"second {seconds} after 1970"


def _tell_of_others(copy: Copied) -> None:
    if copy.broken:
        render.note((f"{copy.broken} of the copies are not as they were signed, as when a full disk cuts one off: passed over", "yellow"))
    if copy.others:
        render.note((f"{copy.others} of the copies are of other logs: passed over", "dim"))


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
