"""A call in flight, and the time it may take: of guests behind walls, and of those in this process."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Generic, Protocol, TypeVar

from skillpod.errors import DeadlineExceeded, GuestDied, SkillpodError
from skillpod.model.guest import Hear, Reply, Usage, charge
from skillpod.model.manifest import Limits
from skillpod.sandbox.asks.asking import Reached
from skillpod.sandbox.death import cpu_exceeded

CANCEL_SECONDS = 1.0
"""How long a call that nobody waits for any more may take to end before its guest is ended with it."""

_BREATH = 0.001  # seconds between two looks at least


class Flight:
    """``cpu`` is what its guest had used when it began, in seconds; ``asks`` how often it asked. ``has_checkpoints``: it has come to one,
    so it may end when it is asked to."""

    __slots__ = ("asks", "cpu", "future", "has_checkpoints", "hear", "is_cancelled", "reached", "started", "timer", "tool")

    def __init__(self, tool: str, future: asyncio.Future[Reply], reached: Reached, *, cpu: float, hear: Hear) -> None:
        self.tool = tool
        self.future = future
        self.started = perf_counter()
        self.reached = reached
        self.cpu = cpu
        self.hear = hear
        self.asks = 0
        self.has_checkpoints = False
        self.is_cancelled = False
        self.timer: asyncio.TimerHandle | None = None


Call = TypeVar("Call", bound=Flight)
_Call = TypeVar("_Call", bound=Flight, contravariant=True)


class Guest(Protocol[_Call]):
    """Whose calls are held to their time."""

    def clock(self) -> float:
        """Processor seconds it has used so far."""

    def used(self, call: _Call) -> Usage: ...

    def cancel(self, call: _Call) -> None:
        """Ask a call to end."""

    def finish(self, error: SkillpodError, own_fault: SkillpodError | None, *, culprit: _Call | None = None) -> None:
        """End the guest: ``own_fault`` is what it ended of by itself; with a ``culprit``, ``error`` is that call's."""


class Deadlines(Generic[Call]):
    """Holds each call to its wall time and to ``limits.cpu``."""

    def __init__(self, guest: Guest[Call], limits: Limits) -> None:
        self._loop = asyncio.get_running_loop()
        self._guest = guest
        self._limits = limits

    def watch(self, call: Call, seconds: float) -> None:
        call.timer = self._loop.call_later(min(seconds, self._limits.cpu), self._overdue, call)

    def press(self, call: Call) -> None:
        """It was told that nobody waits for it."""
        call.timer = self._loop.call_later(CANCEL_SECONDS, self._clinging, call)

    def _overdue(self, call: Call) -> None:
        """The wall deadline has passed, or the call is old enough to have used its processor time."""
        left = call.reached.until - perf_counter()
        spare = self._limits.cpu - (self._guest.clock() - call.cpu)
        if left <= 0:
            self._late(call)
        elif spare <= 0:
            spent = cpu_exceeded(self._limits, doing=f"running {call.tool}")
            self._guest.finish(spent, spent, culprit=call)
        else:
            call.timer = self._loop.call_later(max(min(left, spare), _BREATH), self._overdue, call)

    def _late(self, call: Call) -> None:
        late = DeadlineExceeded(
            f"{call.tool} took longer than {self._limits.wall:g} s and was ended",
            at="limits.wall",
            hint="raise it in manifest.yaml, or do less in one call",
        )
        if not call.has_checkpoints:
            self._guest.finish(late, None, culprit=call)
            return
        if not call.future.done():  # its caller may have left in this moment
            charge(late, self._guest.used(call))
            call.future.set_exception(late)
        self._guest.cancel(call)

    def _clinging(self, call: Call) -> None:
        error = GuestDied(
            f"{call.tool} was cancelled and went on for {CANCEL_SECONDS:g} s",
            hint="a tool must let skillpod.Cancelled and asyncio.CancelledError through, and not block the event loop",
        )
        self._guest.finish(error, None, culprit=call)


def note_left(call: Flight, left: asyncio.CancelledError, usage: Usage) -> None:
    """Its caller was cancelled; what the call used until then goes with that."""
    if call.future.done() and not call.future.cancelled():
        call.future.exception()  # it came in the same moment, and nobody will ask for it
    charge(left, usage)
