"""One entry's story: what led to it and what followed. Which fields join which facts is data. Pure: from entries to steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.journal.entry import Recorded
from skillpod.model.digest import short
from skillpod.model.entry import Entry, Fact


class Side(Enum):
    """On which side of an entry another lies that is linked to it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What to look for beside an entry: others of ``facts``, in which each of ``same`` has the value that the entry has under its partner.

    ``most`` of them count, the nearest. ``role`` says what they are to the entry. With ``leads_on``, their own links count as well.
    """

    role: str
    facts: frozenset[Fact]
    same: Mapping[str, str]
    side: Side
    most: int = 1
    leads_on: bool = False
    is_wanted: Callable[[Entry], bool] = lambda entry: True


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a story and what it is to the one that the story is of."""

    role: str
    recorded: Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """``before`` and ``after`` are in the log's order."""

    of: Recorded
    before: Sequence[Step]
    after: Sequence[Step]

    def as_dict(self) -> dict[str, Any]:
        return {
            "entry": self.of.as_dict(),
            "because": list(reasons(self)),
            "before": [{"role": step.role, "entry": step.recorded.as_dict()} for step in self.before],
            "after": [{"role": step.role, "entry": step.recorded.as_dict()} for step in self.after],
        }


def story_of(recorded: Recorded, around: Sequence[Recorded]) -> Story:
    """The story of an entry among those that may belong to it, in any order, itself among them or not."""
    ordered = sorted({each.seq: each for each in around if each.seq != recorded.seq}.values(), key=lambda each: each.seq)
    return Story(of=recorded, before=_steps(recorded, ordered, Side.BEFORE), after=_steps(recorded, ordered, Side.AFTER))


# --- the links ---------------------------------------------------------------------------------------------------------------------

FAILED = frozenset({"error", "timeout"})
"""Outcomes of a call that speak against the generation that answered."""

_SKILL = {"skill": "skill"}
_DIGEST = {"skill": "skill", "digest": "digest"}
_GENERATION = {"skill": "skill", "generation": "generation"}
_TICKET = {"ticket": "ticket"}
_PEOPLE = frozenset({Fact.APPROVED, Fact.DENIED, Fact.GLASS_BROKEN})


def _has_failed(entry: Entry) -> bool:
    return entry.outcome in FAILED


def _is_held(entry: Entry) -> bool:
    return entry.decision == "hold"


def _before(role: str, *facts: Fact, same: Mapping[str, str], **more: Any) -> Link:
    return Link(role=role, facts=frozenset(facts), same=same, side=Side.BEFORE, **more)


def _after(role: str, *facts: Fact, same: Mapping[str, str], **more: Any) -> Link:
    return Link(role=role, facts=frozenset(facts), same=same, side=Side.AFTER, **more)


_WANTED = _before("what was wanted", Fact.DESIRED, same=_SKILL)
_RULES = _before("the rules in force", Fact.RULES, same={})
_ANSWERED_BY = _before("the generation that answered", Fact.PUBLISHED, same=_GENERATION, leads_on=True)
_SERVED = _before("the generation that this is of", Fact.PUBLISHED, same=_GENERATION, leads_on=True)
_HELD = _before("it was held, for people to answer", Fact.REFUSED, same=_DIGEST, is_wanted=_is_held)
_TRIED = _before("it ran its tests in the jail, with nothing granted", Fact.TRIED, same=_DIGEST)
_ANSWERS = _before("a person answered", *_PEOPLE, same=_DIGEST, most=5)
_DEATHS = _before("a guest of it died", Fact.GUEST_DIED, same=_GENERATION, most=5)
_CAME_UP = _after("it serves", Fact.PUBLISHED, same=_DIGEST)
_NEXT = _after("the next generation of this skill", Fact.PUBLISHED, same=_SKILL)
_LATER = (
    _after("a guest of this generation died", Fact.GUEST_DIED, same=_GENERATION, most=3),
    _after("this generation tried what it was not granted", Fact.ATTEMPTED, same=_GENERATION, most=3),
    _after("this generation was given up", Fact.QUARANTINED, same=_GENERATION),
    _after("the generation that took its place", Fact.PUBLISHED, same={"skill": "skill", "previous": "generation"}),
    _after("the return to another generation", Fact.ROLLED_BACK, same={"skill": "skill", "previous": "generation"}),
    _after("this generation was taken away", Fact.UNMOUNTED, same={"skill": "skill", "previous": "generation"}),
)
_OF_THE_ONE_LEFT = {"skill": "skill", "generation": "previous"}

