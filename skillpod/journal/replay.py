"""The journal read back: every entry in order for who rebuilds, those that match for who asks, from either end."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from skillpod.errors import JournalCorrupt, PathUnusable
from skillpod.journal.entry import MAX_LINE, Recorded, call_at_a_glance, decode
from skillpod.journal.query import EVERYTHING, Query
from skillpod.journal.segments import (
    DISTRUST,
    Line,
    dropped_entries,
    last_whole_line,
    open_directory,
    place,
    placed,
    read_lines,
    reading_if_there,
    segment_numbers,
    sequence_at_a_glance,
)
from skillpod.model.entry import Fact

_BLOCK = 256 * 1024
"""Bytes that are looked at as one: small enough for a processor's cache, much larger than any line."""


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers of the first entry whose line is still there, and of the last; 1 and 0 where there are none."""

    first: int
    last: int


def read(directory: Path, query: Query = EVERYTHING, *, after: int = 0) -> Iterator[Recorded]:
    """The entries numbered above ``after`` that match, in order. A torn last line is passed over; a missing directory holds no entries.

    Whatever is parsed must be an entry in its place; with no query that is all there is. Raises JournalCorrupt, naming segment and line,
    once everything before that was given, and PathUnusable.
    """
    return (recorded for recorded, _ in read_with_lines(directory, query, after=after))


def read_with_lines(directory: Path, query: Query = EVERYTHING, *, after: int = 0) -> Iterator[tuple[Recorded, bytes]]:
    """As ``read``, each entry with the exact bytes of its line."""
    with _opened(directory) as journal:
        if journal is None:
            return
        numbers = segment_numbers(journal)
        order = _Order(0 if after or not numbers else 1 + dropped_entries(journal))
        for number in numbers[_first_segment(journal, numbers, after) :]:
            with _segment(journal, number) as segment:
                if segment is None:
                    order.lose()  # retention was quicker; what comes next is the first that is left
                    continue
                if _may_match(segment, query):
                    yield from _entries(segment, query, order, after=after, is_last=number == numbers[-1])
                else:
                    order.pass_over()


def newest_first(directory: Path, query: Query = EVERYTHING) -> Iterator[Recorded]:
    """The entries that match, from the end on, read as far as they are asked for. Raises as ``read``."""
    for segment, line in _backwards(directory, query):
        recorded = _decoded(segment, line)
        if query.matches(recorded, line.content):
            yield recorded


def newest(directory: Path, count: int, query: Query = EVERYTHING) -> list[Recorded]:
    """The last ``count`` entries that match, oldest first. Raises as ``read``."""
    return [*islice(newest_first(directory, query), count)][::-1]


def calls(directory: Path, query: Query) -> Counter[tuple[str, str]]:
    """How many calls there were, by skill and outcome, of a query that asks for skills and times only. Raises as ``read``."""
    found: Counter[tuple[str, str]] = Counter()
    query = replace(query, words={**query.words, "fact": (Fact.CALL.value,)})
    for segment, block, start in _blocks_backwards(directory, query):
        end = start
        for content in block.split(b"\n")[:-1]:
            end += len(content) + 1
            glance = call_at_a_glance(content)
            if glance is not None:
                if query.matches_call(*glance[:2]):
                    found[glance[1:]] += 1
            elif query.may_match(content):
                recorded = _decoded(segment, Line(content + b"\n", end - len(content) - 1))
                if query.matches(recorded, content):
                    found[recorded.entry.skill, recorded.entry.outcome] += 1
    return found


def span(directory: Path) -> Span:
    """Which entries are there. Raises as ``read``."""
    last = next(newest_first(directory), None)
    with _opened(directory) as journal:
        numbers = segment_numbers(journal) if journal is not None else []
        first = 1 + dropped_entries(journal) if journal is not None and numbers else 1
    return Span(first, last.seq if last else first - 1)


# --- files -----------------------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(directory: Path) -> Iterator[int | None]:
    """The journal's directory; None where there is none. Raises PathUnusable."""
    try:
        journal = open_directory(directory)
    except FileNotFoundError:
        yield None
        return
    except OSError as fault:
        raise PathUnusable(
            f"the journal can't be read: {os.strerror(fault.errno or 0)}", at=str(directory), hint="it belongs to the pod's own user"
        ) from fault
    try:
        yield journal
    finally:
        os.close(journal)


@contextmanager
def _segment(journal: int, number: int) -> Iterator[BinaryIO | None]:
    """A segment that was there a moment ago; None when it was dropped since. Raises JournalCorrupt when it is gone otherwise."""
    segment = reading_if_there(journal, number)
    if segment is None:
        yield None
        return
    with segment:
        yield segment


def _may_match(segment: BinaryIO, query: Query) -> bool:
    """Whether a segment may hold an entry of the time that is asked for, by its first and its last line."""
    if not query.since and not query.until:
        return True
    segment.seek(0)
    return query.may_lie_between(segment.readline(MAX_LINE), last_whole_line(segment))


# --- forwards --------------------------------------------------------------------------------------------------------------------


