"""The policy's answer. Values, not exceptions: they are matched, with ``assert_never`` at the end."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.approval import Approval, Subject
from skillpod.model.capability import Grants, Isolation, Tier
from skillpod.model.digest import Digest, value_digest
from skillpod.model.provision import NONE, Provision


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Leave to start one digest with these grants. Only ``policy.decide`` makes one (a test holds that), and it is never stored.

    ``valid_until`` is seconds since the epoch, when it is decided again; infinite: never for that. ``approvals`` are those it rests on.
    """

    skill: str
    digest: Digest
    isolation: Isolation
    grants: Grants
    tier: Tier
    rule: str
    policy: Digest
    opted_out: tuple[tuple[str, str], ...] = ()  # (wall, the operator's reason)
    valid_until: float = inf
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """People must answer. ``question`` is a sentence; ``subject`` what their answers are bound to, ``needed`` how many must approve, each a
    different person, and ``given`` the approvals that count so far. ``trial`` is an Admission for a run in the jail with no grants."""

    skill: str
    digest: Digest
    question: str
    rule: str
    policy: Digest
    subject: Subject
    needed: int = 1
    given: tuple[Approval, ...] = ()
    reasons: tuple[SkillpodError, ...] = ()
    trial: Admission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No, with every reason."""

    skill: str
    digest: Digest
    rule: str
    policy: Digest
    reasons: tuple[SkillpodError, ...]


Decision = Admission | Hold | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What makes a generation what it is. An equal identity is a no-op; anything else is a new decision."""

    digest: Digest
    evidence: Digest
    isolation: str
    grants: Digest
    config: Digest
    dependencies: Digest

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, admission: Admission, *, evidence: Digest, config: Any, provision: Provision = NONE) -> Identity:
        """What is provided is part of the grants: a name that is bound to another directory is another right."""
        granted: list[Any] = [admission.grants.as_dict(), list(map(list, admission.opted_out))]
        if provision.volumes:
            granted.append([volume.as_dict() for volume in provision.volumes])
        if provision.programs:
            granted.append({"programs": [[program.as_dict(), dict(program.environment)] for program in provision.programs]})
        if provision.variables:
            granted.append({"variables": dict(provision.variables)})
        if provision.secrets:
            granted.append({"secrets": sorted(provision.secrets)})  # another value, or from elsewhere, is the same right
        return cls(
            digest=admission.digest,
            evidence=evidence,
            isolation=admission.isolation.value,
            grants=value_digest(granted),
            config=value_digest(config),
            dependencies=value_digest([package.as_dict() for package in provision.packages] or None),
        )
