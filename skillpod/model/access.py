"""What one caller may do with one tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

MANIFEST_RULE = "manifest"
"""What is named as the rule where a skill's author wants a person to agree to every call of a tool."""


class May(IntEnum):
    """Ordered: who may do more may do what is below it."""

    NOTHING = 0  # for this caller the tool is not there
    SEE = 1  # it is listed and described, and a call is refused
    ASK = 2  # a person must agree to each call
    CALL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAccess:
    """``rule`` is the id of the rule that says so, ``reason`` what it gives as its reason."""

    may: May
    rule: str
    reason: str

    def refined(self, hints: Mapping[str, Any]) -> ToolAccess:
        """The same after the tool's author was heard (``ToolSpec.hints``), who can want an approval of each call and never do away with
        one."""
        approval = hints.get("approval")
        if self.may is not May.CALL or approval in (None, "never"):
            return self
        return _FIRST if approval == "first" else _ALWAYS


_ALWAYS = ToolAccess(may=May.ASK, rule=MANIFEST_RULE, reason="the skill's author wants a person to agree to every call of it")
_FIRST = ToolAccess(may=May.ASK, rule=MANIFEST_RULE, reason="the skill's author wants a person to agree to a caller's first call of it")
