"""Named directories of the host: what the operator binds a name to, and what the guests of a launch get under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skillpod.model.capability import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What pod.yaml says of a name: an absolute path, and the most that a skill may do there."""

    path: str
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One directory, as it was found when the skill was decided on: ``path`` had no link in it and led to this ``device`` and ``inode``.
    Guests get that directory or none."""

    name: str
    access: Access
    path: str
    device: int
    inode: int

    @property
    def is_writable(self) -> bool:
        return self.access is Access.WRITE

    def as_dict(self) -> dict[str, Any]:
        """JSON, for identities, the journal and people."""
        return {"name": self.name, "access": self.access.value, "path": self.path, "directory": f"{self.device}:{self.inode}"}
