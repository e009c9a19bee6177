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
    if index.position() < dropped or (end is not None and index.position() > end):
        index.reset()  # it is behind, or of another journal than the one that is here: the journal is the truth
    is_needed = index.position() < dropped
    index.apply_all((recorded.seq, recorded.entry) for recorded in read(journal, _FOLDED, after=index.position()))
    if is_needed and not index.is_stated:
        index.reset()
        raise JournalCorrupt(
            f"the first {dropped} entries were dropped, and none that stayed states what they came to",
            at=f"entry {dropped + 1}",
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
