"""What people have answered and what is in force of the operator's rules, folded from the journal: a part of its index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skillpod.errors import JournalCorrupt
from skillpod.model.approval import Answer, Approval
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.store.state import State

_REVIEWS = "reviews"
_RULES = "rules"
_ANSWERS = {Fact.APPROVED: Answer.APPROVE, Fact.DENIED: Answer.DENY, Fact.GLASS_BROKEN: Answer.BREAK_GLASS}


@dataclass(slots=True)
class People:
    """``answers`` by digest, of each person the newest for each subject; ``reviews`` the broken glass that nobody has reviewed yet;
    ``rules`` the digests in force last. ``changed`` names what is to be saved, as ``kept`` gives it."""

    answers: dict[Digest, tuple[Approval, ...]] = field(default_factory=dict)
    reviews: tuple[Approval, ...] = ()
    rules: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def fold(self, entry: Entry) -> None:
        """Raises JournalCorrupt when the entry does not say what its fact promises."""
        if entry.fact in _ANSWERS:
            self.answer(approval_of(entry))
        elif entry.fact is Fact.REVIEWED:
            seen = entry.details.get("reviewed")  # what was broken while this was written is still to be reviewed
            self.reviews = tuple(
                broken
                for broken in self.reviews
                if broken.subject.skill != entry.skill or (seen is not None and broken.as_dict() not in seen)
            )
            self.changed.add(_REVIEWS)
        elif entry.fact is Fact.RULES:
            self.rule({str(name): str(digest) for name, digest in entry.details.get(_RULES, {}).items()})

    def rule(self, rules: dict[str, str]) -> None:
        """These are in force."""
        self.rules = rules
        self.changed.add(_RULES)

    def answer(self, given: Approval) -> None:
        """Take one person's answer, in the place of what the same person said of the same before."""
        digest = given.subject.digest
        before = self.answers.get(digest, ())
        self.answers[digest] = (*(known for known in before if (known.by, known.subject) != (given.by, given.subject)), given)
        self.changed.add(digest)
        if given.answer is Answer.BREAK_GLASS:
            self.owe_review(given)

    def owe_review(self, broken: Approval) -> None:
        self.reviews = (*self.reviews, broken)
        self.changed.add(_REVIEWS)

    @classmethod
    def of(cls, state: State) -> People:
        """What was stated of people; nothing of it is to be saved yet."""
        return cls(answers=dict(state.answers), reviews=state.reviews, rules=dict(state.rules))

    # --- the copy on disk ---

    def keys(self) -> set[str]:
        """The keys of all there is to keep."""
        return {*self.answers, _REVIEWS, _RULES}

    def kept(self, key: str) -> Any:
        """The JSON value of a changed key."""
        if key == _RULES:
            return self.rules
        return [given.as_dict() for given in (self.reviews if key == _REVIEWS else self.answers.get(Digest(key), ()))]

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> People:
        """What ``kept`` gave, by its keys. Raises ValueError and TypeError for anything else."""
        people = cls(rules=dict(kept.get(_RULES, {})), reviews=tuple(map(Approval.of, kept.get(_REVIEWS, ()))))
        people.answers = {Digest(key): tuple(map(Approval.of, value)) for key, value in kept.items() if key not in (_RULES, _REVIEWS)}
        return people


def approval_of(entry: Entry) -> Approval:
    try:
        given = Approval.of(entry.details["approval"])
    except (KeyError, TypeError, ValueError) as fault:
        raise JournalCorrupt("the entry says that somebody answered, but not what", at="details.approval", skill=entry.skill) from fault
    if given.answer is not _ANSWERS[entry.fact] or given.by != entry.actor:
        raise JournalCorrupt("the entry and the answer in it say different things", at="details.approval", skill=entry.skill)
    return given
