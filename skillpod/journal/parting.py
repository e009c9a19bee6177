"""Where a log ended when its pod ended in order: said beside the private key, out of reach of who can write the log's directory alone.

A crash leaves lines that no checkpoint is over, and a start takes them. An orderly end leaves none: what was added since is somebody's.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from skillpod.errors import DocumentInvalid, JournalCorrupt
from skillpod.journal.key import verify
from skillpod.journal.segments import BREAK, open_directory, replace
from skillpod.journal.tree.checkpoint import Signed, read_checkpoint
from skillpod.journal.tree.merkle import Growing
from skillpod.journal.tree.note import MAX_BYTES, VerifierKey

FILE = "log.closed"


def part(home: Path, newest: Signed) -> None:
    """Say that the log ended with this checkpoint; durable when it returns. Raises OSError."""
    directory = open_directory(home)
    try:
        replace(directory, FILE, str(newest).encode())
        os.fsync(directory)
    finally:
        os.close(directory)


def begin(home: Path) -> None:
    """The log goes on: durable before a line is added. Raises OSError."""
    directory = open_directory(home)
    try:
        with suppress(FileNotFoundError):
            os.unlink(FILE, dir_fd=directory)
            os.fsync(directory)
    finally:
        os.close(directory)


def require_end(home: Path, tree: Growing, key: VerifierKey | None) -> None:
    """Hold a log's tree against where its pod left it; nothing where that pod crashed, or one runs. Raises JournalCorrupt."""
    left = None if key is None else _left(home, key)
    if left is None:
        return
    size = left.checkpoint.size
    if tree.size > size:
        which = f"entry {size + 1} was" if tree.size == size + 1 else f"entries {size + 1} to {tree.size} were"
        raise JournalCorrupt(
            f"{which} put in while no pod ran: it had ended in order after entry {size}", at=f"entry {size + 1}", hint=BREAK
        )
    if tree.size < size or tree.root() != left.checkpoint.root:
        raise JournalCorrupt(f"this is not the log that the pod left: it had ended in order with entry {size}", at=FILE, hint=BREAK)


def _left(home: Path, key: VerifierKey) -> Signed | None:
    """None where there is none of this log: one that another log left says nothing of it."""
    try:
        with open(os.open(home / FILE, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return read_checkpoint(file.read(MAX_BYTES + 1), key=key, verify=verify, at=FILE)
    except (OSError, DocumentInvalid):
        return None
