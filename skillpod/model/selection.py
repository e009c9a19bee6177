"""Which entries of the log somebody means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from skillpod.model.entry import Entry
from skillpod.model.names import exported_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Entries of ``skill``, of ``tool`` (by its own name or the exported one), by ``actor``, from ``since`` and before ``until`` (seconds
    since the epoch), or those of these numbers; an empty field asks nothing, and one without any is of no entry."""

    skill: str = ""
    tool: str = ""
    actor: str = ""
    since: float = 0.0
    until: float = inf
    entries: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self != Selection()

    def takes(self, *, seq: int, ts: float, entry: Entry) -> bool:
        return (
            bool(self)
            and self.since <= ts < self.until
            and self.skill in ("", entry.skill)
            and self.actor in ("", entry.actor)
            and self.tool in ("", entry.tool, exported_name(entry.skill, entry.tool))
            and (not self.entries or seq in self.entries)
        )

    def as_dict(self) -> dict[str, Any]:
        """What it asks."""
        words = {name: value for name in ("skill", "tool", "actor", "since") if (value := getattr(self, name))}
        until = {} if self.until == inf else {"until": self.until}
        return {**words, **until, **({"entries": sorted(self.entries)} if self.entries else {})}

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Selection:
        """What ``as_dict`` said; of nothing where that had no room in the log."""
        words = {name: shape[name] for name in ("skill", "tool", "actor", "since", "until") if name in shape}
        return cls(**words, entries=frozenset(shape.get("entries", ())))
