"""One call that a person was asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skillpod.model.approval import Answer
from skillpod.model.digest import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an answer is bound to: who calls, which tool (by its exported name) of which bytes, with which arguments, all by digest."""

    principal: str
    tenant: str
    tool: str
    digest: Digest
    arguments: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """``tool`` is its own name, which the exported one may not show. ``arguments`` is their JSON, for the person who is asked; no journal
    has it. ``rule`` and ``why`` say who wants the approval, ``by`` and ``reason`` who answered. ``asked`` and ``until`` are monotonic
    seconds."""

    id: str
    question: Question
    skill: str
    version: str
    tool: str
    arguments: str
    rule: str
    why: str
    asked: float
    until: float
    answer: Answer | None = None
    by: str = ""
    reason: str = ""

    def as_dict(self, *, now: float) -> dict[str, Any]:
        """For whoever answers, in seconds from now."""
        return {
            "id": self.id,
            "caller": self.question.principal,
            "tenant": self.question.tenant,
            "tool": self.question.tool,
            "skill": self.skill,
            "version": self.version,
            "digest": self.question.digest,
            "arguments": self.arguments,
            "rule": self.rule,
            "why": self.why,
            "asked": round(now - self.asked, 1),
            "left": round(self.until - now, 1),
            "answer": self.answer.value if self.answer is not None else None,
            "by": self.by,
            "reason": self.reason,
        }
