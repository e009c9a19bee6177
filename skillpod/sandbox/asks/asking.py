"""One ask, as those who answer it see it: what was asked, in which call, and what the call has reached so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Protocol

from skillpod.model.conditions import FREE, Conditions
from skillpod.model.reach import NOTHING, Reach, Traffic, count


class Denied(Exception):
    """No, in words the guest gets to see."""


class Carrier(Protocol):
    """A connection of the host's own in a call's behalf, which counts while it is open."""

    @property
    def destination(self) -> str:
        """``host:port`` as it was asked for."""

    @property
    def traffic(self) -> Traffic:
        """What it carried so far."""


class Reached:
    """What one call reached by leave, while it runs. ``until`` is when it must have ended, by ``perf_counter``; ``conditions`` are the time
    and chance its caller fixed."""

    __slots__ = ("_carriers", "conditions", "network", "now", "programs", "secrets", "seed", "until")

    def __init__(self, until: float, conditions: Conditions = FREE) -> None:
        self.until = until
        self.conditions = conditions
        self.network: dict[str, Traffic] = {}
        self.secrets: set[str] = set()
        self.programs: Counter[str] = Counter()
        self.now: float | None = None
        self.seed: int | None = None
        self._carriers: list[Carrier] = []

    def remaining(self) -> float:
        """Seconds that the call has left."""
        return max(0.0, self.until - perf_counter())

    def count(self, destination: str, more: Traffic) -> None:
        """Charge the call with it."""
        count(self.network, destination, more)

    @contextmanager
    def carrying(self, carrier: Carrier) -> Iterator[None]:
        """Charge the call with what this carries, from now on: also where the call ends before it does."""
        self._carriers.append(carrier)
        try:
            yield
        finally:
            self._carriers.remove(carrier)
            self.count(carrier.destination, carrier.traffic)

    @property
    def carried(self) -> int:
        """Bytes until now, both ways and to everywhere."""
        return sum(traffic.carried for traffic in (*self.network.values(), *(carrier.traffic for carrier in self._carriers)))

    def told(self) -> Reach:
        """``NOTHING`` itself when nothing was."""
        network = dict(self.network)
        for carrier in self._carriers:
            count(network, carrier.destination, carrier.traffic)
        if not (network or self.secrets or self.programs) and self.now is None and self.seed is None:
            return NOTHING
        return Reach(network=network, secrets=frozenset(self.secrets), programs=dict(self.programs), now=self.now, seed=self.seed)


Answer = Callable[[Mapping[str, Any], Reached], Any | Awaitable[Any]]
"""A JSON value, or what gives one later. Raises Denied, ValueError for arguments that are none, and SkillpodError."""


class Answerer(Protocol):
    """Answers the asks of one kind for one generation."""

    @property
    def operations(self) -> Mapping[str, Answer]:
        """By the name that a guest asks with: ``state.get``."""
