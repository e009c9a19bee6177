"""What entries that nothing proves may still do: take away. Pure.

Whoever could write a line may have written it, or written it otherwise: so no line here lets anything in, and each that keeps something
out counts. What is lost by that is asked for again by a person; what is kept out wrongly is let in again by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from skillpod.errors import JournalCorrupt
from skillpod.model.approval import Answer, Approval
from skillpod.model.command import FOLDER, Desired, Mode, Remembered
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.names import is_skill_name
from skillpod.model.provenance import Mark, Past
from skillpod.store.fold import Fold, desired_of, is_higher, marked
from skillpod.store.people import approval_of
from skillpod.store.state import rows_in

_MALFORMED = (JournalCorrupt, LookupError, TypeError, ValueError, AttributeError)


class Restraint:
    """Takes such entries into what is remembered. ``nothing_revoked`` is the digest of revocations that revoke nothing."""

    def __init__(self, fold: Fold, *, nothing_revoked: str) -> None:
        self._fold = fold
        self._nothing_revoked = nothing_revoked

    def take(self, entry: Entry) -> None:
        """Take what the entry takes away, and nothing else of it; one that does not say what its fact promises is passed over."""
        with suppress(*_MALFORMED):
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        if entry.fact is Fact.QUARANTINED and entry.digest:
            self._fold.quarantine(Digest(entry.digest), entry.reason)
        elif entry.fact is Fact.DESIRED:
            self._desired(desired_of(entry))
        elif entry.fact is Fact.UNMOUNTED:
            self._unmounted(entry.skill)
        elif entry.fact is Fact.PUBLISHED:
            self._published(entry.skill, entry.generation, marked(Past(), entry))
        elif entry.fact is Fact.DENIED:
            self._denied(approval_of(entry))
        elif entry.fact is Fact.GLASS_BROKEN:
            self._broke_glass(approval_of(entry))
        elif entry.fact is Fact.RULES:
            self._rules(entry.details["rules"])
        elif entry.fact is Fact.STATE:
            for kind, value in rows_in(entry):
                with suppress(*_MALFORMED):
                    self._row(kind, value)

    def _row(self, kind: str, value: Any) -> None:
        """A row of a state that is torn, or that nothing proves."""
        rows: Mapping[str, Callable[[Any], None]] = {
            "desired": lambda row: self._desired(Desired.of(row)),
            "published": lambda row: self._published(row["name"], _whole(row["generation"]), Past(signed_by=_text(row["signed_by"]))),
            "marks": lambda row: self._published(row[0], 0, _one_mark(*map(_text, row[1:]))),
            "quarantined": lambda row: self._fold.quarantine(Digest(_text(row[0])), _text(row[1])),
            "answers": lambda row: self._denied(Approval.of(row)),
            "reviews": lambda row: self._broke_glass(Approval.of(row)),
            "rules": lambda row: self._rules({row[0]: row[1]}),
        }
        if kind in rows:
            rows[kind](value)

    def _known(self, name: str) -> Remembered:
        """A name nobody knows follows its folder, if there is one: so every folder does before anybody says a word of it."""
        if not is_skill_name(name):
            raise ValueError(f"{name!r} is no skill's name")
        return self._fold.names.get(name) or Remembered(desired=Desired(name=name, mode=Mode.FOLLOW, source=FOLDER, actor=FOLDER))

    def _desired(self, desired: Desired) -> None:
        """What is known already, or to follow the same source with the same config, is no news. Anything else was meant, and what it was
        is not proven: nothing is mounted under the name until a person says what."""
        known = self._known(desired.name)
        is_the_same = (desired.source, dict(desired.config)) == (known.desired.source, dict(known.desired.config))
        is_where_it_was = (desired.mode, desired.digest) == (known.desired.mode, known.desired.digest)
        if is_the_same and (desired.mode is Mode.FOLLOW or is_where_it_was):
            return
        absent = replace(known.desired, mode=Mode.ABSENT, actor="skillpod", roles=(), digest=None, over=None)
        self._fold.keep(replace(known, desired=absent, digest=None))

    def _unmounted(self, name: str) -> None:
        if name in self._fold.names:
            self._fold.keep(replace(self._fold.names[name], digest=None))

    def _published(self, name: str, generation: int, past: Past) -> None:
        """That it was let in is not taken. But a number is never given twice, a mark only goes up, and that somebody signed stays: who,
        only as long as nobody is proven to have."""
        known = self._known(name)
        higher = {
            publisher: mark
            for publisher, mark in past.marks.items()
            if publisher not in known.past.marks or is_higher(mark.version, known.past.marks[publisher].version)
        }
        marks = MappingProxyType({**known.past.marks, **higher})
        kept = Past(signed_by=known.past.signed_by or past.signed_by, marks=marks)
        self._fold.keep(replace(known, generation=max(known.generation, generation), past=kept))

    def _denied(self, given: Approval) -> None:
        """A no counts in the place of a yes of the same person."""
        if given.answer is Answer.DENY:
            self._fold.people.answer(given)

    def _broke_glass(self, given: Approval) -> None:
        """It lets nothing in, and must still be reviewed."""
        if given.answer is Answer.BREAK_GLASS and given not in self._fold.people.reviews:
            self._fold.people.owe_review(given)

    def _rules(self, rules: Mapping[str, Any]) -> None:
        """That something was revoked is remembered; that nothing is any more is not."""
        revoked = _text(rules.get("revocations", self._nothing_revoked))
        if revoked != self._nothing_revoked:
            self._fold.people.rule({**self._fold.people.rules, "revocations": revoked})


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(f"{type(value).__name__} where a text belongs")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"{type(value).__name__} where a whole number belongs")
    return value


def _one_mark(publisher: str, version: str, digest: str) -> Past:
    return Past(marks=MappingProxyType({publisher: Mark(version=version, digest=digest)}))
