"""What every peer can be asked, and the threads that ask those that block.

Standard library only: peers live in an environment of their own.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable
from time import perf_counter
from typing import Protocol

WORD = "hello, world"
CODE = "def say(word):\n    return word\n"
"""The function that every sandbox is given; its argument and its result are ``WORD``."""


class Absent(Exception):
    """The peer can't be measured here; the message says why."""


class Peer(Protocol):
    """One way to run ``say`` apart. A kept sandbox serves many calls; a fresh one, perhaps made ahead, serves one."""

    version: str

    def open(self) -> None:
        """Make ready, and answer a first call. Raises Absent."""

    def warm(self, count: int) -> list[float]:
        """Seconds of each call to one kept sandbox; none when there is no such thing."""

    def fresh(self, count: int) -> list[float]:
        """Seconds of each call to a sandbox nobody used before."""

    def keep(self, count: int) -> None:
        """Have at least so many kept sandboxes alive, each called once."""

    def warm_rate(self, callers: int, seconds: float) -> float:
        """Calls a second of so many callers at once, each with a kept sandbox of its own."""

    def fresh_rate(self, callers: int, seconds: float) -> float:
        """The same, each call in a sandbox of its own."""

    def close(self) -> None: ...


class Kept(Protocol):
    """A sandbox that serves calls until it is closed."""

    def call(self, word: str) -> object: ...

    def close(self) -> None: ...


class Blocking(Peer):
    """A peer whose calls block their thread. It says how to ``start`` a sandbox, and what makes a call in a fresh one different."""

    version = ""

    def __init__(self) -> None:
        self._kept: list[Kept] = []

    @abstractmethod
    def start(self) -> Kept:
        """A new sandbox with ``say`` loaded. Raises Absent."""

    def once(self) -> float:
        """Seconds until a new sandbox has answered; ending it is not counted."""
        started = perf_counter()
        sandbox = self.start()
        answer = sandbox.call(WORD)
        took = perf_counter() - started
        sandbox.close()
        return _right(answer, took)

    def open(self) -> None:
        self.keep(1)

    def warm(self, count: int) -> list[float]:
        return [self._timed(self._kept[0]) for _ in range(count)]

    def fresh(self, count: int) -> list[float]:
        return [self.once() for _ in range(count)]

    def keep(self, count: int) -> None:
        while len(self._kept) < count:
            sandbox = self.start()
            self._kept.append(sandbox)
            self._timed(sandbox)

    def warm_rate(self, callers: int, seconds: float) -> float:
        self.keep(callers)
        return at_once([lambda sandbox=sandbox: self._timed(sandbox) for sandbox in self._kept[:callers]], seconds)  # type: ignore[misc]  # SAFE: a default binds the loop's value

    def fresh_rate(self, callers: int, seconds: float) -> float:
        return at_once([self.once] * callers, seconds)

    def close(self) -> None:
        for sandbox in self._kept:
            sandbox.close()

    def _timed(self, sandbox: Kept) -> float:
        started = perf_counter()
        answer = sandbox.call(WORD)
        return _right(answer, perf_counter() - started)


def at_once(acts: list[Callable[[], object]], seconds: float) -> float:
    """How many acts a second, each repeated in a thread of its own until the time is over; the last of each is counted with its time."""
    done: list[int] = []
    faults: list[BaseException] = []
    until = perf_counter() + seconds

    def repeat(act: Callable[[], object]) -> None:
        count = 0
        try:
            while perf_counter() < until:
                act()
                count += 1
        except BaseException as fault:  # SAFE: told to who asked, below
            faults.append(fault)
        done.append(count)

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    started = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(done) / (perf_counter() - started)


def _right(answer: object, took: float) -> float:
    if answer != WORD:
        raise RuntimeError(f"the sandbox answered {answer!r}")
    return took
