"""Samples, their quantiles, and the interleaving that keeps a comparison fair on a machine whose speed drifts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Series:
    """Seconds (or bytes) of one thing, measured many times."""

    samples: list[float] = field(default_factory=list)

    def add(self, sample: float) -> None:
        self.samples.append(sample)

    def quantile(self, share: float) -> float:
        ordered = sorted(self.samples)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def median(self) -> float:
        return self.quantile(0.5)

    @property
    def p99(self) -> float:
        return self.quantile(0.99)


def interleave(rounds: int, block: int, things: Mapping[str, Callable[[], object]]) -> dict[str, Series]:
    """Time each thing ``block`` times in turn, ``rounds`` times over; the first of each block warms up and is not counted."""
    series = {name: Series() for name in things}
    for _ in range(rounds):
        for name, thing in things.items():
            thing()
            for _ in range(block):
                started = perf_counter()
                thing()
                series[name].add(perf_counter() - started)
    return series