LINKS: Mapping[Fact, Sequence[Link]] = {
    Fact.CALL: (
        _ANSWERED_BY,
        _before("the call that was held for a person's answer", Fact.CALL, same=_TICKET),
        _before("a person answered", Fact.CALL_ANSWERED, same=_TICKET, most=3),
        _RULES,
        _after("a person answered", Fact.CALL_ANSWERED, same=_TICKET, most=3),
        _after("the call, once it was answered", Fact.CALL, same=_TICKET),
        *_LATER,
    ),
    Fact.CALL_ANSWERED: (
        _before("the call that asked", Fact.CALL, same=_TICKET, leads_on=True),
        _after("the call that was made with it", Fact.CALL, same=_TICKET, most=3),
    ),
    Fact.PUBLISHED: (
        _before("the policy's answer", Fact.DECIDED, same=_DIGEST, leads_on=True),
        _ANSWERS,
        _TRIED,
        _HELD,
        _WANTED,
        _before("the generation before", Fact.PUBLISHED, same=_OF_THE_ONE_LEFT),
        _before("the one before was given up", Fact.QUARANTINED, same=_OF_THE_ONE_LEFT),
        _after("it was a return to an earlier version", Fact.ROLLED_BACK, same=_GENERATION),
        _after("its first call", Fact.CALL, same=_GENERATION),
        _after("the first of its calls that failed", Fact.CALL, same=_GENERATION, is_wanted=_has_failed),
        *_LATER,
    ),
    Fact.DECIDED: (
        _before("the rules that decided", Fact.RULES, same={"policy": "policy"}),
        _ANSWERS,
        _TRIED,
        _HELD,
        _WANTED,
        _CAME_UP,
        _after("it did not come up", Fact.REFUSED, same=_DIGEST),
    ),
    Fact.DESIRED: (
        _before("what was wanted until then", Fact.DESIRED, same=_SKILL),
        _after("the policy's answer", Fact.DECIDED, same=_SKILL),
        _after("the no", Fact.REFUSED, same=_SKILL),
        _NEXT,
        _after("it was taken away", Fact.UNMOUNTED, same=_SKILL),
    ),
    Fact.REFUSED: (
        _WANTED,
        _RULES,
        _HELD,
        _ANSWERS,
        _before("what went on serving", Fact.PUBLISHED, same=_SKILL),
        _after("it ran its tests in the jail, with nothing granted", Fact.TRIED, same=_DIGEST),
        _after("a person answered", *_PEOPLE, same=_DIGEST, most=5),
        _CAME_UP,
        _NEXT,
    ),
    Fact.TRIED: (_HELD, _WANTED, _after("a person answered", *_PEOPLE, same=_DIGEST, most=5), _CAME_UP),
    **{
        fact: (
            _HELD,
            _TRIED,
            _WANTED,
            _ANSWERS,
            _after("another person answered", *_PEOPLE, same=_DIGEST, most=5),
            _after("the policy's answer with it", Fact.DECIDED, same=_DIGEST),
            _after("what it started", Fact.PUBLISHED, same=_DIGEST, leads_on=True),
            *((_after("the review of the broken glass", Fact.REVIEWED, same=_SKILL),) if fact is Fact.GLASS_BROKEN else ()),
        )
        for fact in _PEOPLE
    },
    Fact.REVIEWED: (
        _before("the glass was broken", Fact.GLASS_BROKEN, same=_SKILL, most=3),
        _before("what it started", Fact.PUBLISHED, same=_SKILL),
    ),
    Fact.ROLLED_BACK: (
        _before("the generation that was left", Fact.PUBLISHED, same=_OF_THE_ONE_LEFT),
        _before("a call of it that failed", Fact.CALL, same=_OF_THE_ONE_LEFT, most=3, is_wanted=_has_failed),
        _before("a guest of it died", Fact.GUEST_DIED, same=_OF_THE_ONE_LEFT, most=5),
        _before("it was given up", Fact.QUARANTINED, same=_OF_THE_ONE_LEFT),
        _before("what came back", Fact.PUBLISHED, same=_GENERATION, leads_on=True),
        _NEXT,
    ),
    Fact.QUARANTINED: (
        _SERVED,
        _DEATHS,
        _after("the return to another generation", Fact.ROLLED_BACK, same={"skill": "skill", "previous": "generation"}),
        _after("it was taken away", Fact.UNMOUNTED, same={"skill": "skill", "previous": "generation"}),
        _after("somebody let it try again", Fact.RESUMED, same=_DIGEST),
        _NEXT,
    ),
    Fact.RESUMED: (_before("why it stood still", Fact.QUARANTINED, same=_DIGEST), _NEXT),
    Fact.GUEST_DIED: (_SERVED, _before("an earlier death", Fact.GUEST_DIED, same=_GENERATION, most=4), *_LATER),
    Fact.ATTEMPTED: (_SERVED, *_LATER),
    Fact.UNMOUNTED: (_before("what was taken away", Fact.PUBLISHED, same=_OF_THE_ONE_LEFT, leads_on=True), _WANTED, _NEXT),
    Fact.RETIRED: (_SERVED, _NEXT),
    Fact.NOT_ALLOWED: (_RULES, _before("what it is about", Fact.PUBLISHED, same=_SKILL)),
    Fact.RULES: (
        _before("the rules until then", Fact.RULES, same={}),
        _after("what was decided first under them", Fact.DECIDED, same={"policy": "policy"}),
        _after("the rules that came next", Fact.RULES, same={}),
    ),
    Fact.POD_STARTED: (
        _before("the run before", Fact.POD_STARTED, Fact.POD_STOPPED, same={}),
        _after("the rules in force", Fact.RULES, same={}),
    ),
    Fact.POD_STOPPED: (_before("its start", Fact.POD_STARTED, same={}), _after("the next start", Fact.POD_STARTED, same={})),
}


