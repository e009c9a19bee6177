"""``skillpod.ports.Apart`` by forking this very process: for programs with one thread, such as ``skillpod check``.

A fork copies what was imported, so it starts at once; and it copies locks that other threads hold, so a pod has a helper to fork
(``skillpod.sandbox.helper``).
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import NoReturn

from skillpod.model.ended import Ended
from skillpod.sandbox import throwaway
from skillpod.sandbox.throwaway import SINK, Bounds, Function, Walls

_MOMENT = 1.0
"""Seconds between a process's last word and its end."""

_AHEAD = 4
"""How many more are asked than run at a time, so that one that takes long keeps none of the others waiting."""


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ForkedApart:
    """``prepare`` imports what ``function`` would, before the second fork: one request alone needs it only once. ``meanwhile`` is called
    after the first, which then runs beside it."""

    def __init__(
        self,
        function: Function,
        *,
        prepare: Callable[[], object] | None = None,
        meanwhile: Callable[[], object] | None = None,
        bounds: Bounds | None = None,
        at_once: int = 0,
    ) -> None:
        self._function = function
        self._prepare = prepare
        self._meanwhile = meanwhile
        self._bounds = bounds or Bounds()
        self._at_once = at_once or cores()
        self._walls: Walls | None = None
        self._forks = 0

    def run(self, request: bytes) -> bytes | Ended:
        return next(self.each([request]))

    def each(self, requests: Iterable[bytes]) -> Iterator[bytes | Ended]:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a parent's SIG_IGN is inherited, and would reap for us
        waiting = enumerate(requests)
        running: dict[int, _Running] = {}
        told: dict[int, bytes | Ended] = {}
        following, is_more = 0, True
        try:
            while True:
                while is_more and len(running) < self._at_once and len(running) + len(told) < self._at_once * _AHEAD:
                    number, request = next(waiting, (-1, b""))
                    is_more = number >= 0
                    if is_more:
                        self._start(number, request, running, told)
                if following in told:
                    yield told.pop(following)
                    following += 1
                elif not running:
                    return
                else:
                    _heed(running, told)
        finally:
            for child in running.values():
                child.drop()

    def close(self) -> None:
        if self._walls is not None:
            self._walls.close()
            self._walls = None

    def _start(self, number: int, request: bytes, running: dict[int, _Running], told: dict[int, bytes | Ended]) -> None:
        try:
            child = self._fork(number, request)
        except OSError as fault:
            told[number] = Ended(f"could not be given a process: {fault.strerror or fault}")
        else:
            running[child.source] = child
        if self._forks == 1 and self._meanwhile is not None:
            self._meanwhile()

    def _fork(self, number: int, request: bytes) -> _Running:
        if self._forks == 1:
            self._prepare_forks()
        self._forks += 1
        source, sink = os.pipe()
        parent = os.getpid()
        try:
            process = os.fork()
        except OSError:
            os.close(source)
            os.close(sink)
            raise
        if not process:
            self._child(sink, parent, request)
        os.close(sink)
        return _Running(number, process, source, self._bounds)

    def _prepare_forks(self) -> None:
        if self._prepare is not None:
            self._prepare()
        self._walls = Walls(self._bounds)
        gc.freeze()  # what the collector writes into, each fork would copy

    def _child(self, sink: int, parent: int, request: bytes) -> NoReturn:
        def take() -> bytes:
            walls = self._walls or Walls(self._bounds)  # the first makes its own, while the parent goes on
            walls.shut_in((sink,), parent)
            return request

        throwaway.answer(self._function, take, lambda made: throwaway.write_all(SINK, made))


def _heed(running: dict[int, _Running], told: dict[int, bytes | Ended]) -> None:
    """Wait for the next word or the next deadline; those that have ended move over."""
    poll = select.poll()
    for source in running:
        poll.register(source, select.POLLIN)
    soonest = min(child.deadline for child in running.values())
    for source, _ in poll.poll(max(0.0, soonest - monotonic()) * 1000 + 1):
        if running[source].has_ended():
            child = running.pop(source)
            told[child.number] = child.end()
    for child in [child for child in running.values() if child.deadline <= monotonic()]:
        del running[child.source]
        child.is_late = True
        told[child.number] = child.end()


@dataclass(slots=True)
class _Running:
    number: int
    process: int
    source: int
    bounds: Bounds
    deadline: float = 0.0
    said: list[bytes] = field(default_factory=list)
    size: int = 0
    is_late: bool = False

    def __post_init__(self) -> None:
        self.deadline = monotonic() + self.bounds.wall

    def has_ended(self) -> bool:
        """Take what it said; whether it says no more, or too much."""
        data = os.read(self.source, 1 << 16)
        self.said.append(data)
        self.size += len(data)
        return not data or self.size > self.bounds.answer

    def drop(self) -> None:
        """Nobody wants its answer any more."""
        os.close(self.source)
        kill(self.process)

    def end(self) -> bytes | Ended:
        """Kill it if it still lives, with all it may have started; reap it. What it answered, or how it ended."""
        os.close(self.source)
        has_more = self.is_late or self.size > self.bounds.answer
        status = kill(self.process) if has_more else reap(self.process)
        if self.is_late:
            return Ended(f"was killed after {self.bounds.wall:g} s")
        if self.size > self.bounds.answer:
            return Ended(f"answered with more than {self.bounds.answer / throwaway.MIB:g} MiB")
        return b"".join(self.said) if status == 0 else Ended(in_words(status, self.bounds))


def reap(process: int) -> int:
    """The exit status, or minus the signal. It is given a moment to end by itself: its descriptors close before that. What lives on, it or
    what it may have started, is killed while its group is still nobody else's."""
    _wait(process)
    return kill(process)


def kill(process: int) -> int:
    """At once; the exit status, or minus the signal."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)  # it may not have come to make a group
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _wait(process: int) -> None:
    """Until it has ended, for a moment; it is not reaped."""
    if sys.platform == "linux":
        ended = os.pidfd_open(process)
        try:
            poll = select.poll()
            poll.register(ended, select.POLLIN)
            poll.poll(_MOMENT * 1000)
        finally:
            os.close(ended)
    else:
        sleep(_MOMENT / 10)


def in_words(status: int, bounds: Bounds) -> str:
    """How a process ended that gave no answer."""
    if status == throwaway.NO_MEMORY:
        return f"ran out of its {bounds.memory / throwaway.MIB:g} MiB of memory"
    if status == -signal.SIGXCPU:
        return f"used up its {bounds.cpu} s of processor time"
    if status < 0:
        return f"was ended by {_name(-status)}"
    if status == throwaway.CRASHED:
        return "failed"
    return f"ended with status {status}"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
