"""Erasing salts, so that nobody can try out any more what the HMACs of old entries are of; and trying one out, while there is a salt."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from skillpod.errors import CommandInvalid, JournalCorrupt, PathUnusable, SaltGone
from skillpod.journal.entry import Recorded, decode, salted_hmac
from skillpod.journal.query import Query
from skillpod.journal.replay import newest_first
from skillpod.journal.salts import NONE, Salts
from skillpod.journal.segments import (
    open_directory,
    place,
    placed,
    read_lines,
    reading_if_there,
    segment_numbers,
    sequence_at_a_glance,
)
from skillpod.model.entry import Entry, Fact
from skillpod.model.selection import Selection

MOST_ENTRIES = 1000
"""Entries that are named one by one at once: more would not stand in the line that says it."""
_ERASURES = Query(words={"fact": tuple(fact.value for fact in (Fact.LOG_ERASED, Fact.POD_STARTED, Fact.POD_STOPPED))})
_MARK = b'"hmac":"sha256:'
"""It is in the line of every entry that has a salt: no other is parsed."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """The salts that are to go: ``places`` in each segment."""

    selection: Selection
    places: Mapping[int, tuple[int, ...]]

    @property
    def count(self) -> int:
        return sum(map(len, self.places.values()))

    def entry(self, actor: str, roles: tuple[str, ...], reason: str) -> Entry:
        """What the log must have before any of it goes."""
        details = {"salts": self.count, "of": self.selection.as_dict(), "roles": list(roles)}
        return Entry(fact=Fact.LOG_ERASED, actor=actor, trigger="command", reason=reason, details=details)


def plan(journal: Path, salts: Path, selection: Selection, *, before: int = 0) -> Erasure:
    """What there is to erase, of entries ``before`` that number where there is one. Raises CommandInvalid, JournalCorrupt, PathUnusable."""
    if len(selection.entries) > MOST_ENTRIES:
        hint = "name a skill, a tool, an actor or a time, or do it in parts: the log says which they were, in one line"
        raise CommandInvalid(f"{len(selection.entries)} entries are named, and {MOST_ENTRIES} is the most", at="entries", hint=hint)
    kept = Salts(salts)
    places: dict[int, list[int]] = {}
    numbers = selection.entries
    for number, at, recorded in _with_salts(journal, lambda seq: (not before or seq < before) and (not numbers or seq in numbers)):
        if selection.takes(seq=recorded.seq, ts=recorded.ts, entry=recorded.entry) and _salt(kept, number, at) != NONE:
            places.setdefault(number, []).append(at)
    return Erasure(selection, {number: tuple(found) for number, found in places.items()})


def carry_out(erasure: Erasure, salts: Path) -> None:
    """Write zeros over them; on the disk when it returns. Raises PathUnusable."""
    kept = Salts(salts)
    for number, places in erasure.places.items():
        try:
            kept.erase(number, places)
        except FileNotFoundError:
            continue  # they went with their segment, or with the whole file: there is nothing left to try
        except OSError as fault:
            raise _unusable(fault, salts, "the log says that these salts are erased, and they are not all: do it again") from fault


def finish(journal: Path, salts: Path) -> None:
    """Erase what the log says was erased since a pod last started or stopped: whoever was killed after that line left the salts.

    Raises JournalCorrupt, PathUnusable.
    """
    for recorded in newest_first(journal, _ERASURES):
        if recorded.entry.fact is not Fact.LOG_ERASED:
            return
        selection = Selection.of(recorded.entry.details.get("of", {}))
        carry_out(plan(journal, salts, selection, before=recorded.seq), salts)


def matches(journal: Path, salts: Path, seq: int, text: str) -> bool:
    """Whether an entry's call had the arguments with this canonical JSON.

    Raises CommandInvalid when it is no entry with an HMAC, SaltGone when nobody can tell any more, JournalCorrupt, PathUnusable.
    """
    for number, at, recorded in _with_salts(journal, lambda each: each == seq):
        salt = _salt(Salts(salts), number, at)
        if salt == NONE:
            raise SaltGone(f"the salt of entry {seq} is gone: erased, or it is not here", at=str(salts), hint="nobody can tell without it")
        return hmac.compare_digest(str(recorded.entry.arguments.get("hmac")), salted_hmac(text, salt))
    raise CommandInvalid(f"there is no entry {seq} with arguments in this log", at="ENTRY", hint="`skillpod log` shows the numbers")


def _with_salts(journal: Path, wanted: Callable[[int], bool]) -> Iterator[tuple[int, int, Recorded]]:
    """(segment, place in it, entry) of every entry with an HMAC whose number is wanted."""
    try:
        directory = open_directory(journal)
    except OSError as fault:
        raise _unusable(fault, journal, "a pod writes a journal when it first starts; --home says where") from fault
    try:
        for number in segment_numbers(directory):
            segment = reading_if_there(directory, number)
            if segment is None:
                continue  # retention was quicker, and its salts went before it
            with segment:
                yield from ((number, at, recorded) for at, recorded in _of_segment(segment, wanted))
    finally:
        os.close(directory)


def _of_segment(segment: BinaryIO, wanted: Callable[[int], bool]) -> Iterator[tuple[int, Recorded]]:
    first = 0
    for line in read_lines(segment):
        seq = sequence_at_a_glance(line.content)
        first = first or seq
        if line.is_whole and _MARK in line.content and wanted(seq):
            try:
                recorded = decode(line.content)
            except JournalCorrupt as fault:
                raise placed(fault, place(segment, line)) from fault
            yield recorded.seq - first, recorded


def _salt(salts: Salts, number: int, at: int) -> bytes:
    try:
        return salts.of(number, at)
    except OSError as fault:
        raise _unusable(fault, salts.directory, "it belongs to the pod's own user") from fault


def _unusable(fault: OSError, at: Path, hint: str) -> PathUnusable:
    return PathUnusable(f"{at.name} can't be used: {os.strerror(fault.errno or 0)}", at=str(at), hint=hint)
