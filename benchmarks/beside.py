"""Ours and its peers in turn, round by round, each asked by the same words in a host process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.measure import Series, proportional_share
from benchmarks.peers.shape import Absent
from benchmarks.table import Grid, amount

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".environments" / "peers"
CALLERS = (1, 4, 16)
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Named:
    """``own`` runs in this interpreter's environment, the others in the peers'."""

    title: str
    walls: str
    own: bool = False


PEERS = {
    "skillpod": Named("**skillpod**, `await pod.call`", "all of ours; forked ahead", own=True),
    "skillpod-jail": Named("**skillpod**, the jail alone", "all of ours; forked ahead", own=True),
    "skillpod-demand": Named("**skillpod**, the jail alone, on demand", "all of ours; forked while the caller waits", own=True),
    "pydantic-monty": Named("pydantic-monty", "its own language, a subset of Python; a fresh one is a session in a used process"),
    "smolagents": Named("smolagents `LocalPythonExecutor`", "none: an interpreter in the host's process"),
    "plain": Named("`python -I -S` as a subprocess", "none", own=True),
    "forkserver": Named("multiprocessing, forkserver", "none; the host unpickles what it gets", own=True),
    "bubblewrap": Named("bubblewrap", "namespaces, no capabilities"),
    "nsjail": Named("nsjail", "namespaces, rlimits"),
    "sandlock": Named("sandlock", "Landlock, seccomp with a supervisor"),
}


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured of each: ``warm`` and ``fresh`` calls a round; ``further`` sandboxes for the memory of one more."""

    rounds: int
    warm: int
    fresh: int
    colds: int
    rates: int
    seconds: float
    further: int


@dataclass(slots=True)
class Figures:
    """What was measured of one peer; ``absent`` says why nothing was, or why it ended early."""

    version: str = ""
    absent: str = ""
    cold: Series = field(default_factory=Series)
    warm: Series = field(default_factory=Series)
    fresh: Series = field(default_factory=Series)
    memory: tuple[float, float] | None = None
    warm_rates: dict[int, Series] = field(default_factory=lambda: {callers: Series() for callers in CALLERS})
    fresh_rates: dict[int, Series] = field(default_factory=lambda: {callers: Series() for callers in CALLERS})


class Driver:
    """The host process of one peer. Raises Absent for what the peer can't do, and when it does not answer."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        python = sys.executable if PEERS[name].own else str(ENVIRONMENT / "bin" / "python")
        if not os.access(python, os.X_OK):
            raise Absent("not installed: `make .environments/peers/.installed`")
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.peers", name],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._answers = self._process.stdin, self._process.stdout

    @property
    def process(self) -> int:
        return self._process.pid

    def greeted(self) -> None:
        """It runs, and has loaded nothing of the peer yet."""
        self._answer()

    def ask(self, act: str, **given: Any) -> Any:
        with contextlib.suppress(BrokenPipeError):
            self._to.write(json.dumps({"do": act, **given}).encode() + b"\n")
            self._to.flush()
        return self._answer()

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._to.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()

    def _answer(self) -> Any:
        ready, _, _ = select.select([self._answers], [], [], _SECONDS)
        if not ready:
            self._process.kill()
            raise Absent(f"no answer within {_SECONDS} s")
        line = self._answers.readline()
        if not line:
            raise Absent(f"its host process ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "absent" in answer:
            raise Absent(answer["absent"].replace(f"{ROOT}/", ""))
        return answer["value"]


def beside(effort: Effort) -> dict[str, Figures]:
    """Every peer's figures, by its key; none is left out."""
    found = {name: Figures() for name in PEERS}
    drivers: dict[str, Driver] = {}
    with contextlib.ExitStack() as ended:
        environment = ended.enter_context(with_bytecode())

        def opened(name: str) -> None:
            drivers[name] = driver = Driver(name, environment)
            ended.callback(driver.close)
            _opened(found[name], driver, effort.further)

        for number in range(effort.colds + 1 if effort.colds else 0):
            counted = found if number else {name: Figures() for name in PEERS}  # the first of each compiles its modules
            _each(found, list(PEERS), lambda name, counted=counted: _cold(counted[name], partial(Driver, name, environment)))  # type: ignore[misc]  # SAFE: a default binds the loop's value
        _each(found, list(PEERS), opened)
        for _ in range(effort.rounds):
            _each(found, list(drivers), lambda name: _calls(found[name], drivers[name], effort))
        for _ in range(effort.rates):
            for callers in CALLERS:
                _each(found, list(drivers), lambda name, callers=callers: _rates(found[name], drivers[name], callers, effort.seconds))  # type: ignore[misc]  # SAFE: a default binds the loop's value
    return found


