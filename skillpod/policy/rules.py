"""One rule of a policy, and whether it speaks of a request."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import Enum
from math import inf
from typing import NamedTuple, assert_never

from packaging.specifiers import SpecifierSet

from skillpod.model.capability import NOTHING, Grants, Isolation, Permissions, Tier
from skillpod.policy.globs import is_covered, is_hit
from skillpod.policy.roles import Roles, reaches_down_from, reaches_up_to
from skillpod.policy.versions import Ceiling, is_of

KINDS = tuple(field.name for field in fields(Permissions))
"""The kinds of permission, in their fixed order."""


class Outcome(Enum):
    ALLOW = "allow"
    DENY = "deny"
    REQUIRE_APPROVAL = "require_approval"


class Facts(NamedTuple):
    """What the rules look at. ``tier`` is the higher of what the manifest says and what its permissions need, ``badness`` the verdict's
    place in ``Verdict``. ``requester``, ``roles`` (words) and ``environment`` are empty where they are not known, ``publisher`` is for an
    unsigned skill."""

    name: str
    version: str
    author: str
    publisher: str
    is_signed: bool
    tier: Tier
    badness: int
    isolation: Isolation
    asked: frozenset[str]  # kinds of permission
    requester: str
    roles: tuple[str, ...]
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The conditions of an allowance: it covers what is no higher than its ``tier``, no worse than its ``badness`` and asks for no kind
    beyond its ``permissions``. What is not known is covered by no condition on it. The others are None where the rule does not look at
    them."""

    tier: Tier
    badness: int
    permissions: frozenset[str]
    signed: bool | None = None
    isolation: Isolation | None = None
    name: re.Pattern[str] | None = None
    author: re.Pattern[str] | None = None
    publisher: re.Pattern[str] | None = None
    version: SpecifierSet | None = None
    principal: re.Pattern[str] | None = None
    role: Roles | None = None
    environment: re.Pattern[str] | None = None

    def speaks_of(self, facts: Facts) -> bool:
        return (
            (self.name is None or self.name.fullmatch(facts.name) is not None)
            and facts.tier <= self.tier
            and facts.badness <= self.badness
            and facts.asked <= self.permissions
            and (self.signed is None or self.signed is facts.is_signed)
            and (self.isolation is None or self.isolation is facts.isolation)
            and (self.publisher is None or (facts.is_signed and is_covered(self.publisher, facts.publisher)))
            and (self.author is None or is_covered(self.author, facts.author))
            and (self.version is None or is_of(self.version, facts.version))
            and (self.principal is None or is_covered(self.principal, facts.requester))
            and (self.role is None or reaches_up_to(self.role, facts.roles))
            and (self.environment is None or is_covered(self.environment, facts.environment))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """The conditions of a denial or a question: it hits what is no lower than its ``tier``, no better than its ``badness`` and asks for any
    of its ``permissions``. What is not known is hit by every condition on it. All but the first two are None where the rule does not look
    at them."""

    tier: Tier
    badness: int
    permissions: frozenset[str] | None = None
    signed: bool | None = None
    isolation: Isolation | None = None
    name: re.Pattern[str] | None = None
    author: re.Pattern[str] | None = None
    version: Ceiling | None = None
    principal: re.Pattern[str] | None = None
    role: Roles | None = None
    environment: re.Pattern[str] | None = None

    def speaks_of(self, facts: Facts) -> bool:
        return (
            (self.name is None or self.name.fullmatch(facts.name) is not None)
            and self._fits(facts)
            and (self.principal is None or is_hit(self.principal, facts.requester))
            and (self.role is None or reaches_down_from(self.role, facts.roles))
            and (self.environment is None or is_hit(self.environment, facts.environment))
        )

    def opens(self, facts: Facts) -> bool:
        """Of a question: whether a yes to it lets in. A yes is for bytes, whoever asks and wherever; so it lets in only where who asks and
        where are known to be those it names, as an allowance would, and not what is hit for being unknown or for having less."""
        return (
            (self.name is None or self.name.fullmatch(facts.name) is not None)
            and self._fits(facts)
            and (self.principal is None or is_covered(self.principal, facts.requester))
            and (self.role is None or reaches_up_to(self.role, facts.roles))
            and (self.environment is None or is_covered(self.environment, facts.environment))
        )

    def _fits(self, facts: Facts) -> bool:
        return (
            facts.tier >= self.tier
            and facts.badness >= self.badness
            and (self.permissions is None or not facts.asked.isdisjoint(self.permissions))
            and (self.signed is None or self.signed is facts.is_signed)
            and (self.isolation is None or self.isolation is facts.isolation)
            and (self.author is None or is_hit(self.author, facts.author))
            and (self.version is None or self.version.hits(facts.version))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a rule gives: ``listed`` as far as it is asked, and whatever is asked of the kinds in ``as_asked``."""

    listed: Permissions = NOTHING
    as_asked: frozenset[str] = frozenset()

    def of(self, asked: Permissions) -> Grants:
        """Never more than was asked."""
        if not self.as_asked and self.listed is NOTHING:
            return NOTHING
        whole = {kind: getattr(asked if kind in self.as_asked else self.listed, kind) for kind in KINDS}
        return asked.narrow(Permissions(**whole))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``without`` names walls of the jail this allowance does without, each with the operator's reason. ``approvals`` is how many people
    must agree; ``valid_for`` is seconds: how long an admission holds, or of a question the longest that an approval may last.
    ``unsigned_accepted``: an allowance that says of unsigned skills in so many words that it covers them."""

    id: str
    match: Coverage | Restriction
    outcome: Outcome
    reason: str
    grant: Grant = Grant()
    without: tuple[tuple[str, str], ...] = ()
    approvals: int = 1
    valid_for: float = inf
    unsigned_accepted: bool = False

    @property
    def speaks_of_unsigned(self) -> bool:
        """Whether it lets no unsigned skill in without having said so. Only an allowance can: who answers a question is told that the
        skill is unsigned."""
        match self.match:
            case Coverage(signed=signed, publisher=publisher):
                return signed is True or publisher is not None or self.unsigned_accepted
            case Restriction():
                return True
        assert_never(self.match)
