"""One ask, as those who answer it see it: what was asked, in which call, and what the call has reached so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, Protocol

from skillpod.model.conditions import FREE, Conditions
from skillpod.model.reach import NOTHING, Reach, Traffic


class Denied(Exception):
    """No, in words the guest gets to see."""


class Reached:
    """What one call reached by leave, while it runs. ``until`` is when it must have ended, by ``perf_counter``; ``conditions`` are the time
    and chance its caller fixed."""

    __slots__ = ("conditions", "network", "now", "programs", "secrets", "seed", "until")

    def __init__(self, until: float, conditions: Conditions = FREE) -> None:
        self.until = until
        self.conditions = conditions
        self.network: dict[str, Traffic] = {}
        self.secrets: set[str] = set()
        self.programs: Counter[str] = Counter()
        self.now: float | None = None
        self.seed: int | None = None

    def remaining(self) -> float:
        """Seconds that the call has left."""
        return max(0.0, self.until - perf_counter())

    def told(self) -> Reach:
        """``NOTHING`` itself when nothing was."""
        if not (self.network or self.secrets or self.programs) and self.now is None and self.seed is None:
            return NOTHING
        return Reach(
            network=dict(self.network), secrets=frozenset(self.secrets), programs=dict(self.programs), now=self.now, seed=self.seed
        )


Answer = Callable[[Mapping[str, Any], Reached], Any | Awaitable[Any]]
"""A JSON value, or what gives one later. Raises Denied, ValueError for arguments that are none, and SkillpodError."""


class Answerer(Protocol):
    """Answers the asks of one kind for one generation."""

    @property
    def operations(self) -> Mapping[str, Answer]:
        """By the name that a guest asks with: ``state.get``."""
