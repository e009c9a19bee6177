"""What the journal comes to, folded into its index: from where the index stands, or from the first entry that is needed."""

from __future__ import annotations

import os
from pathlib import Path

from skillpod.errors import JournalCorrupt
from skillpod.journal.query import Query
from skillpod.journal.replay import read
from skillpod.journal.segments import BREAK, dropped_entries, open_directory
from skillpod.model.entry import Fact
from skillpod.store.index import Index

_FOLDED = Query(words={"fact": tuple(fact.value for fact in Fact if fact is not Fact.CALL)})
"""Calls move nothing, and are most of what a log holds: they are told by their bytes, and not parsed."""


def recollect(index: Index, journal: Path, *, end: int | None = None) -> None:
    """Bring the index up to the journal, of which ``end`` is the last number, None where nobody knows.

    Where retention has taken the first entries away, those that stayed must state what the first came to. Raises JournalCorrupt when they
    do not, and what ``read`` raises.
    """
    dropped = _dropped(journal)
    if end is not None:
        require_known(index, end)
    if index.position() < dropped:
        index.reset()
    is_needed = index.position() < dropped
    index.apply_all((recorded.seq, recorded.entry) for recorded in read(journal, _FOLDED, after=index.position()))
    if is_needed and not index.is_stated:
        index.reset()
        raise JournalCorrupt(
            f"the first {dropped} entries were dropped, and none that stayed states what they came to",
            at=f"entry {dropped + 1}",
            hint=BREAK,
        )


def require_known(index: Index, end: int) -> None:
    """Raise JournalCorrupt when the index has folded in more entries than the journal has: each was durable before it was."""
    if index.position() > end:
        raise JournalCorrupt(
            f"the index has seen entry {index.position()}, and the log ends with {end}: it was cut, or an older one was put in its place",
            at=f"entry {end + 1}",
            hint=BREAK,
        )


def _dropped(journal: Path) -> int:
    try:
        directory = open_directory(journal)
    except OSError:
        return 0  # there is no journal, or ``read`` says why it can't be read
    try:
        return dropped_entries(directory)
    finally:
        os.close(directory)
