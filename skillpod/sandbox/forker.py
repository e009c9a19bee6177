"""The helper's own program: it imports what the function needs, then forks a throw-away process for each request. It reads no hostile byte.

On its control socket comes one byte a request, with a descriptor, ``status``. On that this process gives the other end of the forked one's
``data``, which takes the request and gives the answer, and then says how that one ended: ``{late, fault, status}``. The end of the control
socket is the end of everything.

One process is forked ahead, shut in, and has rehearsed: most of what a small request takes are a fork and the pages it copies.

What seldom is needed is prepared when nothing has been asked for a while: a pod that starts again waits for the first answers.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from math import inf
from time import monotonic
from typing import Any, NoReturn

from skillpod.sandbox import throwaway
from skillpod.sandbox.apart import kill, reap
from skillpod.sandbox.throwaway import SINK, Bounds, Function, Walls

_QUIET = 0.5
"""Seconds without a request after which the rest is prepared."""


def main(start: Mapping[str, Any]) -> NoReturn:
    """``start`` is made by ``skillpod.sandbox.helper``."""
    control = socket.socket(fileno=int(start["control"]))
    function: Function = _named(start["entry"])
    prepare = _named(start["prepare"])
    complete = _named(start["complete"]) if start["complete"] else None
    prepare()
    _Forker(control, function, prepare, complete, Bounds(**start["bounds"])).run()


def _named(entry: str) -> Callable[..., Any]:
    module, _, name = entry.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


@dataclass(slots=True, eq=False)
class _Forked:
    """``lifeline`` ends with the process; ``data`` is the other end of its own."""

    process: int
    lifeline: int
    data: socket.socket
    status: socket.socket | None = None
    deadline: float = inf


class _Forker:
    def __init__(
        self,
        control: socket.socket,
        function: Function,
        rehearse: Callable[[], object],
        complete: Callable[[], object] | None,
        bounds: Bounds,
    ) -> None:
        self._control = control
        self._function = function
        self._rehearsals = [rehearse]
        self._complete = complete
        self._bounds = bounds
        self._walls = Walls(bounds)
        self._asked: list[_Forked] = []
        self._spare: _Forked | None = None
        gc.collect()
        gc.freeze()  # what the collector writes into, each fork would copy

    def run(self) -> NoReturn:
        self._fork_ahead()
        while True:
            ready = self._ready()
            if self._spare is not None and self._spare.lifeline in ready:  # it has ended: somebody killed it
                self._end(self._spare, kill)
                self._spare = None
            for child in self._asked[:]:
                if child.lifeline in ready:
                    self._end(child, reap)
                elif (child.status is not None and child.status.fileno() in ready) or child.deadline <= monotonic():
                    self._end(child, kill)  # nobody asks any more, or it took too long
            if self._control.fileno() in ready:
                self._take()
            elif not ready and not self._asked and self._complete is not None:
                self._prepare_the_rest(self._complete)
            elif not self._asked and self._spare is None:
                self._fork_ahead()

    def _ready(self) -> set[int]:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        for child in (*self._asked, *filter(None, [self._spare])):
            poll.register(child.lifeline, select.POLLIN)
            if child.status is not None:
                poll.register(child.status, select.POLLIN)
        idle = inf if self._complete is None else monotonic() + _QUIET
        soonest = min((child.deadline for child in self._asked), default=idle)
        return {found for found, _ in poll.poll(None if soonest == inf else max(0.0, soonest - monotonic()) * 1000 + 1)}

    def _prepare_the_rest(self, complete: Callable[[], object]) -> None:
        self._complete = None
        complete()
        self._rehearsals.append(complete)
        self._walls.close()
        self._walls = Walls(self._bounds)  # what they bound is counted from what this process has
        gc.collect()
        gc.freeze()
        if self._spare is not None:
            self._end(self._spare, kill)
        self._fork_ahead()

    def _take(self) -> None:
        word, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        if not word:
            for child in (*self._asked, *filter(None, [self._spare])):
                kill(child.process)
            os._exit(0)
        if not descriptors:  # there was no room for more of them
            return
        status = socket.socket(fileno=descriptors[0])
        try:
            child = self._spare or self._fork(())
        except OSError as fault:
            _tell(status, fault=fault.strerror or str(fault))
            return
        self._spare = None
        child.status, child.deadline = status, monotonic() + self._bounds.wall
        self._asked.append(child)
        with child.data, suppress(OSError):
            socket.send_fds(status, [b"."], [child.data.fileno()])

    def _fork_ahead(self) -> None:
        self._spare = None
        with suppress(OSError):
            self._spare = self._fork(self._rehearsals)

    def _fork(self, rehearsals: Sequence[Callable[[], object]]) -> _Forked:
        lifeline, held = os.pipe()
        parent = os.getpid()
        ours, theirs = socket.socketpair()
        try:
            process = os.fork()
        except OSError:
            os.close(lifeline)
            ours.close()
            raise
        else:
            if not process:
                self._child(theirs, held, parent, rehearsals)
        finally:
            os.close(held)
            theirs.close()
        return _Forked(process, lifeline, ours)

    def _child(self, data: socket.socket, held: int, parent: int, rehearsals: Sequence[Callable[[], object]]) -> NoReturn:
        def take() -> bytes:
            self._walls.shut_in((data.fileno(), held), parent)
            for rehearse in rehearsals:
                rehearse()
            request = []
            while piece := os.read(SINK, 1 << 20):
                request.append(piece)
            return b"".join(request)

        throwaway.answer(self._function, take, lambda made: throwaway.write_all(SINK, made))

    def _end(self, child: _Forked, how: Callable[[int], int]) -> None:
        os.close(child.lifeline)
        child.data.close()
        is_late = how is kill and child.deadline <= monotonic()
        code = how(child.process)
        if child.status is not None:
            self._asked.remove(child)
            _tell(child.status, late=is_late, code=code)


def _tell(status: socket.socket, *, late: bool = False, fault: str = "", code: int = 0) -> None:
    with status, suppress(OSError):
        status.sendall(json.dumps({"late": late, "fault": fault, "status": code}).encode())
