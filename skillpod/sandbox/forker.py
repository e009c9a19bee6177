"""The helper's own program: it imports what the function needs, then forks a throw-away process for each request. It reads no hostile byte.

On its control socket comes one byte a request, with a descriptor, ``status``. On that this process gives the other end of the forked one's
``data``, which takes the request and gives the answer, and then says how that one ended: ``{late, fault, status}``. The end of the control
socket is the end of everything.

One process is forked ahead, shut in, and has rehearsed: most of what a small request takes are a fork and the pages it copies.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from math import inf
from time import monotonic
from typing import Any, NoReturn

from skillpod.sandbox import throwaway
from skillpod.sandbox.apart import kill, reap
from skillpod.sandbox.throwaway import SINK, Bounds, Function, Walls


def main(start: Mapping[str, Any]) -> NoReturn:
    """``start`` is made by ``skillpod.sandbox.helper``."""
    control = socket.socket(fileno=int(start["control"]))
    function: Function = _named(start["entry"])
    prepare = _named(start["prepare"])
    prepare()
    bounds = Bounds(**start["bounds"])
    _Forker(control, function, prepare, bounds, Walls(bounds)).run()


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
    def __init__(self, control: socket.socket, function: Function, rehearse: Callable[[], object], bounds: Bounds, walls: Walls) -> None:
        self._control = control
        self._function = function
        self._rehearse = rehearse
        self._bounds = bounds
        self._walls = walls
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
            elif not self._asked and self._spare is None:
                self._fork_ahead()

    def _ready(self) -> set[int]:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        for child in (*self._asked, *filter(None, [self._spare])):
            poll.register(child.lifeline, select.POLLIN)
            if child.status is not None:
                poll.register(child.status, select.POLLIN)
        soonest = min((child.deadline for child in self._asked), default=inf)
        return {found for found, _ in poll.poll(None if soonest == inf else max(0.0, soonest - monotonic()) * 1000 + 1)}

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
            child = self._spare or self._fork(_nothing)
        except OSError as fault:
            _tell(status, fault=fault.strerror or str(fault))
            return
        self._spare = None
        child.status, child.deadline = status, monotonic() + self._bounds.wall
        self._asked.append(child)
        with child.data, suppress(OSError):
            socket.send_fds(status, [b"."], [child.data.fileno()])

    def _fork_ahead(self) -> None:
        with suppress(OSError):
            self._spare = self._fork(self._rehearse)

    def _fork(self, rehearse: Callable[[], object]) -> _Forked:
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
                self._child(theirs, held, parent, rehearse)
        finally:
            os.close(held)
            theirs.close()
        return _Forked(process, lifeline, ours)

    def _child(self, data: socket.socket, held: int, parent: int, rehearse: Callable[[], object]) -> NoReturn:
        def take() -> bytes:
            self._walls.shut_in((data.fileno(), held), parent)
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


def _nothing() -> None:
    """What one that is wanted at once rehearses."""


def _tell(status: socket.socket, *, late: bool = False, fault: str = "", code: int = 0) -> None:
    with status, suppress(OSError):
        status.sendall(json.dumps({"late": late, "fault": fault, "status": code}).encode())
