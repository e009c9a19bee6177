"""The command that hands the log on: its lines as they are, or as events that others read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from skillpod import __version__
from skillpod.cli import render
from skillpod.cli.filters import asked
from skillpod.cli.given_log import JournalDir
from skillpod.cli.log import journal_of
from skillpod.cli.options import DEFAULT_HOME, HomeDir
from skillpod.cli.quantities import counted
from skillpod.errors import PathUnusable
from skillpod.journal.entry import Recorded
from skillpod.journal.query import Query
from skillpod.journal.replay import read_with_lines
from skillpod.journal.report import cef, ocsf

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Format(Enum):
    """What the log is handed on as."""

    JSONL = "jsonl"
    OCSF = "ocsf"
    CEF = "cef"


@app.command("export")
@asked
def export(
    *,
    query: Query,
    format: Annotated[
        Format, typer.Option("--format", help="jsonl: the lines as they are; ocsf: one JSON event a line; cef: one CEF:0 event a line.")
    ] = Format.JSONL,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Into this new file, for its owner only; else on stdout.")
    ] = None,
    home: HomeDir = DEFAULT_HOME,
    journal: JournalDir = None,
) -> None:
    """The entries that are asked for, oldest first, all of them. As jsonl each is byte for byte the line that the log has."""
    lines = _lines(journal_of(home, journal), query, format)
    if out is None:
        for line in lines:
            render.content(line)
        return
    with render.working("exporting"):
        count = _write(out, lines)
    render.note(f"{counted(count, 'line')} in {out}")


_SHAPES: Mapping[Format, Callable[..., str]] = {Format.OCSF: ocsf.line, Format.CEF: cef.line}


def _lines(directory: Path, query: Query, format: Format) -> Iterator[bytes]:
    shape = _SHAPES.get(format)
    for recorded, line in read_with_lines(directory, query):
        yield line if shape is None else _shaped(shape, recorded)


def _shaped(shape: Callable[..., str], recorded: Recorded) -> bytes:
    return shape(recorded, version=__version__).encode("utf-8")


def _write(out: Path, lines: Iterable[bytes]) -> int:
    """How many were written. A file that is there stays as it is: it may be evidence. Raises PathUnusable."""
    count = 0
    try:
        with open(out, "xb", opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW, 0o600)) as file:
            for line in lines:
                file.write(line)
                count += 1
    except FileExistsError:
        raise PathUnusable("this file is already there", at=str(out), hint="name a new one; nothing was written") from None
    except OSError as fault:
        raise PathUnusable(f"the export can't be written: {fault.strerror}", at=str(out)) from None
    return count
