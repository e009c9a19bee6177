"""The journal read back: every entry in order for who rebuilds, the newest that match for who asks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from skillpod.errors import JournalCorrupt, PathUnusable
from skillpod.journal.entry import Recorded, decode
from skillpod.journal.segments import (
    DISTRUST,
    Line,
    dropped_entries,
    open_directory,
    place,
    placed,
    read_lines,
    reading,
    segment_numbers,
    sequence_at_a_glance,
)
from skillpod.model.names import exported_name

_BLOCK = 256 * 1024
_CLOCK_SLACK = 3600.0
"""Seconds: a clock that was set back writes older times after newer ones. Reading from the end stops only this far before ``since``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a reviewer asks for; an empty field asks nothing. ``since`` is seconds since the epoch; ``digest`` may be a beginning, with or
    without ``sha256:``; ``tool`` the tool's own name or the exported one; ``fact`` a Fact's value."""

    skill: str = ""
    tool: str = ""
    fact: str = ""
    actor: str = ""
    since: float = 0.0
    outcome: str = ""
    digest: str = ""

    def matches(self, recorded: Recorded) -> bool:
        entry = recorded.entry
        return (
            recorded.ts >= self.since
            and self.skill in ("", entry.skill)
            and self.fact in ("", entry.fact.value)
            and self.actor in ("", entry.actor)
            and self.outcome in ("", entry.outcome)
            and self.tool in ("", entry.tool, exported_name(entry.skill, entry.tool))
            and (entry.digest.startswith(self.digest) or entry.digest.removeprefix("sha256:").startswith(self.digest))
        )

    def marks(self) -> tuple[bytes, ...]:
        """Bytes that stand in the line of every entry that matches: a cheap first look, before a line is parsed."""
        wanted = {"skill": self.skill, "fact": self.fact, "actor": self.actor, "outcome": self.outcome}
        return tuple(f'"{name}":{json.dumps(value)}'.encode("ascii") for name, value in wanted.items() if value)


EVERYTHING = Query()


def read(directory: Path, *, after: int = 0) -> Iterator[Recorded]:
    """Every entry numbered above ``after``, in order. A torn last line is passed over; a missing directory holds no entries.

    Segments and lines before ``after`` are skipped without being parsed. Raises JournalCorrupt, naming segment and line, and PathUnusable.
    """
    journal = _open(directory)
    if journal is None:
        return
    try:
        numbers = segment_numbers(journal)
        first = 0 if after else 1 + dropped_entries(journal)  # any, where those up to ``after`` may be anywhere
        numbers = numbers[_first_segment(journal, numbers, after) :]
        last = 0
        for number in numbers:
            with reading(journal, number) as segment:
                for line in read_lines(segment, start=_offset_before(segment, after) if not last else 0):
                    if not line.is_whole and number == numbers[-1]:
                        return
                    seq = sequence_at_a_glance(line.content)
                    recorded = None if 0 < seq <= after else _decoded(segment, line)
                    seq = recorded.seq if recorded else seq
                    _check_order(segment, line, seq, last + 1 if last else first)
                    last = seq
                    if recorded:
                        yield recorded
    finally:
        os.close(journal)


def newest(directory: Path, count: int, query: Query = EVERYTHING) -> list[Recorded]:
    """The last ``count`` entries that match, oldest first. Reads from the end, as far as it must. Raises as ``read``."""
    found: list[Recorded] = []
    marks = query.marks()
    for segment, line in _backwards(directory):
        if len(found) >= count:
            break
        if not all(mark in line.content for mark in marks):
            continue
        recorded = _decoded(segment, line)
        if recorded.ts < query.since - _CLOCK_SLACK:
            break
        if query.matches(recorded):
            found.append(recorded)
    return found[::-1]


# --- forwards --------------------------------------------------------------------------------------------------------------------


def _open(directory: Path) -> int | None:
    try:
        return open_directory(directory)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise PathUnusable(
            f"the journal can't be read: {os.strerror(fault.errno or 0)}", at=str(directory), hint="it belongs to the pod's own user"
        ) from fault


def _first_segment(journal: int, numbers: list[int], after: int) -> int:
    """The place in ``numbers`` of the segment that holds entry ``after + 1``, or would."""
    for index in range(len(numbers) - 1, 0, -1):
        with reading(journal, numbers[index]) as segment:
            first = next(read_lines(segment), None)
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


def _decoded(segment: BinaryIO, line: Line) -> Recorded:
    try:
        if not line.is_whole:
            raise JournalCorrupt("a finished segment ends in the middle of a line")
        return decode(line.content)
    except JournalCorrupt as fault:
        raise placed(fault, place(segment, line)) from fault


def _check_order(segment: BinaryIO, line: Line, seq: int, expected: int) -> None:
    if expected and seq != expected:
        raise JournalCorrupt(f"entry {expected} should stand here, {seq} does", at=place(segment, line), hint=DISTRUST)


# --- backwards -------------------------------------------------------------------------------------------------------------------


def _backwards(directory: Path) -> Iterator[tuple[BinaryIO, Line]]:
    """Every whole line, newest first."""
    journal = _open(directory)
    if journal is None:
        return
    try:
        for number in reversed(segment_numbers(journal)):
            with reading(journal, number) as segment:
                for line in _lines_backwards(segment):
                    yield segment, line
    finally:
        os.close(journal)


def _lines_backwards(segment: BinaryIO) -> Iterator[Line]:
    """The whole lines of a segment from its end."""
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
        end = start + len(block)
        for content in reversed(block[first:].split(b"\n")[:-1]):
            end -= len(content) + 1
            yield Line(content + b"\n", end)
