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
from skillpod.model.provenance import Mark, Past
from skillpod.store.fold import Fold, desired_of, is_higher, marked
from skillpod.store.people import approval_of
from skillpod.store.state import rows_in


class Restraint:
    """Takes such entries into what is remembered. ``nothing_revoked`` is the digest of revocations that revoke nothing."""

    def __init__(self, fold: Fold, *, nothing_revoked: str) -> None:
        self._fold = fold
        self._nothing_revoked = nothing_revoked

    def take(self, entry: Entry) -> None:
        """Take what the entry takes away, and nothing else of it; one that does not say what its fact promises is passed over."""
        with suppress(JournalCorrupt, KeyError, TypeError, ValueError, AttributeError):
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
        elif entry.fact in (Fact.DENIED, Fact.GLASS_BROKEN):
            self._answered(approval_of(entry))
        elif entry.fact is Fact.RULES:
            self._rules(entry.details["rules"])
        elif entry.fact is Fact.STATE:
            for kind, value in rows_in(entry):
                with suppress(KeyError, TypeError, ValueError, AttributeError):
                    self._row(kind, value)

    def _row(self, kind: str, value: Any) -> None:
        """A row of a state that is torn, or that nothing proves."""
        rows: Mapping[str, Callable[[Any], None]] = {
            "desired": lambda row: self._desired(Desired.of(row)),
            "published": lambda row: self._published(row["name"], row["generation"], Past(signed_by=row["signed_by"])),
            "marks": lambda row: self._published(row[0], 0, Past(marks={row[1]: Mark(version=row[2], digest=row[3])})),
            "quarantined": lambda row: self._fold.quarantine(Digest(row[0]), row[1]),
            "answers": lambda row: self._answered(Approval.of(row)),
            "reviews": lambda row: self._answered(Approval.of(row)),
            "rules": lambda row: self._rules({row[0]: row[1]}),
        }
        if kind in rows:
            rows[kind](value)

    def _known(self, name: str) -> Remembered:
        """A name nobody knows follows its folder, if there is one: so every folder does before anybody says a word of it."""
        return self._fold.names.get(name) or Remembered(desired=Desired(name=name, mode=Mode.FOLLOW, source=FOLDER, actor=FOLDER))

    def _desired(self, desired: Desired) -> None:
        """To follow the same source with the same config is no news. Anything else was meant, and what it was is not proven: nothing is
        mounted under the name until a person says what."""
        known = self._known(desired.name)
        is_news = (desired.source, dict(desired.config)) != (known.desired.source, dict(known.desired.config))
        if desired.mode is Mode.FOLLOW and not is_news:
            return
        absent = replace(known.desired, mode=Mode.ABSENT, actor=desired.actor, roles=desired.roles, digest=None, over=None)
        self._fold.keep(replace(known, desired=absent, digest=None))

    def _unmounted(self, name: str) -> None:
        if name in self._fold.names:
            self._fold.keep(replace(self._fold.names[name], digest=None))

    def _published(self, name: str, generation: int, past: Past) -> None:
        """A number is never given twice; a mark only goes up; who signed first may not be exchanged, but that somebody did stays."""
        known = self._known(name)
        higher = {
            publisher: mark
            for publisher, mark in past.marks.items()
            if publisher not in known.past.marks or is_higher(mark.version, known.past.marks[publisher].version)
        }
        marks = MappingProxyType({**known.past.marks, **higher})
        kept = Past(signed_by=known.past.signed_by or past.signed_by, marks=marks)
        self._fold.keep(replace(known, generation=max(known.generation, generation), past=kept))

    def _answered(self, given: Approval) -> None:
        """A no counts in the place of a yes of the same person; broken glass lets nothing in, and must still be reviewed."""
        people = self._fold.people
        if given.answer is Answer.DENY:
            people.answer(given)
        elif given.answer is Answer.BREAK_GLASS and given not in people.reviews:
            people.owe_review(given)

    def _rules(self, rules: Mapping[str, Any]) -> None:
        """That something was revoked is remembered; that nothing is any more is not."""
        revoked = str(rules.get("revocations", self._nothing_revoked))
        if revoked != self._nothing_revoked:
            self._fold.people.rule({**self._fold.people.rules, "revocations": revoked})