@contextlib.contextmanager
def with_bytecode() -> Iterator[dict[str, str]]:
    """An environment where each host's modules are compiled once, as they are where a package was installed, and no trace of it is left."""
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        yield {**kept, "PYTHONPYCACHEPREFIX": directory}


def _each(found: dict[str, Figures], names: Sequence[str], act: Callable[[str], None]) -> None:
    """What a peer can't do ends its own measuring and nobody else's."""
    for name in names:
        if not found[name].absent:
            try:
                act(name)
            except Absent as fault:
                found[name].absent = str(fault)


def _cold(figures: Figures, start: Callable[[], Driver]) -> None:
    """From a host that does not run to the first answer of a sandbox: the host's Python, the peer's package, the sandbox, the call."""
    started = perf_counter()
    driver = start()
    try:
        driver.greeted()
        driver.ask("open")
        figures.cold.add(perf_counter() - started)
    finally:
        driver.close()


def _opened(figures: Figures, driver: Driver, further: int) -> None:
    driver.greeted()
    shares = [_share(driver)]
    figures.version = driver.ask("open")
    shares.append(_share(driver))
    driver.ask("keep", count=1 + further)
    shares.append(_share(driver))
    if None not in shares:
        before, one, more = (share or 0.0 for share in shares)
        figures.memory = (one - before, (more - one) / further)
    driver.ask("warm", count=20)  # warms up
    driver.ask("fresh", count=2)


def _share(driver: Driver) -> float | None:
    """None for an ordinary user, from whom our guests hide their memory."""
    try:
        return proportional_share(driver.process)
    except PermissionError:
        return None


def _calls(figures: Figures, driver: Driver, effort: Effort) -> None:
    figures.warm.samples += driver.ask("warm", count=effort.warm)
    figures.fresh.samples += driver.ask("fresh", count=effort.fresh)


def _rates(figures: Figures, driver: Driver, callers: int, seconds: float) -> None:
    figures.warm_rates[callers].add(driver.ask("warm_rate", callers=callers, seconds=seconds))
    figures.fresh_rates[callers].add(driver.ask("fresh_rate", callers=callers, seconds=seconds))


def side_by_side(found: dict[str, Figures]) -> Grid:
    rates = "/".join(map(str, CALLERS))
    headings = (
        "sandbox",
        "version",
        "walls",
        "cold",
        "warm p50",
        "p99",
        "fresh p50",
        "p99",
        "memory: first",
        "one more",
        f"warm/s at {rates} callers",
        f"fresh/s at {rates} callers",
    )
    return Grid("Ours beside its peers", headings, [_line(PEERS[name], figures) for name, figures in found.items()])


def _line(peer: Named, figures: Figures) -> tuple[str, ...]:
    if figures.absent and not figures.fresh.samples:
        return (peer.title, figures.version, f"not measured: {figures.absent}", *[""] * 9)
    ended = f"; ended early: {figures.absent}" if figures.absent else ""
    return (
        peer.title,
        figures.version,
        f"{peer.walls}{ended}",
        _median(figures.cold),
        _median(figures.warm),
        _tail(figures.warm),
        _median(figures.fresh),
        _tail(figures.fresh),
        *_memory(figures),
        _rates_of(figures.warm_rates),
        _rates_of(figures.fresh_rates),
    )


def _memory(figures: Figures) -> tuple[str, str]:
    if not figures.warm.samples:  # nothing of it is kept
        return "", ""
    if figures.memory is None:
        return "not readable", "not readable"
    first, one_more = figures.memory
    return amount(first, "B"), amount(one_more, "B")


def _median(series: Series) -> str:
    return amount(series.median, "s") if series.samples else ""


def _tail(series: Series) -> str:
    return amount(series.p99, "s") if len(series.samples) >= 10 else ""


def _rates_of(rates: dict[int, Series]) -> str:
    measured = [series.median for series in rates.values() if series.samples]
    return " / ".join(f"{rate:,.0f}" for rate in measured) if any(measured) else ""
