"""The lines of a log as they stand, and the leaves they are, some at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from skillpod.errors import JournalCorrupt
from skillpod.journal.entry import MAX_LINE
from skillpod.journal.segments import BREAK, leaves_name, listed, open_plain, reading_if_there, segment_name
from skillpod.journal.tree.merkle import SIZE

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Some entries as they stand, and the hashes of their leaves. ``first`` is the number of the first; of a dropped segment there are no
    ``lines``; ``line`` is the first one's place in its file, from 1; ``end`` the offset after the last."""

    number: int
    first: int
    line: int
    lines: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    end: int


def batches(directory: int) -> Iterator[Batch]:
    """Every whole line, and every leaf of dropped segments, in order. Raises JournalCorrupt, OSError."""
    return batches_of(directory, *listed(directory))


def batches_of(directory: int, dropped: Sequence[int], numbers: Sequence[int]) -> Iterator[Batch]:
    """As ``batches``, of these segments: the ``dropped`` ones, and those that are there."""
    first = 1
    for number in dropped:
        for batch in _stood_for(directory, number, first):
            yield batch
            first += len(batch.leaves)
    for number in numbers:
        segment = reading_if_there(directory, number)
        if segment is None:
            for batch in _stood_for(directory, number, first):
                yield batch
                first += len(batch.leaves)
            continue
        with segment:
            for batch in _lines(segment, number, first):
                yield batch
                first += len(batch.leaves)
            if number != numbers[-1] and segment.tell() != batch.end:
                raise JournalCorrupt("a finished segment ends in the middle of a line", at=segment_name(number), hint=BREAK)


def _stood_for(directory: int, number: int, first: int) -> Iterator[Batch]:
    """The leaves of a dropped segment."""
    with open(open_plain(directory, leaves_name(number)), "rb") as file:
        while content := file.read(_BLOCK):
            found = tuple(content[start : start + SIZE] for start in range(0, len(content) // SIZE * SIZE, SIZE))
            yield Batch(number, first, 1, (), found, 0)
            first += len(found)


def _lines(segment: BinaryIO, number: int, first: int) -> Iterator[Batch]:
    """At least one batch, which may be empty."""
    rest, line, end = b"", 1, 0
    while True:
        block = segment.read(_BLOCK)
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        if len(rest) >= MAX_LINE or (lines and max(map(len, lines)) >= MAX_LINE):
            at = next((offset for offset, content in enumerate([*lines, rest]) if len(content) >= MAX_LINE), 0)
            raise JournalCorrupt(f"a line is longer than {MAX_LINE} bytes", at=f"{segment_name(number)}:{line + at}", hint=BREAK)
        end += sum(map(len, lines)) + len(lines)
        leaves = tuple([sha256(b"\0" + content + b"\n").digest() for content in lines])
        yield Batch(number, first, line, tuple(lines), leaves, end)
        first += len(lines)
        line += len(lines)
        if not block:
            return
