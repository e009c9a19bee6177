"""One rule of a policy, and whether it speaks of a request."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import Enum

from skillpod.model.capability import NOTHING, Grants, Isolation, Permissions, Tier
from skillpod.model.finding import Verdict

KINDS = tuple(field.name for field in fields(Permissions))
"""The kinds of permission, in their fixed order."""

_BADNESS = {Verdict.ALLOW: 0, Verdict.REVIEW: 1, Verdict.DENY: 2}


class Outcome(Enum):
    ALLOW = "allow"
    DENY = "deny"
    REQUIRE_APPROVAL = "require_approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules look at. ``tier`` is the higher of what the manifest says and what its permissions need."""

    name: str
    author: str
    publisher: str
    is_signed: bool
    tier: Tier
    verdict: Verdict
    isolation: Isolation
    asked: frozenset[str]  # kinds of permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The conditions of one rule; all must hold.

    ``tier``, ``verdict`` and ``permissions`` are the edge of what an allowance covers, and the edge from which a restriction hits
    (``permissions`` None: a restriction that does not look at them). ``signed``, ``isolation`` and the patterns are None when the rule
    does not look at them.
    """

    tier: Tier
    verdict: Verdict
    permissions: frozenset[str] | None
    signed: bool | None = None
    isolation: Isolation | None = None
    name: re.Pattern[str] | None = None
    author: re.Pattern[str] | None = None
    publisher: re.Pattern[str] | None = None

    def covers(self, facts: Facts) -> bool:
        """Whether an allowance reaches this far: up to its tier, its verdict and its kinds of permission."""
        return (
            facts.tier <= self.tier
            and _BADNESS[facts.verdict] <= _BADNESS[self.verdict]
            and facts.asked <= (self.permissions or frozenset())
            and self._fits(facts)
        )

    def hits(self, facts: Facts) -> bool:
        """Whether a restriction reaches this low: from its tier, its verdict, or any of its kinds of permission."""
        return (
            facts.tier >= self.tier
            and _BADNESS[facts.verdict] >= _BADNESS[self.verdict]
            and (self.permissions is None or not facts.asked.isdisjoint(self.permissions))
            and self._fits(facts)
        )

    def _fits(self, facts: Facts) -> bool:
        return (
            (self.signed is None or self.signed is facts.is_signed)
            and (self.isolation is None or self.isolation is facts.isolation)
            and _agrees(self.name, facts.name)
            and _agrees(self.author, facts.author)
            and _agrees(self.publisher, facts.publisher)
        )


def _agrees(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is None or pattern.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an allowance gives: ``listed`` as far as it is asked, and whatever is asked of the kinds in ``as_asked``."""

    listed: Permissions = NOTHING
    as_asked: frozenset[str] = frozenset()

    def of(self, asked: Permissions) -> Grants:
        """Never more than was asked."""
        whole = {kind: getattr(asked if kind in self.as_asked else self.listed, kind) for kind in KINDS}
        return asked.narrow(Permissions(**whole))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``without`` names walls of the jail this allowance does without, each with the operator's reason."""

    id: str
    match: Match
    outcome: Outcome
    reason: str
    grant: Grant = Grant()
    without: tuple[tuple[str, str], ...] = ()

    def speaks_of(self, facts: Facts) -> bool:
        return self.match.covers(facts) if self.outcome is Outcome.ALLOW else self.match.hits(facts)
