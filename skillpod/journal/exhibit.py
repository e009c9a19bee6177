"""One entry, or a span of them, as evidence: the exact lines, and the proof that they stand in the log somebody has signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from skillpod.errors import JournalCorrupt, UnknownEntry
from skillpod.journal.batches import batches
from skillpod.journal.hashes import HashFile
from skillpod.journal.segments import (
    DISTRUST,
    dropped_entries,
    read_lines,
    reading,
    segment_name,
    segment_numbers,
    sequence_at_a_glance,
)
from skillpod.journal.signed import newest
from skillpod.journal.tree.checkpoint import Checkpoint, Signed
from skillpod.journal.tree.merkle import Growing, Reader, consistency, inclusion, is_consistent, is_included, leaf_hash, peak_places, place
from skillpod.journal.tree.note import VerifierKey
from skillpod.journal.tree.proof import Proof

_WHOLE = "`skillpod log verify` reads the whole log, needs no file of hashes, and names what is wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What a third party needs of an entry, but for the key. ``line`` has its newline; it is empty where the segment was dropped."""

    line: bytes
    proof: Proof
    head: Checkpoint


def exhibit(directory: int, seq: int, key: VerifierKey) -> Exhibit:
    """The entry of that number, proven under the newest checkpoint. Raises UnknownEntry, JournalCorrupt, OSError."""
    signed = newest(directory, key)
    head = signed.checkpoint
    if seq > head.size:
        raise _beyond(seq, head)
    line = next((line for _, line in lines(directory, seq, seq)), b"")
    known, path = _path(directory, seq - 1, head)
    if not is_included(leaf_hash(line) if line else known, seq - 1, head.size, head.root, path):
        raise JournalCorrupt(
            f"entry {seq} can't be proven: it, or the file of hashes, is not what was signed", at=f"entry {seq}", hint=_WHOLE
        )
    return Exhibit(line=line, proof=Proof(index=seq - 1, hashes=tuple(path), note=signed.note), head=head)


def hold(directory: int, first: int, last: int, key: VerifierKey) -> Signed:
    """Hold the entries from ``first`` to ``last`` against the newest checkpoint, without reading the others; the checkpoint.

    Raises UnknownEntry for a span that is not there, JournalCorrupt that names the first of them that is another, OSError.
    """
    signed = newest(directory, key)
    head = signed.checkpoint
    if last > head.size or first <= dropped_entries(directory):
        raise _beyond(last, head) if last > head.size else _dropped(first, directory)
    with closing(HashFile(directory)) as hashes:
        try:
            tree = Growing(first - 1, hashes.read(peak_places(first - 1)))
            path = consistency(last, head.size, hashes.read)
            known = _leaves(hashes.read, first, last)
        except ValueError as fault:
            raise JournalCorrupt("the file of hashes ends before the entries asked for", at="hashes", hint=_WHOLE) from fault
    found = [leaf_hash(line) for _, line in lines(directory, first, last)]
    tree.grow(found)
    if tree.size == last and is_consistent(last, tree.root(), head.size, head.root, path):
        return signed
    other = next((offset for offset, leaf in enumerate(known) if found[offset : offset + 1] != [leaf]), None)
    if other is None:
        raise JournalCorrupt("the file of hashes does not lead to what was signed", at="hashes", hint=_WHOLE)
    raise JournalCorrupt(f"entry {first + other} is not what was signed", at=f"entry {first + other}", hint=DISTRUST)


def lines(directory: int, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """The lines of those entries with their numbers, as far as they are there. Raises JournalCorrupt, OSError."""
    begin = {number: start for number in segment_numbers(directory) if (start := _first(directory, number))}
    numbers = list(begin)
    for number, following in zip(numbers, [*numbers[1:], 0], strict=True):
        if begin[number] > last or (following and begin[following] <= first):
            continue
        with reading(directory, number) as segment:
            for seq, line in enumerate(read_lines(segment), begin[number]):
                if seq > last:
                    return
                if seq >= first and line.is_whole:
                    yield seq, line.content


def _first(directory: int, number: int) -> int:
    """The number of a segment's first entry, by what that says; 0 where it has none yet. Whoever changed it is found out by the proof."""
    with reading(directory, number) as segment:
        line = next(read_lines(segment), None)
    found = sequence_at_a_glance(line.content) if line else 0
    if line and not found:
        raise JournalCorrupt("this line says no number", at=f"{segment_name(number)}:1", hint=DISTRUST)
    return found


def _path(directory: int, index: int, head: Checkpoint) -> tuple[bytes, Sequence[bytes]]:
    """A leaf and the hashes that lead up from it: of the file of hashes, or where that is of no use, of all the lines."""
    try:
        with closing(HashFile(directory)) as hashes:
            return hashes.read([place(0, index)])[0], inclusion(index, head.size, hashes.read)
    except (FileNotFoundError, ValueError):
        tree, kept = Growing(), list[bytes]()
        for batch in batches(directory):
            kept += tree.grow(batch.leaves)
        return kept[place(0, index)], inclusion(index, head.size, lambda places: [kept[spot] for spot in places])


def _leaves(read: Reader, first: int, last: int) -> Sequence[bytes]:
    return read([place(0, seq - 1) for seq in range(first, last + 1)])


def _beyond(seq: int, head: Checkpoint) -> UnknownEntry:
    return UnknownEntry(
        f"entry {seq} is not signed: the newest checkpoint is of {head.size} entries",
        hint="a pod that runs signs what is new within a second",
    )


def _dropped(first: int, directory: int) -> UnknownEntry:
    return UnknownEntry(
        f"entry {first} was dropped by retention: of the first {dropped_entries(directory)} entries only the hashes are here",
        hint=f"ask for those from {dropped_entries(directory) + 1} on",
    )
