"""What people have answered to a Hold, and exactly what they answered it for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.model.digest import Digest
from skillpod.model.record import from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an answer is bound to; any change of any of it is another question.

    ``evidence`` is the digest of the signature sidecars, ``permissions`` that of what is asked (kinds, resources and tier), ``findings``
    that of what the audit saw in this digest, ``policy`` that of the policy's document.
    """

    skill: str
    digest: Digest
    evidence: Digest
    permissions: Digest
    findings: Digest
    policy: Digest

    def as_dict(self) -> dict[str, Any]:
        shape: dict[str, Any] = to_json(self)
        return shape


class Answer(Enum):
    APPROVE = "approve"
    DENY = "deny"
    BREAK_GLASS = "break-glass"  # for as many approvals as it takes, for a time, with a review afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's answer for one subject. ``at`` and ``until`` are seconds since the epoch; it counts for nothing after ``until``."""

    subject: Subject
    answer: Answer
    by: str
    reason: str
    at: float
    until: float

    def counts(self, subject: Subject, *, now: float) -> bool:
        return self.subject == subject and now < self.until

    def as_dict(self) -> dict[str, Any]:
        shape: dict[str, Any] = to_json(self)
        return shape

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Approval:
        """Raises ValueError for what ``as_dict`` never gives."""
        return from_json(cls, dict(shape))
