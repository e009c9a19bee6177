"""The whole log held against what was signed of it: every byte of every line, every signed size of the tree, at once.

A start and ``skillpod log verify`` ask the same here. What is wrong is a JournalCorrupt that names the first bad entry and what happened to
it, as well as that can be told: by the file of kept hashes where it still fits a signed root, otherwise by the signed sizes around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from skillpod.errors import JournalCorrupt
from skillpod.journal.batches import Batch, batches
from skillpod.journal.entry import decode, sequence
from skillpod.journal.hashes import HashFile
from skillpod.journal.segments import BREAK, placed, segment_name, segment_numbers
from skillpod.journal.signed import CHECKPOINT, newest, open_hashes, read_cosigned, read_history, stored_leaves
from skillpod.journal.tree.checkpoint import Signed
from skillpod.journal.tree.merkle import SIZE, Growing
from skillpod.journal.tree.note import VerifierKey
from skillpod.model.entry import Fact

_WINDOW = 4096
"""Entries after the first bad one that are looked at to tell what happened to it."""

_DROPPED = b'"fact":"log.dropped"'

Told = Callable[[int], None]
"""Is told now and then how many entries have been read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A log that is what was signed. ``tree`` is that of all whole lines, ``sealed`` the newest checkpoint, None for a log that never had
    one; ``kept`` how many hashes of the file of hashes are right; ``segment`` the newest one's number, 0 without one, and ``whole`` the
    bytes of its whole lines; ``checkpoints`` how many the tree was held against."""

    tree: Growing
    sealed: Signed | None
    kept: int
    segment: int
    whole: int
    checkpoints: int


def check(directory: int, key: VerifierKey | None, *, copies: Sequence[Signed] = (), told: Told = lambda _count: None) -> Checked:
    """Read everything and hold it against the newest checkpoint, those of before, and ``copies`` that somebody kept elsewhere.

    Without a ``key`` there is no checkpoint to hold it against: a log of before there were any. Raises JournalCorrupt, OSError.
    """
    history = [] if key is None else read_history(directory, key)  # before the newest: a pod that runs replaces that first
    sealed = None if key is None else newest(directory, key)
    witnessed = None if key is None else read_cosigned(directory, key)
    marks = sorted([*history, *filter(None, (sealed, witnessed)), *copies], key=lambda mark: mark.checkpoint.size)
    checked = _Check(directory, marks, sealed=sealed, told=told).run()
    if sealed and any(mark.checkpoint.size > sealed.checkpoint.size for mark in history):
        raise JournalCorrupt("the checkpoint is older than one before it: it was put back", at=CHECKPOINT, hint=BREAK)
    return checked


class _Check:
    def __init__(self, directory: int, marks: Sequence[Signed], *, sealed: Signed | None, told: Told) -> None:
        self._directory = directory
        self._marks = marks
        self._sealed = sealed
        self._told = told
        self._signed = max((mark.checkpoint.size for mark in marks), default=0)
        there = segment_numbers(directory)
        self._oldest, self._newest = (there[0], there[-1]) if there else (1 << 62, 0)
        self._tree = Growing()
        self._good = 0
        """The largest signed size that held."""
        self._next = 0
        self._dropped = 0
        """The last entry of dropped segments, and the last of which an entry that is here says that it was dropped."""
        self._said = 0

    def run(self) -> Checked:
        hashes = open_hashes(self._directory)
        try:
            return self._run(hashes)
        finally:
            if hashes is not None:
                hashes.close()

    def _run(self, hashes: HashFile | None) -> Checked:
        right, is_right = 0, hashes is not None
        number = whole = 0
        self._hold()
        for found in batches(self._directory):
            batch = self._reached_the_disk(found)
            number, whole = batch.number, batch.end
            self._look(batch)
            new = self._grow(batch.leaves)
            if is_right and hashes is not None:
                is_right = hashes.run(right, len(new)) == b"".join(new)
                right += len(new) if is_right else 0
            self._told(self._tree.size)
            if batch is not found:
                break
        if self._tree.size < self._signed:
            self._cut(self._signed)
        if hashes is not None and is_right and hashes.size > self._tree.size:
            self._cut(hashes.size)
        if self._dropped > self._said:
            self._taken_out()
        return Checked(
            tree=self._tree,
            sealed=self._sealed,
            kept=right,
            segment=number if self._newest else 0,
            whole=whole,
            checkpoints=len(self._marks),
        )

    def _grow(self, leaves: tuple[bytes, ...]) -> list[bytes]:
        """Take the leaves, with a stop at every size that was signed."""
        new: list[bytes] = []
        while self._next < len(self._marks) and self._marks[self._next].checkpoint.size <= self._tree.size + len(leaves):
            until = self._marks[self._next].checkpoint.size - self._tree.size
            new += self._tree.grow(leaves[:until])
            leaves = leaves[until:]
            self._hold()
        return new + self._tree.grow(leaves)

    def _hold(self) -> None:
        """Hold the tree against every checkpoint of its size."""
        while self._next < len(self._marks) and self._marks[self._next].checkpoint.size == self._tree.size:
            if self._marks[self._next].checkpoint.root != self._tree.root():
                self._locate(self._marks[self._next])
            self._good = self._tree.size
            self._next += 1

    def _reached_the_disk(self, batch: Batch) -> Batch:
        """Without what a power cut left of the newest append, where a page that never was written reads as NULs: no line of ours has one,
        and nobody was told yet that anything of it is written."""
        if batch.first + len(batch.lines) <= self._signed + 1 or batch.number != self._newest:
            return batch
        torn = next((at for at, line in enumerate(batch.lines) if b"\0" in line and batch.first + at > self._signed), None)
        if torn is None:
            return batch
        end = batch.end - sum(len(line) + 1 for line in batch.lines[torn:])
        return replace(batch, lines=batch.lines[:torn], leaves=batch.leaves[:torn], end=end)

    def _look(self, batch: Batch) -> None:
        """Each line says the number that is its place; one that nothing was signed of yet must be an entry, too."""
        expected = batch.first
        if not batch.lines and batch.leaves:
            self._dropped = batch.first + len(batch.leaves) - 1
            if batch.number >= self._oldest:  # let go of since this check began; the word of it may be where this check does not look
                self._said = self._dropped
        for line in batch.lines:
            if self._dropped and _DROPPED in line:
                self._said = max(self._said, _last_dropped(line))
            is_numbered = line.startswith(b'{"v":1,"seq":%d,' % expected)
            if not is_numbered and expected <= self._signed:
                self._locate(next(mark for mark in self._marks if mark.checkpoint.size >= expected))
            if expected > self._signed:
                self._parse(line, expected, f"{segment_name(batch.number)}:{batch.line + expected - batch.first}")
            expected += 1

    def _parse(self, line: bytes, expected: int, at: str) -> None:
        try:
            found = sequence(line)
        except JournalCorrupt as fault:
            raise placed(fault, at) from fault
        if found != expected:
            raise JournalCorrupt(f"entry {expected} should stand here, {found} does", at=at, hint=BREAK)

    # --- what is wrong ---

    def _cut(self, size: int) -> NoReturn:
        last = self._tree.size
        which = f"entry {size} is" if size == last + 1 else f"entries {last + 1} to {size} are"
        raise JournalCorrupt(f"{which} missing: the log ends before what was signed of it", at=f"entry {last + 1}", hint=BREAK)

    def _taken_out(self) -> NoReturn:
        """An entry says that segments are let go of before they are: ``lifecycle.upkeep``."""
        span = f"the entries {self._said + 1} to {self._dropped}"
        raise JournalCorrupt(
            f"the lines of {span} are gone, only their hashes are here, and no entry says that they were dropped: they were taken out",
            at=f"entry {self._said + 1}",
            hint=BREAK,
        )

    def _locate(self, mark: Signed) -> NoReturn:
        """Name the first entry that is not what the tree of a checkpoint was made of."""
        size = mark.checkpoint.size
        stored = stored_leaves(self._directory, mark)
        if stored is None:
            self._between(size)
        window: list[bytes] = []
        first, place_of = 0, ""
        for batch in batches(self._directory):
            for offset, leaf in enumerate(batch.leaves):
                seq = batch.first + offset
                if not first and (seq > size or leaf != stored[(seq - 1) * SIZE : seq * SIZE]):
                    first, place_of = seq, f"{segment_name(batch.number)}:{batch.line + offset}"
                if first and len(window) < _WINDOW:
                    window.append(leaf)
            if len(window) == _WINDOW:
                break
        if not first:
            self._cut(size)
        signed = [stored[start : start + SIZE] for start in range((first - 1) * SIZE, min(size * SIZE, (first - 1 + _WINDOW) * SIZE), SIZE)]
        raise JournalCorrupt(f"{what_happened(first, window, signed)} (signed: the first {size} entries)", at=place_of, hint=BREAK)

    def _between(self, size: int) -> NoReturn:
        if size == self._good:
            raise JournalCorrupt(
                f"two checkpoints were signed of the first {size} entries, and the log is what one says: it was rewritten and signed again",
                at=f"entry {size}",
                hint=BREAK,
            )
        span = f"entry {size}" if size == self._good + 1 else f"one of the entries {self._good + 1} to {size}"
        raise JournalCorrupt(
            f"{span} is not what was signed: changed, taken out, moved or put in (which one, the file of hashes can't tell any more)",
            at=f"entry {self._good + 1}",
            hint=BREAK,
        )


def _last_dropped(line: bytes) -> int:
    """The last entry that this one says was dropped; 0 where it is about something else, whatever stands in it."""
    try:
        entry = decode(line).entry
    except JournalCorrupt:
        return 0
    last = entry.details.get("last")
    return last if entry.fact is Fact.LOG_DROPPED and type(last) is int else 0


def what_happened(first: int, found: Sequence[bytes], signed: Sequence[bytes]) -> str:
    """What was done to the log at entry ``first``, by the leaves that are there from it on and those that should be."""
    if found[0] in signed:
        ahead = signed.index(found[0])
        if signed[0] in found and found.index(signed[0]) <= ahead:
            other = first + ahead
            return f"entry {first} does not stand in its place: entry {other} does (lines were swapped or moved)"
        missing = f"entry {first} is" if ahead == 1 else f"entries {first} to {first + ahead - 1} are"
        return f"{missing} missing: entry {first + ahead} stands in that place"
    if signed and signed[0] in found:
        count = found.index(signed[0])
        return f"{'a line was' if count == 1 else f'{count} lines were'} put in before entry {first}"
    return f"entry {first} was changed"
