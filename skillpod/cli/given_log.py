"""Which log a command is about, and by whose key: what is asked for on the command line, as the journal has it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from skillpod.errors import PathUnusable
from skillpod.home import Home
from skillpod.journal.copies import Copied, read_copies
from skillpod.journal.segments import open_directory
from skillpod.journal.signed import VKEY, read_log_key
from skillpod.journal.tree.note import VerifierKey, read_key

JournalDir = Annotated[
    Path | None, typer.Option("--journal", metavar="DIR", help="A copy of HOME/journal, instead of that of HOME.", show_default=False)
]
Key = Annotated[
    str,
    typer.Option(
        "--key",
        metavar="KEY",
        help="The log's key as you wrote it down: the line that `skillpod log key` prints, or a file with it.",
        show_default=False,
    ),
]


@contextmanager
def opened(home: Path, journal: Path | None) -> Iterator[int]:
    """A descriptor of the journal's directory. Raises PathUnusable."""
    path = journal if journal is not None else Home(home).journal
    try:
        directory = open_directory(path)
    except FileNotFoundError:
        raise PathUnusable("no journal is here", at=str(path), hint="a pod writes one when it first starts; --home says where") from None
    except OSError as fault:
        raise PathUnusable(f"the journal can't be read: {os.strerror(fault.errno or 0)}", at=str(path)) from fault
    try:
        yield directory
    finally:
        os.close(directory)


def own_key(directory: int) -> VerifierKey:
    """The key the log says is its own. Raises PathUnusable where there is none, JournalCorrupt."""
    found = read_log_key(directory)
    if found is None:
        raise PathUnusable("this log has no key", at=VKEY, hint="it is of an older skillpod: a pod that starts on it makes one")
    return found


def given_key(text: str, *, option: str = "--key") -> VerifierKey:
    """The key in an option, or in the file that it names. Raises DocumentInvalid."""
    path = Path(text)
    return read_key(path.read_text("utf-8", "replace") if path.is_file() else text, at=option)


def copied(files: Sequence[Path], key: VerifierKey) -> list[Copied]:
    """The checkpoints in files that were kept elsewhere, each with one or with several. Raises DocumentInvalid, PathUnusable."""
    return [read_copies(_content(file), key, at=str(file)) for file in files]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise PathUnusable(fault.strerror or str(fault), at=str(file)) from fault
