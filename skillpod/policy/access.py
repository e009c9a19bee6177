"""Who may see and call which tools: the rules under ``access`` in a policy, and their answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillpod.model.access import May, ToolAccess
from skillpod.policy.globs import is_covered, is_hit
from skillpod.policy.roles import Roles, reaches_down_from, reaches_up_to
from skillpod.policy.rules import Outcome

if TYPE_CHECKING:
    from skillpod.policy.document import Policy

OPEN_RULE = "no-access-rules"
DEFAULT_RULE = "default-deny"
"""The rules that are in no document: of a policy without the section, and of a tool that no rule of the section allows."""

_REMEMBERED = 8192
"""Answers kept of one policy: of a hundred tools for some eighty callers. The names of tools that are asked for are the callers' own."""

_ALL = ToolAccess(may=May.CALL, rule=OPEN_RULE, reason="the policy has no access rules: who comes in may call what is there for them")
_NONE = ToolAccess(may=May.NOTHING, rule=DEFAULT_RULE, reason="no access rule of the policy allows it")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """``principals`` and ``roles`` are None where the rule does not look at them. ``may`` is how far an allowance reaches, and what a
    denial begins to take away; of a question it is ASK."""

    id: str
    outcome: Outcome
    may: May
    reason: str
    tools: re.Pattern[str]
    principals: re.Pattern[str] | None = None
    roles: Roles | None = None

    def is_about(self, principal: str, roles: tuple[str, ...]) -> bool:
        if self.outcome is Outcome.ALLOW:
            return is_covered(self.principals, principal) and reaches_up_to(self.roles, roles)
        return is_hit(self.principals, principal) and reaches_down_from(self.roles, roles)

    def says(self, may: May) -> ToolAccess:
        return ToolAccess(may=may, rule=self.id, reason=self.reason)


class Matrix:
    """The access rules of one policy, in the order of its document. Answers are remembered, so one is asked for on every call."""

    def __init__(self, rules: Sequence[AccessRule]) -> None:
        self.rules = tuple(rules)
        self._applying: dict[tuple[str, tuple[str, ...]], tuple[AccessRule, ...]] = {}
        self._answers: dict[tuple[str, tuple[str, ...], str], ToolAccess] = {}

    def answer(self, principal: str, roles: tuple[str, ...], tool: str) -> ToolAccess:
        key = (principal, roles, tool)
        known = self._answers.get(key)
        if known is None:
            known = _combined([rule for rule in self._about(principal, roles) if rule.tools.fullmatch(tool)])
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[key] = known
        return known

    def _about(self, principal: str, roles: tuple[str, ...]) -> tuple[AccessRule, ...]:
        key = (principal, roles)
        applying = self._applying.get(key)
        if applying is None:
            applying = tuple(rule for rule in self.rules if rule.is_about(principal, roles))
            if len(self._applying) >= _REMEMBERED:
                self._applying.clear()
            self._applying[key] = applying
        return applying


OPEN = Matrix(())
"""That of a policy without the section. One with an empty section is another, and lets nobody in."""


def _combined(speaking: Sequence[AccessRule]) -> ToolAccess:
    """What is allowed at most, cut by the strictest denial, and where a call is left of it, by a question. Of several rules that say the
    same, the first in the document is named."""
    allowed = _NONE
    for rule in speaking:
        if rule.outcome is Outcome.ALLOW and rule.may > allowed.may:
            allowed = rule.says(rule.may)
    for rule in speaking:
        left = May.NOTHING if rule.may is May.SEE else May.SEE
        if rule.outcome is Outcome.DENY and left < allowed.may:
            allowed = rule.says(left)
    for rule in speaking:
        if rule.outcome is Outcome.REQUIRE_APPROVAL and allowed.may is May.CALL:
            allowed = rule.says(May.ASK)
    return allowed


def access(policy: Policy, *, principal: str, roles: tuple[str, ...], tool: str) -> ToolAccess:
    """What a caller may do with a tool. ``principal`` is its name (empty: not known), ``roles`` the words of those it was given, ``tool``
    the name the tool is exported by, whether there is such a tool or not.

    A policy without an ``access`` section lets everyone call; with one, what no rule allows is not there. Deny overrides require_approval,
    which overrides allow.
    """
    matrix = policy.access
    return _ALL if matrix is OPEN else matrix.answer(principal, roles, tool)
