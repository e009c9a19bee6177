"""The command that prints the log's newest checkpoint, for whoever keeps it out of reach."""

from __future__ import annotations

import typer

from skillpod.cli import render
from skillpod.cli.given_log import JournalDir, opened, own_key
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.journal.signed import newest

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("checkpoint")
def checkpoint(*, home: HomeDir = DEFAULT_HOME, journal: JournalDir = None, json: Json = False) -> None:
    """The newest checkpoint, as it is signed: keep it where nobody who can write HOME can. No pod needs to run."""
    with opened(home, journal) as directory:
        signed = newest(directory, own_key(directory))
    if json:
        found = signed.checkpoint
        render.data({"origin": found.origin, "size": found.size, "root": found.root.hex(), "note": str(signed)})
    else:
        render.raw(str(signed))
