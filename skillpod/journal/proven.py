"""What still is what was signed, of a log that is not: as far as checkpoints and kept hashes lead."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from skillpod.errors import JournalCorrupt
from skillpod.journal.batches import batches_of
from skillpod.journal.segments import unbroken
from skillpod.journal.signed import readable, stored_leaves
from skillpod.journal.tree.checkpoint import Signed
from skillpod.journal.tree.merkle import SIZE, Growing
from skillpod.journal.tree.note import VerifierKey


@dataclass(frozen=True, slots=True)
class Proven:
    """Of a log that is not what was signed: how many entries from the first on are (``size``), and the newest checkpoint that ``held``, as
    all before it did; None when none did."""

    size: int
    held: Signed | None


NOTHING_PROVEN = Proven(0, None)


def proven(directory: int, key: VerifierKey, *, copies: Sequence[Signed] = ()) -> Proven:
    """Of a log that is not what was signed of it: what still is.

    Where there are ``copies`` that somebody kept elsewhere, they alone count: whoever has the key signs what he likes in the directory.
    """
    marks = sorted(copies or readable(directory, key), key=lambda mark: mark.checkpoint.size)
    held: Signed | None = None
    tree = Growing()
    with suppress(JournalCorrupt, OSError):
        for batch in batches_of(directory, *unbroken(directory)):
            leaves = batch.leaves
            while marks and marks[0].checkpoint.size <= tree.size + len(leaves):
                until = marks[0].checkpoint.size - tree.size
                tree.grow(leaves[:until])
                leaves = leaves[until:]
                here = [mark for mark in marks if mark.checkpoint.size == tree.size]
                if any(mark.checkpoint.root != tree.root() for mark in here):
                    return _further(directory, held, here)
                held, marks = here[0], marks[len(here) :]
            tree.grow(leaves)
    return _further(directory, held, marks[:1])


def _further(directory: int, held: Signed | None, broken: Sequence[Signed]) -> Proven:
    """Beyond the checkpoint that holds, as far as the lines are those of one that does not: by kept hashes that lead to its root."""
    size = held.checkpoint.size if held else 0
    for mark in broken:
        stored = stored_leaves(directory, mark)
        if stored is not None:
            size = max(size, _agreeing(directory, stored))
    return Proven(size, held)


def _agreeing(directory: int, stored: bytes) -> int:
    """How many entries from the first on have these leaves."""
    count = 0
    with suppress(JournalCorrupt, OSError):
        for batch in batches_of(directory, *unbroken(directory)):
            for leaf in batch.leaves:
                if leaf != stored[count * SIZE : (count + 1) * SIZE]:
                    return count
                count += 1
    return count