class _Order:
    """What number must come next, of lines of which some are passed over: those that touch count by one, the others upward."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._seen = expected - 1
        self._end = 0  # of the last line that was parsed: the next must begin there for its number to be known

    def check(self, segment: BinaryIO, line: Line, seq: int) -> None:
        """Raises JournalCorrupt."""
        is_next = self._expected and line.start == self._end
        if (is_next and seq != self._expected) or (self._seen > 0 and seq <= self._seen):
            wanted = f"entry {self._expected}" if is_next else f"an entry after {self._seen}"
            raise JournalCorrupt(f"{wanted} should stand here, {seq} does", at=place(segment, line), hint=DISTRUST)
        self._seen, self._expected, self._end = seq, seq + 1, line.end

    def leave(self, segment: BinaryIO) -> None:
        """The segment ends: the next begins where it ended, if its last line was parsed."""
        if self._end != segment.seek(0, os.SEEK_END):
            self._expected = 0
        self._end = 0

    def pass_over(self) -> None:
        self._expected = self._end = 0

    def lose(self) -> None:
        self._expected = self._seen = self._end = 0


def _entries(segment: BinaryIO, query: Query, order: _Order, *, after: int, is_last: bool) -> Iterator[tuple[Recorded, bytes]]:
    """Those of one segment; where it is the last, a line that is not whole is one that is being written."""
    for line in _lines(segment, query, start=_offset_before(segment, after) if after else 0):
        if not line.is_whole and is_last:
            return
        seq = sequence_at_a_glance(line.content)
        if 0 < seq <= after:
            order.check(segment, line, seq)
            continue
        recorded = _decoded(segment, line)
        order.check(segment, line, recorded.seq)
        if query.matches(recorded, line.content):
            yield recorded, line.content
    order.leave(segment)


def _first_segment(journal: int, numbers: Sequence[int], after: int) -> int:
    """The place in ``numbers`` of the segment that holds entry ``after + 1``, or would."""
    for index in range(len(numbers) - 1, 0, -1) if after else ():
        with _segment(journal, numbers[index]) as segment:
            first = next(read_lines(segment), None) if segment is not None else None
        if first is not None and 0 < sequence_at_a_glance(first.content) <= after + 1:
            return index
    return 0


def _offset_before(segment: BinaryIO, after: int) -> int:
    """The start of a line numbered at most ``after``, close to the one that follows it; found by halving."""
    low, high = 0, segment.seek(0, os.SEEK_END)
    while high - low > _BLOCK:
        segment.seek((low + high) // 2)
        start = segment.tell() + len(segment.readline())
        seq = sequence_at_a_glance(segment.readline())
        if not 0 < seq <= after:
            high = (low + high) // 2
        else:
            low = start
    return low


def _lines(segment: BinaryIO, query: Query, *, start: int) -> Iterator[Line]:
    """The lines that may be what is asked for, and the last of the segment where it is not whole."""
    segment.seek(start)
    rest = b""
    while block := segment.read(_BLOCK):
        block = rest + block
        whole = block.rfind(b"\n") + 1
        rest = block[whole:]
        if whole and query.may_hold(block[:whole]):
            yield from _split(segment, block[:whole], query, start)
        start += whole
        if len(rest) > MAX_LINE:
            raise _too_long(segment, Line(rest, start))
    if rest:
        yield Line(rest, start)


def _split(segment: BinaryIO, block: bytes, query: Query, start: int) -> Iterator[Line]:
    for content in block.split(b"\n")[:-1]:
        if len(content) >= MAX_LINE:
            raise _too_long(segment, Line(content, start))
        if query.may_match(content):
            yield Line(content + b"\n", start)
        start += len(content) + 1


def _too_long(segment: BinaryIO, line: Line) -> JournalCorrupt:
    return JournalCorrupt(f"a line is longer than {MAX_LINE} bytes", at=place(segment, line), hint=DISTRUST)


def _decoded(segment: BinaryIO, line: Line) -> Recorded:
    try:
        if not line.is_whole:
            raise JournalCorrupt("a finished segment ends in the middle of a line")
        return decode(line.content)
    except JournalCorrupt as fault:
        raise placed(fault, place(segment, line)) from fault


# --- backwards -------------------------------------------------------------------------------------------------------------------


def _backwards(directory: Path, query: Query) -> Iterator[tuple[BinaryIO, Line]]:
    """Every whole line that may be what is asked for, newest first."""
    for segment, block, start in _blocks_backwards(directory, query):
        end = start + len(block)
        for content in reversed(block.split(b"\n")[:-1]):
            end -= len(content) + 1
            if query.may_match(content):
                yield segment, Line(content + b"\n", end)


def _blocks_backwards(directory: Path, query: Query) -> Iterator[tuple[BinaryIO, bytes, int]]:
    """Whole lines together, among them some that may be what is asked for, and where the first begins; the newest first."""
    with _opened(directory) as journal:
        if journal is None:
            return
        for number in reversed(segment_numbers(journal)):
            with _segment(journal, number) as segment:
                if segment is not None and _may_match(segment, query):
                    for block, start in _blocks_of(segment):
                        if query.may_hold(block):
                            yield segment, block, start


def _blocks_of(segment: BinaryIO) -> Iterator[tuple[bytes, int]]:
    start, rest = segment.seek(0, os.SEEK_END), b""
    is_at_end = True
    while start:
        size = min(_BLOCK, start)
        start -= size
        segment.seek(start)
        block = segment.read(size) + rest
        if is_at_end:
            block = block[: block.rfind(b"\n") + 1]
            is_at_end = not block
        first = block.find(b"\n") + 1 if start else 0
        rest = block[:first]
        if start and not first and len(block) > MAX_LINE:
            raise _too_long(segment, Line(block, start))
        yield block[first:], start + first
