"""What a manifest asks beside what the code uses: made once by the audit, shown to whoever decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

ANYTHING = "*"
"""The resource of a use whose name is only known when the code runs."""


class Asked(Enum):
    """Whether the manifest asks for a resource; ``wildcard``: only in a way that covers others as well."""

    YES = "yes"
    NO = "no"
    WILDCARD = "wildcard"


class Standing(Enum):
    """How asking and using stand to each other. ``free`` needs no asking: scratch space and the skill's own files."""

    BOTH = "asked and used"
    NOT_ASKED = "used, not asked"
    NOT_USED = "asked, not used"
    DYNAMIC = "dynamic"
    WILDCARD = "wildcard"
    FREE = "needs no asking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One resource. ``kind`` is that of a permission; ``used`` are places, ``file:line``. A dynamic resource that is asked for is one
    that nothing is proven to use, but that a use of its kind, whose resource is only known when the code runs, may be of."""

    kind: str
    resource: str
    asked: Asked
    standing: Standing
    used: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """``api.example.com:443``; ``any`` where the name is only known when the code runs."""
        return "any" if self.resource == ANYTHING else self.resource

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "resource": self.resource,
            "asked": self.asked.value,
            "standing": self.standing.value,
            "used": list(self.used),
        }


def places(used: tuple[str, ...], most: int = 3) -> str:
    """``handler.py:3, handler.py:9 and 4 more``."""
    shown = ", ".join(used[:most])
    return f"{shown} and {len(used) - most} more" if len(used) > most else shown