def _value(entry: Entry, name: str) -> Any:
    return entry.details.get(name) if name == "ticket" else getattr(entry, name)


def _steps(recorded: Recorded, ordered: Sequence[Recorded], side: Side) -> Sequence[Step]:
    found: dict[int, Step] = {}
    _follow(recorded, ordered, side, recorded.seq, found)
    return sorted(found.values(), key=lambda step: step.recorded.seq)


def _follow(recorded: Recorded, ordered: Sequence[Recorded], side: Side, origin: int, found: dict[int, Step]) -> None:
    for link in LINKS.get(recorded.entry.fact, ()):
        if link.side is not side:
            continue
        for other in _nearest(recorded, link, ordered):
            if other.seq in found or (other.seq < origin) is not (side is Side.BEFORE):
                continue
            found[other.seq] = Step(link.role, other)
            if link.leads_on:
                _follow(other, ordered, side, origin, found)


def _nearest(recorded: Recorded, link: Link, ordered: Sequence[Recorded]) -> Iterator[Recorded]:
    wanted = {theirs: _value(recorded.entry, ours) for theirs, ours in link.same.items()}
    if not all(wanted.values()):
        return  # what is not known joins nothing
    left = link.most
    for other in reversed(ordered) if link.side is Side.BEFORE else ordered:
        if (other.seq < recorded.seq) is not (link.side is Side.BEFORE) or other.entry.fact not in link.facts:
            continue
        if all(_value(other.entry, name) == value for name, value in wanted.items()) and link.is_wanted(other.entry):
            yield other
            left -= 1
            if not left:
                return


# --- who let it, and why -----------------------------------------------------------------------------------------------------------


def reasons(story: Story) -> Iterator[str]:
    """Sentences, the most important first: who or what let the entry happen, or forbade it."""
    entry = story.of.entry
    chain = [step.recorded.entry for step in story.before] + [entry]
    yield from _own_reasons(entry)
    published = _last(chain, Fact.PUBLISHED)
    if entry.fact in _RAN and published is not None:
        yield from _leave(published, chain)
        yield from (f"{each.actor} {_ANSWER_WORDS[each.fact]}: {each.reason}" for each in chain if each.fact in _ANSWER_WORDS)


_RAN = frozenset({Fact.CALL, Fact.CALL_ANSWERED, Fact.PUBLISHED, Fact.GUEST_DIED, Fact.ATTEMPTED, Fact.QUARANTINED})
"""Facts of which it is asked who let a generation run."""
_GIVE_REASONS = frozenset({Fact.REFUSED, Fact.ROLLED_BACK, Fact.QUARANTINED, Fact.UNMOUNTED, Fact.GUEST_DIED, Fact.ATTEMPTED})
_ANSWER_WORDS = {Fact.APPROVED: "said yes", Fact.DENIED: "said no", Fact.GLASS_BROKEN: "broke the glass"}


def _own_reasons(entry: Entry) -> Iterator[str]:
    if entry.fact is Fact.NOT_ALLOWED:
        roles = entry.details.get("roles")
        has = ", ".join(map(str, roles)) if isinstance(roles, list) and roles else "none"
        needs = entry.details.get("needs")
        what = f"that asks for the role {needs}" if needs else "its token does not show that"
        yield f"{entry.actor} wanted to {entry.details.get('act', 'do something')}: {what}, and its roles are: {has}"
    elif approver := entry.details.get("approved_by"):
        yield f"{approver} agreed to this call (question {entry.details.get('ticket')}), which the rule `{entry.rule}` asks for"
    elif entry.fact is Fact.CALL and entry.details.get("ticket"):
        yield f"a person must agree to it first, by the rule `{entry.rule}`: question {entry.details['ticket']}"
    elif entry.outcome == "denied" and entry.rule:
        yield f"the rule `{entry.rule}` said no"
    elif entry.fact in _GIVE_REASONS and entry.reason:
        yield entry.reason


def _leave(published: Entry, chain: Sequence[Entry]) -> Iterator[str]:
    """Why a generation was let run."""
    decided = _last(chain, Fact.DECIDED)
    if decided is not None:
        policy = f"of the policy {short(decided.policy)}"
        yield f"generation {published.generation} of {published.skill} runs because the rule `{decided.rule}` {policy} admitted it"
    given = published.details.get("approvals")
    names = [str(each.get("by")) for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if names:
        yield f"approved by {', '.join(names)}"
    signed = published.details.get("provenance")
    yield f"signed by {signed.get('publisher')}" if isinstance(signed, Mapping) else "signed by nobody that is trusted here"
    wanted = _last(chain, Fact.DESIRED)
    if wanted is not None:
        yield f"wanted by {wanted.actor}, from {wanted.source or 'where it was'}"


def _last(chain: Sequence[Entry], fact: Fact) -> Entry | None:
    return next((entry for entry in reversed(chain) if entry.fact is fact), None)
