"""How an entry of the journal changes what is remembered. Pure: no disk, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from packaging.version import InvalidVersion, Version

from skillpod.errors import JournalCorrupt
from skillpod.model.command import FOLDER, Desired, Mode, Remembered
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.provenance import Mark, Past
from skillpod.store.people import People
from skillpod.store.state import Run, State


@dataclass(slots=True)
class Changed:
    """What differs from what was saved last: names, digests of the quarantine, what was published, in order. ``is_all``: anything may."""

    names: set[str] = field(default_factory=set)
    digests: set[Digest] = field(default_factory=set)
    published: list[tuple[str, Digest]] = field(default_factory=list)
    is_all: bool = False

    def __bool__(self) -> bool:
        return bool(self.names or self.digests or self.is_all)


class Fold:
    """``names``, ``quarantined`` and ``people`` are all that is remembered; whoever keeps them says so with ``share``."""

    def __init__(self, state: State | None = None) -> None:
        self.names: dict[str, Remembered] = dict(state.names) if state else {}
        self.quarantined: dict[Digest, str] = dict(state.quarantined) if state else {}
        self.people = People.of(state) if state else People()
        self.changed = Changed()
        self.is_stated = False
        """Whether a whole run of state entries was folded: then nothing before it is needed."""
        self._run = Run()
        self._is_shared = False

    @property
    def is_within_a_run(self) -> bool:
        """Whether the last entry was a part of the state with others to come: none of it counts yet."""
        return bool(self._run)

    def share(self) -> None:
        """What is handed out now does not change any more: what comes later changes a copy."""
        self._is_shared = True

    def state(self) -> State:
        people = self.people
        return State(names=self.names, quarantined=self.quarantined, answers=people.answers, reviews=people.reviews, rules=people.rules)

    def fold(self, entry: Entry) -> None:
        """Raises JournalCorrupt when the entry does not say what its fact promises."""
        if entry.fact is Fact.STATE:
            stated = self._run.take(entry)
            if stated is not None:
                self._replace(stated)
            return
        self._run.forget()
        if entry.fact in (Fact.DESIRED, Fact.PUBLISHED, Fact.UNMOUNTED):
            self._fold_name(entry)
        elif entry.fact in (Fact.QUARANTINED, Fact.RESUMED) and entry.digest:
            self._fold_quarantine(entry)
        else:
            self.people.fold(entry)

    def keep(self, remembered: Remembered) -> None:
        """Remember this of its name, in the place of what was."""
        self._own()
        name = remembered.desired.name
        self.names[name] = remembered
        self.changed.names.add(name)

    def quarantine(self, digest: Digest, reason: str) -> None:
        self._own()
        self.quarantined[digest] = reason.encode(errors="backslashreplace").decode()  # SQLite has no lone surrogates
        self.changed.digests.add(digest)

    def _fold_name(self, entry: Entry) -> None:
        remembered = _remembered(self.names.get(entry.skill), entry)
        if remembered is not None:
            self.keep(remembered)
        if entry.fact is Fact.PUBLISHED:
            self.changed.published.append((entry.skill, Digest(entry.digest)))

    def _fold_quarantine(self, entry: Entry) -> None:
        digest = Digest(entry.digest)
        if entry.fact is Fact.QUARANTINED:
            self.quarantine(digest, entry.reason)
            return
        self._own()
        self.quarantined.pop(digest, None)
        self.changed.digests.add(digest)

    def _replace(self, stated: State) -> None:
        """All that was folded before counts no more; where it comes to the same, as in a log that states what it says, nothing changed."""
        self.is_stated = True
        if stated == self.state():
            return
        self.names, self.quarantined, self._is_shared = dict(stated.names), dict(stated.quarantined), False
        self.people = People.of(stated)
        self.changed = Changed(is_all=True)

    def _own(self) -> None:
        """Copy what was handed out before it is changed."""
        if self._is_shared:
            self.names, self.quarantined, self._is_shared = dict(self.names), dict(self.quarantined), False


def _remembered(before: Remembered | None, entry: Entry) -> Remembered | None:
    """What is remembered of a name after an entry about it; None when there is nothing to remember."""
    if entry.fact is Fact.DESIRED:
        desired = desired_of(entry)
        return replace(before, desired=desired) if before else Remembered(desired=desired)
    if entry.fact is Fact.UNMOUNTED:
        return replace(before, digest=None) if before else None
    before = before or Remembered(desired=_followed(entry))
    digest = Digest(entry.digest)
    previous = entry.previous_digest or before.digest
    return replace(
        before,
        generation=max(before.generation, entry.generation),
        digest=digest,
        previous=Digest(previous) if previous and previous != digest else before.previous,
        history=(*(known for known in before.history if known != digest), digest),
        identity=MappingProxyType(dict(entry.details.get("identity") or {})),
        was_asked=bool(entry.details.get("approvals") or entry.details.get("update")),
        past=marked(before.past, entry),
    )


def marked(past: Past, entry: Entry) -> Past:
    """What the signatures of a published version leave behind: nothing when it has none, a higher mark when it is a higher version."""
    publisher = str((entry.details.get("provenance") or {}).get("publisher", ""))
    if not publisher:
        return past
    mark = past.marks.get(publisher)
    if mark is None or is_higher(entry.version, mark.version):
        mark = Mark(version=entry.version, digest=entry.digest)
    return Past(signed_by=publisher, marks=MappingProxyType({**past.marks, publisher: mark}))


def is_higher(version: str, mark: str) -> bool:
    try:
        return Version(version) > Version(mark)
    except InvalidVersion:
        return True


def desired_of(entry: Entry) -> Desired:
    shape: Any = entry.details.get("desired")
    try:
        desired = Desired.of(shape)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        message = f"the entry says that what is desired of `{entry.skill}` changed, but not to what: {fault}"
        raise JournalCorrupt(message, at="details.desired", skill=entry.skill) from fault
    if entry.skill and desired.name != entry.skill:
        raise JournalCorrupt(f"the entry is about `{entry.skill}` and desires `{desired.name}`", at="details.desired", skill=entry.skill)
    return desired


def _followed(entry: Entry) -> Desired:
    """What must have been desired when something was published without a word about it."""
    return Desired(name=entry.skill, mode=Mode.FOLLOW, source=entry.source or FOLDER, actor=entry.actor)
