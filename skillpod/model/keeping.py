"""What the log keeps: how much of a call, for how long, and who is given its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any


class Detail(Enum):
    """How much of a call its entry keeps. What is denied, and who acts on the pod, is written whatever is chosen here."""

    NONE = "none"  # no entry of a call that went well
    METADATA = "metadata"  # who, what, when, how it went; of the arguments their size and a salted HMAC
    REQUEST = "request"  # and the arguments, but for what is secret
    FULL = "full"  # and the result


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Who is given the newest checkpoint, at most once in ``every`` seconds: a ``file`` it is appended to, the system's log, a program
    that has it on stdin (a fixed argv)."""

    every: float = 60.0
    file: str = ""
    to_syslog: bool = False
    command: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.file or self.to_syslog or self.command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Who cosigns checkpoints (c2sp.org/tlog-witness): the prefix of its address, and its key, one line ``name+id+base64``."""

    url: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """``detail`` of every call, but for ``tools``: patterns of exported names, of which the first that fits counts. ``keep`` is how many
    bytes of entries stay, 0 for all."""

    detail: Detail = Detail.METADATA
    tools: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))
    keep: int = 0
    copies: Copies = Copies()
    witness: Witness | None = None

    def as_dict(self) -> dict[str, Any]:
        """What is kept, and for how long, for the log itself."""
        tools = {pattern: detail.value for pattern, detail in self.tools.items()}
        return {"calls": self.detail.value, **({"tools": tools} if tools else {}), **({"keep": self.keep} if self.keep else {})}

    def of(self, exported: str) -> Detail:
        """What is kept of the calls of a tool."""
        return next((detail for pattern, detail in self.tools.items() if fnmatchcase(exported, pattern)), self.detail)
