"""What the pod tells those who listen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from skillpod.errors import SkillpodError


class Kind(Enum):
    """What happened. ``ALERTS`` are also handed to the operator's alert command."""

    MOUNTED = "mounted"  # a generation was published under a name that had none
    SWAPPED = "swapped"  # a generation took the place of another
    DRAINED = "drained"  # the old generation finished its calls
    UNMOUNTED = "unmounted"
    REFUSED = "refused"
    HELD = "held"
    WAITING = "waiting"
    ROLLED_BACK = "rolled_back"
    QUARANTINED = "quarantined"
    RESUMED = "resumed"
    APPROVED = "approved"
    DENIED = "denied"
    GLASS_BROKEN = "glass_broken"
    REVIEWED = "reviewed"
    RULES_CHANGED = "rules_changed"  # of the policies in force: the policy, whom it trusts, what is revoked; and pod.yaml
    GUEST_DIED = "guest_died"
    ATTEMPTED = "attempted"  # a guest tried what it was not granted, for the first time
    TROUBLE = "trouble"  # something of the pod's own: the watcher, the journal, the skills directory


ALERTS = frozenset({Kind.REFUSED, Kind.HELD, Kind.ROLLED_BACK, Kind.QUARANTINED, Kind.GLASS_BROKEN, Kind.ATTEMPTED, Kind.TROUBLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``at`` is seconds since the epoch; ``took`` seconds from the first sign of the change to this event, when that means something."""

    kind: Kind
    at: float
    skill: str = ""
    version: str = ""
    digest: str = ""
    generation: int = 0
    previous: int = 0
    took: float = 0.0
    message: str = ""
    error: SkillpodError | None = None
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "at": self.at,
            "skill": self.skill,
            "version": self.version,
            "digest": self.digest,
            "generation": self.generation,
            "previous": self.previous,
            "took": round(self.took, 6),
            "message": self.message,
            "error": self.error.as_dict() if self.error else None,
            "details": dict(self.details),
        }
