"""What a call reached beyond its guest, by leave: connections, secrets, programs, and the time and chance it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Traffic:
    """With one destination: how many connections were made and how many were refused, and bytes each way, as the kernel counts them."""

    connections: int = 0
    refused: int = 0
    sent: int = 0
    received: int = 0

    @property
    def carried(self) -> int:
        """Bytes, both ways."""
        return self.sent + self.received

    def __add__(self, more: Traffic) -> Traffic:
        return Traffic(
            self.connections + more.connections, self.refused + more.refused, self.sent + more.sent, self.received + more.received
        )

    def as_dict(self) -> dict[str, int]:
        return {name: count for name in self.__slots__ if (count := getattr(self, name))}


_DESTINATIONS, _OTHERS = 64, "others"
"""So many are told apart; a guest may name as many as it likes, and what else it named is counted together."""


def count(network: dict[str, Traffic], destination: str, more: Traffic) -> None:
    """Charge a destination with it."""
    where = destination if destination in network or len(network) < _DESTINATIONS else _OTHERS
    network[where] = network.get(where, Traffic()) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """``network`` is by destination (``api.example.com:443``), ``secrets`` names that were handed over or attached, ``programs`` how often
    each was run. ``now`` (seconds since the epoch) and ``seed`` are None where the call did not ask for them."""

    network: Mapping[str, Traffic] = field(default_factory=lambda: MappingProxyType({}))
    secrets: frozenset[str] = frozenset()
    programs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    now: float | None = None
    seed: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON in a fixed order; nothing of what was not reached."""
        said: dict[str, Any] = {}
        if self.network:
            said["network"] = {place: traffic.as_dict() for place, traffic in sorted(self.network.items())}
        if self.secrets:
            said["secrets"] = sorted(self.secrets)
        if self.programs:
            said["programs"] = dict(sorted(self.programs.items()))
        if self.now is not None:
            said["now"] = self.now
        if self.seed is not None:
            said["seed"] = self.seed
        return said

    def __add__(self, more: Reach) -> Reach:
        """What both reached. Time and chance are of one call, and stay out."""
        network = dict(self.network)
        for place, traffic in more.network.items():
            count(network, place, traffic)
        programs = {name: self.programs.get(name, 0) + more.programs.get(name, 0) for name in {*self.programs, *more.programs}}
        return Reach(network=network, secrets=self.secrets | more.secrets, programs=programs)

    def renamed(self, rename: Callable[[str], str]) -> Reach:
        """With its destinations named otherwise; those that are then the same are counted together."""
        network: dict[str, Traffic] = {}
        for place, traffic in self.network.items():
            count(network, rename(place), traffic)
        return replace(self, network=network)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Reach:
        """From what ``as_dict`` gave."""
        return cls(
            network={place: Traffic(**traffic) for place, traffic in said.get("network", {}).items()},
            secrets=frozenset(said.get("secrets", ())),
            programs=dict(said.get("programs", {})),
            now=said.get("now"),
            seed=said.get("seed"),
        )


NOTHING = Reach()
