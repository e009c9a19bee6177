"""All that is remembered, as a run of state entries that say it whole (``Fact.STATE``), and back. Pure.

``details.state`` of a part is ``{"part": 1, "of": 2, KIND: [row, ...], ...}``. Each row is small beside a line of the journal, or no larger
than what the entry that it comes from said: so whatever was written once can be written again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from skillpod.errors import JournalCorrupt
from skillpod.model.approval import Approval
from skillpod.model.command import Desired, Remembered
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.provenance import Mark, Past

PART_BYTES = 48 * 1024
"""Bytes of rows in one part, where it has more than one row: a line of the journal has room for them and what stands around."""
_HISTORY = 256
"""Digests in one row."""
_REASON = 4096
"""Characters of the reason of a quarantine that are stated. One takes 12 bytes of a line at most: two escapes of six."""

Row = tuple[str, Any]
"""A kind and a JSON value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the index remembers; see ``ports.State``."""

    names: Mapping[str, Remembered]
    quarantined: Mapping[Digest, str]
    answers: Mapping[Digest, tuple[Approval, ...]]
    reviews: tuple[Approval, ...]
    rules: Mapping[str, str]


def run_of(state: State) -> tuple[Entry, ...]:
    """The entries that say it all, at least one; they count only together, in this order and with nothing between them."""
    parts = list(_parts(rows_of(state)))
    return tuple(
        Entry(fact=Fact.STATE, details={"state": {"part": part, "of": len(parts), **content}}) for part, content in enumerate(parts, 1)
    )


@dataclass(slots=True)
class Run:
    """Takes parts as they come, until they are a whole; true while there are some and others must follow."""

    _rows: list[Row] = field(default_factory=list)
    _parts: int = 0
    _of: int = 0

    def __bool__(self) -> bool:
        return self._parts > 0

    def take(self, entry: Entry) -> State | None:
        """The state, with its last part; None before. A part that does not follow the one before begins nothing, unless it is the first.

        Raises JournalCorrupt for a part that is none.
        """
        part, of = _place(entry)
        if part == 1:
            self.forget()
            self._of = of
        elif part != self._parts + 1 or of != self._of:
            self.forget()
            return None
        self._rows += rows_in(entry)
        self._parts = part
        if part < of:
            return None
        rows = self._rows
        self.forget()
        return _state(rows)

    def forget(self) -> None:
        """Another entry stands between the parts: those before it are a torn run."""
        if self._parts:
            self._rows, self._parts, self._of = [], 0, 0


# --- to rows -----------------------------------------------------------------------------------------------------------------------


def rows_of(state: State) -> Iterator[Row]:
    for name, remembered in state.names.items():
        yield "desired", remembered.desired.as_dict()
        yield "published", _published(name, remembered)
        for publisher, mark in remembered.past.marks.items():
            yield "marks", [name, publisher, mark.version, mark.digest]
        for start in range(0, len(remembered.history), _HISTORY):
            yield "history", [name, list(remembered.history[start : start + _HISTORY])]
    yield from (("quarantined", [digest, reason[:_REASON]]) for digest, reason in state.quarantined.items())
    yield from (("answers", given.as_dict()) for answers in state.answers.values() for given in answers)
    yield from (("reviews", broken.as_dict()) for broken in state.reviews)
    yield from (("rules", [name, digest]) for name, digest in state.rules.items())


def _published(name: str, remembered: Remembered) -> dict[str, Any]:
    return {
        "name": name,
        "generation": remembered.generation,
        "digest": remembered.digest,
        "previous": remembered.previous,
        "identity": dict(remembered.identity),
        "was_asked": remembered.was_asked,
        "signed_by": remembered.past.signed_by,
    }


def _parts(rows: Iterator[Row]) -> Iterator[dict[str, list[Any]]]:
    part: dict[str, list[Any]] = {}
    size = 0
    for kind, value in rows:
        length = len(json.dumps(value)) + 1
        if part and size + length > PART_BYTES:
            yield part
            part, size = {}, 0
        part.setdefault(kind, []).append(value)
        size += length
    yield part


# --- from rows ---------------------------------------------------------------------------------------------------------------------


def rows_in(entry: Entry) -> list[Row]:
    """The rows of one part. Raises JournalCorrupt."""
    _place(entry)
    said: Mapping[str, Any] = entry.details["state"]
    return [(kind, value) for kind, values in said.items() if isinstance(values, list) for value in values]


def _place(entry: Entry) -> tuple[int, int]:
    said = entry.details.get("state")
    if isinstance(said, Mapping):
        part, of = said.get("part"), said.get("of")
        if type(part) is int and type(of) is int and 1 <= part <= of:
            return part, of
    raise JournalCorrupt("the entry says that it is a part of the state, but not which", at="details.state")


def _state(rows: Sequence[Row]) -> State:
    try:
        return _read(rows)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise JournalCorrupt(f"the entries say what the state is, but not in a shape it has: {fault!r}", at="details.state") from fault


def _read(rows: Sequence[Row]) -> State:
    desired = {value["name"]: Desired.of(value) for value in _of("desired", rows)}
    marks: dict[str, dict[str, Mark]] = {name: {} for name in desired}
    history: dict[str, list[Digest]] = {name: [] for name in desired}
    for name, publisher, version, digest in _of("marks", rows):
        marks[name][publisher] = Mark(version=version, digest=digest)
    for name, digests in _of("history", rows):
        history[name] += digests
    answers: dict[Digest, tuple[Approval, ...]] = {}
    for given in map(Approval.of, _of("answers", rows)):
        answers[given.subject.digest] = (*answers.get(given.subject.digest, ()), given)
    names = [_remembered(desired[value["name"]], value, marks, history) for value in _of("published", rows)]
    return State(
        names={remembered.desired.name: remembered for remembered in names},
        quarantined={Digest(digest): reason for digest, reason in _of("quarantined", rows)},
        answers=answers,
        reviews=tuple(map(Approval.of, _of("reviews", rows))),
        rules=dict(_of("rules", rows)),
    )


def _remembered(
    desired: Desired, said: Mapping[str, Any], marks: Mapping[str, dict[str, Mark]], history: Mapping[str, list[Digest]]
) -> Remembered:
    return Remembered(
        desired=desired,
        generation=said["generation"],
        digest=said["digest"],
        previous=said["previous"],
        history=tuple(history[desired.name]),
        identity=MappingProxyType(dict(said["identity"])),
        was_asked=said["was_asked"],
        past=Past(signed_by=said["signed_by"], marks=MappingProxyType(marks[desired.name])),
    )


def _of(kind: str, rows: Sequence[Row]) -> Iterator[Any]:
    return (value for known, value in rows if known == kind)
