"""A guest that says when each of its walls began and was up, by the clock that all processes share (CLOCK_MONOTONIC).

Imported by the zygote before it forks, this wraps the functions that put walls up; what is measured is the shipped code between the stamps.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from skillpod.sandbox import wire
from skillpod.sandbox.guest import zygote
from skillpod.sandbox.guest.walls import board, descriptors, self_test

_stamps: list[tuple[str, float, float]] = []


def main(host: socket.socket, limits: Mapping[str, Any]) -> None:
    """One frame behind the walls' report: ``{stamps: [[name, began, ended], ...]}``."""
    host.sendall(wire.encode({"t": "stamps", "stamps": _stamps}))


def _stamped(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    def stamped(*given: Any, **named: Any) -> Any:
        began = perf_counter()
        try:
            return act(*given, **named)
        finally:
            _stamps.append((name, began, perf_counter()))

    return stamped


def _wall_by_wall(put_up: Callable[..., None]) -> Callable[..., None]:
    def stamped(self: board.Walls, name: str, step: Callable[[], str]) -> None:
        began = perf_counter()
        try:
            put_up(self, name, step)
        finally:
            _stamps.append((name, began, perf_counter()))

    return stamped


def _asked(fork: Callable[..., None]) -> Callable[..., None]:
    """In the zygote: the request is here, and the fork comes next."""

    def stamped(*given: Any) -> None:
        now = perf_counter()
        _stamps[:] = [("asked", now, now)]
        fork(*given)

    return stamped


board.Walls.put_up = _wall_by_wall(board.Walls.put_up)  # type: ignore[method-assign]  # SAFE: in the zygote of a benchmark only
descriptors.place = _stamped("wire and output in place", descriptors.place)
self_test.tried = _stamped("self-test", self_test.tried)
zygote._Zygote._fork = _asked(zygote._Zygote._fork)  # type: ignore[method-assign]  # SAFE: as above
zygote.raise_walls = _stamped("all", zygote.raise_walls)  # type: ignore[attr-defined]  # SAFE: as above
