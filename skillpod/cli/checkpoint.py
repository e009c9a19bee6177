"""The command that prints the log's newest checkpoint, for whoever keeps it out of reach."""

from __future__ import annotations

import os

import typer

from skillpod.cli import render
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.errors import PathUnusable
from skillpod.home import Home
from skillpod.journal.check import read_log_key, read_newest

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("checkpoint")
def checkpoint(*, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """The newest checkpoint, as it is signed: keep it where nobody who can write HOME can, and hold the log against it later with `log
    verify --copy`. No pod needs to run."""
    directory = Home(home).journal
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        hint = "a pod writes one when it first starts; --home says where"
        raise PathUnusable("no journal is here", at=str(directory), hint=hint) from None
    try:
        key = read_log_key(descriptor)
        if key is None:
            raise PathUnusable("this log has no checkpoint yet", at=str(directory), hint="the next start of its pod makes one")
        newest = read_newest(descriptor, key)
    finally:
        os.close(descriptor)
    if json:
        found = newest.checkpoint
        render.data({"origin": found.origin, "size": found.size, "root": found.root.hex(), "note": str(newest)})
    else:
        render.raw(str(newest))
