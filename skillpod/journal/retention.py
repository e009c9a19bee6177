"""Old segments let go of: the body goes, its leaf hashes stay, so that every proof and every checkpoint of before still holds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from skillpod.errors import JournalCorrupt
from skillpod.journal.hashes import HashFile
from skillpod.journal.salts import DIRECTORY, Salts
from skillpod.journal.segments import (
    DISTRUST,
    leaves_name,
    open_directory,
    read_lines,
    reading,
    replace,
    segment_name,
    segment_numbers,
    sequence_at_a_glance,
    unwritable,
)
from skillpod.journal.tree.merkle import SIZE, leaf_hash, place


@dataclass(frozen=True, slots=True)
class Body:
    """A segment whose lines are there: its number, that of its first entry, and its bytes. One without a line has no first entry: 0."""

    number: int
    first: int
    size: int


def bodies(path: Path) -> list[Body]:
    """What is there of a journal's directory, upward. Raises JournalFailed."""
    with _opened(path) as directory:
        return [_body(directory, number) for number in segment_numbers(directory)]


def _body(directory: int, number: int) -> Body:
    with reading(directory, number) as segment:
        return Body(number, sequence_at_a_glance(segment.readline()), os.fstat(segment.fileno()).st_size)


def due(found: Sequence[Body], keep: int) -> Sequence[Body]:
    """The oldest, as many as must go for the others to have ``keep`` bytes at most. Never the newest: it is written to; nor the one before
    it as long as it has no line, which says where the one before ends."""
    excess = sum(body.size for body in found) - keep
    going = 0
    while excess > 0 and going < len(found) - 1:
        excess -= found[going].size
        going += 1
    if going and not found[going].first:
        going -= 1
    return found[:going]


def keep_leaves(path: Path, body: Body) -> None:
    """Write the leaf hashes of a finished segment beside it, durable when this returns. As long as its body is there, that counts.

    Raises JournalCorrupt when its lines are not those the kept hashes are of: then it is evidence, and stays. Raises JournalUnwritable.
    """
    with _opened(path) as directory:
        replace(directory, leaves_name(body.number), _leaves(directory, body))
        os.fsync(directory)


def drop(path: Path, body: Body) -> None:
    """Let the body go, and its salts before it. Its leaves were kept, and the state that its entries come to stands in a later segment.

    Raises JournalUnwritable.
    """
    with _opened(path) as directory:
        os.stat(leaves_name(body.number), dir_fd=directory, follow_symlinks=False)  # SAFE: nothing goes that nothing stands for
        Salts(path.parent / DIRECTORY).drop(body.number)
        os.unlink(segment_name(body.number), dir_fd=directory)
        os.fsync(directory)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The directory; whatever the disk says against what is done with it is a JournalUnwritable."""
    try:
        directory = open_directory(path)
        try:
            yield directory
        finally:
            os.close(directory)
    except OSError as fault:
        raise unwritable(fault, at=str(path)) from fault


def _leaves(directory: int, body: Body) -> bytes:
    with reading(directory, body.number) as segment:
        leaves = [leaf_hash(line.content) for line in read_lines(segment) if line.is_whole]
    if not _is_known(directory, body.first - 1, leaves):
        name = segment_name(body.number)
        raise JournalCorrupt(
            f"{name} is too old to be kept, and is not what the hashes of the log say it was: it stays, for whoever must find out",
            at=name,
            hint=f"a restart of the pod holds every line against what was signed, and makes bad hashes anew; {DISTRUST}",
        )
    return b"".join(leaves)


def _is_known(directory: int, before: int, leaves: Sequence[bytes]) -> bool:
    """Whether these are the kept hashes of the entries after the first ``before``."""
    hashes = HashFile(directory)
    try:
        start = place(0, before)
        run = hashes.run(start, place(0, before + len(leaves)) - start)
    finally:
        hashes.close()
    offsets = [(place(0, before + index) - start) * SIZE for index in range(len(leaves))]
    return all(run[offset : offset + SIZE] == leaf for offset, leaf in zip(offsets, leaves, strict=True))
