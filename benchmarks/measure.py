"""Samples, their quantiles, and the interleaving that keeps a comparison fair on a machine whose speed drifts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
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


def interleave(
    rounds: int, block: int, things: Mapping[str, Callable[[], object]], clock: Callable[[], float] = perf_counter
) -> dict[str, Series]:
    """Time each thing ``block`` times in turn, ``rounds`` times over; the first of each block warms up and is not counted."""
    series = {name: Series() for name in things}
    for _ in range(rounds):
        for name, thing in things.items():
            thing()
            for _ in range(block):
                started = clock()
                thing()
                series[name].add(clock() - started)
    return series


def placements() -> list[tuple[str, int]]:
    """Where the other process runs, in words, and on which processor; ours is the first we may use."""
    allowed = sorted(os.sched_getaffinity(0))
    return [("one processor", allowed[0]), *([("two processors", allowed[1])] if len(allowed) > 1 else [])]


@contextmanager
def placed(peers: Sequence[int], processor: int) -> Iterator[None]:
    """Keep this process on its first processor and the peers on that one (sched_setaffinity(2)), and let all go again."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    for peer in peers:
        os.sched_setaffinity(peer, {processor})
    try:
        yield
    finally:
        for process in (0, *peers):
            os.sched_setaffinity(process, allowed)


def process_of(pidfd: int) -> int:
    """The id, as we see it, of the process a descriptor stands for (pidfd_open(2): the Pid field of fdinfo)."""
    fields = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
    return int(next(line.removeprefix("Pid:") for line in fields if line.startswith("Pid:")))


def proportional_share(process: int) -> float:
    """Bytes of the proportional set size (proc_pid_smaps(5)) of a process and all below it. Raises PermissionError for guests, which hide
    their memory from ordinary users."""
    return sum(map(_share, [process, *descendants(process)]))


def descendants(process: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found: set[int] = set()
    fresh = {process}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _share(process: int) -> float:
    try:
        lines = Path("/proc", str(process), "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) * 1024.0 for line in lines if line.startswith("Pss:"))
