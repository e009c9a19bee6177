"""Figures over many entries: how often skills change, how many changes fail, how long it takes to recover. Pure.

What each figure is of is said in docs/log.md, in the words of the fields here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from skillpod.journal.entry import Recorded
from skillpod.journal.report.story import FAILED
from skillpod.model.entry import Fact

_WEEK = 7 * 86_400.0
_ANSWERS = frozenset({Fact.APPROVED, Fact.DENIED, Fact.GLASS_BROKEN})
_SIGHTINGS = frozenset({Fact.DESIRED, Fact.REFUSED, Fact.TRIED, Fact.DECIDED, *_ANSWERS})


@dataclass(frozen=True, slots=True)
class Times:
    """Spans of time, in seconds; ``median`` and ``longest`` are None where there are none."""

    spans: tuple[float, ...] = ()

    @property
    def median(self) -> float | None:
        ordered = sorted(self.spans)
        middle = len(ordered) // 2
        if not ordered:
            return None
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

    @property
    def longest(self) -> float | None:
        return max(self.spans, default=None)

    def as_dict(self) -> dict[str, Any]:
        return {"count": len(self.spans), "median": self.median, "longest": self.longest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one skill, or of all. ``triggers`` counts the changes by what caused them, ``calls`` the calls by their outcome."""

    triggers: Mapping[str, int]
    returns: int  # publications that brought an earlier version back
    refused: int  # digests that never came up
    failed: int  # generations that were given up or left
    unrecovered: int
    recovery: Times
    lead: Times
    held: int
    unanswered: int
    waiting: Times
    calls: Mapping[str, int]
    weeks: float

    @property
    def changes(self) -> int:
        return sum(self.triggers.values())

    @property
    def failure_share(self) -> float | None:
        return self.failed / self.changes if self.changes else None

    @property
    def call_failure_share(self) -> float | None:
        total = sum(self.calls.values())
        return sum(self.calls.get(outcome, 0) for outcome in FAILED) / total if total else None

    def as_dict(self) -> dict[str, Any]:
        return {
            "changes": self.changes,
            "changes_a_week": self.changes / self.weeks if self.weeks else None,
            "triggers": dict(self.triggers),
            "returns": self.returns,
            "refused": self.refused,
            "failed": self.failed,
            "failure_share": self.failure_share,
            "unrecovered": self.unrecovered,
            "recovery": self.recovery.as_dict(),
            "lead": self.lead.as_dict(),
            "held": self.held,
            "unanswered": self.unanswered,
            "waiting": self.waiting.as_dict(),
            "calls": dict(self.calls),
            "call_failure_share": self.call_failure_share,
        }


@dataclass(slots=True)
class _Heard:
    """What the log said of one skill, in order."""

    served: str = ""  # the digest that was published last
    restarts: set[int] = field(default_factory=set)
    facts: list[Recorded] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    def hear(self, recorded: Recorded, since: float) -> None:
        entry, is_restart = recorded.entry, False
        if entry.fact is Fact.PUBLISHED:
            is_restart = entry.trigger == "start" and entry.digest == self.served
            self.served = entry.digest
        if recorded.ts < since:
            return
        if entry.fact is Fact.CALL:
            self.calls[entry.outcome] += 1
            return
        self.facts.append(recorded)
        if is_restart:
            self.restarts.add(recorded.seq)


def measured(
    entries: Iterable[Recorded], *, since: float, until: float, calls: Mapping[tuple[str, str], int] = MappingProxyType({})
) -> tuple[Figures, Mapping[str, Figures]]:
    """The figures of all skills together, and of each, between the two times. Of earlier ``entries`` only what was published counts: that
    a start brings it back is no change. ``calls`` are those that were counted already, by skill and outcome."""
    heard: dict[str, _Heard] = {}
    for (skill, outcome), count in calls.items():
        heard.setdefault(skill, _Heard()).calls[outcome] += count
    for recorded in entries:
        if recorded.entry.skill:
            heard.setdefault(recorded.entry.skill, _Heard()).hear(recorded, since)
    weeks = max(0.0, until - since) / _WEEK
    each = {skill: _figures(heard[skill], weeks) for skill in sorted(heard) if heard[skill].facts or heard[skill].calls}
    return _together(list(each.values()), weeks), each


