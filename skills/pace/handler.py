"""Time for agents: a wait that holds up nobody, retry delays, and how long a batch will take."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from skillpod import Context, Field, tool

Seconds = Annotated[float, Field(gt=0)]
_MARGIN = 0.5
_STEPS = 20


class Waited(TypedDict):
    """``complete`` is false when the call's own deadline was nearer than the wait."""

    asked: float
    complete: bool


class Rehearsal(TypedDict):
    """``duration`` in seconds, ``busiest`` the most jobs at once, ``finished`` the jobs' positions in the order they end."""

    duration: float
    busiest: int
    finished: list[int]


@tool(title="Wait", read_only=True, category="time")
async def wait(seconds: Annotated[float, Field(ge=0, le=60)], ctx: Context) -> Waited:
    """Wait, and say when the time is over. Other calls go on meanwhile.

    Args:
        seconds: How long; wait again for longer than a minute.
    """
    length = min(seconds, max(0.0, ctx.remaining() - _MARGIN))
    for step in range(_STEPS):
        await asyncio.sleep(length / _STEPS)
        ctx.checkpoint()  # a wait that nobody waits for ends alone, and not with the guest and all its other waits
        if length > 1:
            ctx.progress((step + 1) / _STEPS, f"{length * (step + 1) / _STEPS:.1f} of {seconds:g} s")
    return {"asked": seconds, "complete": length == seconds}


@tool(title="Plan retries", read_only=True, idempotent=True, category="time")
def backoff(attempts: Annotated[int, Field(ge=1, le=20)], base: Seconds = 0.5, longest: Seconds = 30.0) -> list[float]:
    """List the seconds to wait before each retry: doubling from ``base``, never above ``longest``.

    Args:
        attempts: How many retries.
        base: Seconds before the first.
        longest: Seconds no delay goes above.
    """
    return [min(longest, base * 2**attempt) for attempt in range(attempts)]


@tool(title="Rehearse a batch", read_only=True, idempotent=True, category="time")
async def rehearse(
    seconds: Annotated[list[Annotated[float, Field(ge=0)]], Field(max_length=10_000)],
    workers: Annotated[int, Field(ge=1, le=1000)] = 4,
    per_second: Annotated[float, Field(gt=0)] | None = None,
) -> Rehearsal:
    """Find out how long a batch of jobs takes with so many workers and a rate limit, without waiting for it.

    The jobs run as coroutines against a clock of their own, so an hour of jobs is rehearsed in milliseconds.

    Args:
        seconds: How long each job takes, in the order they are started.
        workers: How many jobs may run at once.
        per_second: How many may start in a second; no limit when left out.
    """
    return await _Batch(gap=1 / per_second if per_second else 0.0).run(seconds, min(workers, max(1, len(seconds))))


@dataclass(order=True)
class _Alarm:
    due: float
    order: int
    ring: asyncio.Future[None] = field(compare=False)


class _Clock:
    """Time that jumps to the next alarm as soon as every task waits for one."""

    def __init__(self) -> None:
        self.now = 0.0
        self._alarms: list[_Alarm] = []
        self._set = 0

    async def sleep(self, length: float) -> None:
        alarm = _Alarm(self.now + length, self._set, asyncio.get_running_loop().create_future())
        self._set += 1
        heapq.heappush(self._alarms, alarm)
        await alarm.ring

    def advance(self) -> None:
        alarm = heapq.heappop(self._alarms)
        self.now = alarm.due
        alarm.ring.set_result(None)

    @property
    def waiting(self) -> int:
        return len(self._alarms)


class _Batch:
    def __init__(self, gap: float) -> None:
        self._clock = _Clock()
        self._gap = gap
        self._next_start = 0.0
        self._running = self._busiest = 0
        self._finished: list[int] = []

    async def run(self, seconds: list[float], workers: int) -> Rehearsal:
        jobs = iter(enumerate(seconds))
        tasks = [asyncio.ensure_future(self._worker(jobs)) for _ in range(workers)]
        while pending := sum(not task.done() for task in tasks):
            if self._clock.waiting == pending:
                self._clock.advance()
            await asyncio.sleep(0)
        for task in tasks:
            task.result()
        return {"duration": round(self._clock.now, 6), "busiest": self._busiest, "finished": self._finished}

    async def _worker(self, jobs: Iterator[tuple[int, float]]) -> None:
        for position, length in jobs:
            start = max(self._clock.now, self._next_start)
            self._next_start = start + self._gap
            if start > self._clock.now:
                await self._clock.sleep(start - self._clock.now)
            self._running += 1
            self._busiest = max(self._busiest, self._running)
            await self._clock.sleep(length)
            self._running -= 1
            self._finished.append(position)