def _figures(heard: _Heard, weeks: float) -> Figures:
    facts = heard.facts
    published = [each for each in facts if each.entry.fact is Fact.PUBLISHED]
    returned = {seq for each in facts if each.entry.fact is Fact.ROLLED_BACK and (seq := _brought_back_by(each, published))}
    up = {each.entry.digest for each in published}
    failed = _failed(facts)
    signs = [sign for generation in failed if (sign := _first_sign(generation, facts)) is not None]
    recoveries = [_recovery(sign, failed, facts) for sign in signs]
    asked = _firsts(facts, Fact.REFUSED, decision="hold")
    answered = _firsts(facts, *_ANSWERS)
    return Figures(
        triggers=Counter(each.entry.trigger for each in published if each.seq not in heard.restarts | returned),
        returns=len(returned),
        refused=len({digest for digest in _firsts(facts, Fact.REFUSED, decision="refuse", otherwise="") if digest not in up}),
        failed=len(failed),
        unrecovered=recoveries.count(None),
        recovery=Times(tuple(span for span in recoveries if span is not None)),
        lead=Times(_leads(facts, published)),
        held=len(asked),
        unanswered=len([digest for digest in asked if digest not in answered and digest not in up]),
        waiting=Times(_between(asked, answered)),
        calls=heard.calls,
        weeks=weeks,
    )


def _brought_back_by(rolled_back: Recorded, published: Sequence[Recorded]) -> int:
    """The number of the publication that a rollback is told of after; 0 where that was before the time."""
    there = (rolled_back.entry.generation, rolled_back.entry.previous)
    return max(
        (each.seq for each in published if each.seq < rolled_back.seq and (each.entry.generation, each.entry.previous) == there), default=0
    )


def _failed(facts: Sequence[Recorded]) -> Sequence[int]:
    """Generations that were given up because they failed, or that somebody turned back from."""
    given_up = [each.entry.generation for each in facts if each.entry.fact is Fact.QUARANTINED]
    left = [each.entry.previous for each in facts if each.entry.fact is Fact.ROLLED_BACK]
    return [*dict.fromkeys(generation for generation in (*given_up, *left) if generation)]


def _first_sign(generation: int, facts: Sequence[Recorded]) -> Recorded | None:
    """What first said that a generation fails; None where a person turned back from it and nothing had: since when it failed, nobody
    wrote."""
    signs = (Fact.GUEST_DIED, Fact.QUARANTINED)
    return next((each for each in facts if each.entry.fact in signs and each.entry.generation == generation), None)


def _recovery(sign: Recorded, failed: Sequence[int], facts: Sequence[Recorded]) -> float | None:
    """Seconds from the first sign to the next generation of the skill that did not fail; None where none came."""
    later = (each for each in facts if each.seq > sign.seq and each.entry.fact is Fact.PUBLISHED)
    good = next((each for each in later if each.entry.generation not in failed), None)
    return None if good is None else max(0.0, good.ts - sign.ts)


def _firsts(facts: Sequence[Recorded], *of: Fact, decision: str | None = None, otherwise: str | None = None) -> Mapping[str, float]:
    """When each digest was first spoken of by such an entry."""
    found: dict[str, float] = {}
    for each in facts:
        if each.entry.fact in of and each.entry.digest and (decision is None or each.entry.decision in (decision, otherwise)):
            found.setdefault(each.entry.digest, each.ts)
    return found


def _leads(facts: Sequence[Recorded], published: Sequence[Recorded]) -> tuple[float, ...]:
    """From the first that was seen of a digest to its publication. What needed no person's answer is seen first by what says so last: an
    entry of it has how long that took."""
    sighted = _firsts(facts, *_SIGHTINGS)
    took: dict[str, float] = {}
    for each in published:
        seen = sighted.get(each.entry.digest)
        if seen is not None:
            took.setdefault(each.entry.digest, max(0.0, each.ts - seen, each.entry.duration))
    return tuple(took.values())


def _between(begun: Mapping[str, float], ended: Mapping[str, float]) -> tuple[float, ...]:
    """Of each digest that has both; a clock that was set back makes none of less than nothing."""
    return tuple(max(0.0, ended[digest] - start) for digest, start in begun.items() if digest in ended)


def _together(each: Sequence[Figures], weeks: float) -> Figures:
    def times(name: str) -> Times:
        return Times(tuple(span for figures in each for span in getattr(figures, name).spans))

    def total(name: str) -> int:
        return sum(getattr(figures, name) for figures in each)

    return Figures(
        triggers=sum((Counter(figures.triggers) for figures in each), Counter()),
        returns=total("returns"),
        refused=total("refused"),
        failed=total("failed"),
        unrecovered=total("unrecovered"),
        recovery=times("recovery"),
        lead=times("lead"),
        held=total("held"),
        unanswered=total("unanswered"),
        waiting=times("waiting"),
        calls=sum((Counter(figures.calls) for figures in each), Counter()),
        weeks=weeks,
    )
