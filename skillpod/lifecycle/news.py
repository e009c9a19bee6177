"""What happened, told to everyone who listens: the doors, and the operator's alert command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

from skillpod.errors import PathUnusable
from skillpod.model.event import ALERTS, Event, Kind
from skillpod.ports import Clock, Worker

BACKLOG = 1024
"""Events kept for a listener that is slower than the pod; older ones are dropped and counted."""
_ALERTS_AT_ONCE = 4
_ATTEMPTS_AT_ONCE = 2
"""A skill can cause hundreds of these. They take turns among themselves, one of a skill at a time: neither the alert of a quarantine nor
that of another skill's attempt must wait behind them all."""


class News:
    """The pod's events. ``tell`` never waits and never fails."""

    def __init__(self, *, clock: Clock, worker: Worker, alert: Callable[[], tuple[Sequence[str], float]]) -> None:
        self._clock = clock
        self._worker = worker
        self._alert = alert
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._alerts: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_ALERTS_AT_ONCE)
        self._turn_of_attempts = asyncio.Semaphore(_ATTEMPTS_AT_ONCE)
        self._turn_of_skill: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._is_closing = False

    def tell(self, kind: Kind, **fields: Any) -> None:
        """Say that something happened now; ``fields`` are those of Event."""
        event = Event(kind=kind, at=self._clock.epoch(), **fields)
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)
        argv, timeout = self._alert()
        if kind in ALERTS and argv:
            task = asyncio.get_running_loop().create_task(self._raise_alarm(argv, timeout, event))
            self._alerts.add(task)
            task.add_done_callback(self._alerts.discard)

    async def _raise_alarm(self, argv: Sequence[str], timeout: float, event: Event) -> None:
        if event.kind is not Kind.ATTEMPTED:
            async with self._turn:
                await self._run(argv, timeout, event)
            return
        async with self._turn_of_skill.setdefault(event.skill, asyncio.Lock()), self._turn_of_attempts:
            if not self._is_closing:
                await self._run(argv, timeout, event)

    async def _run(self, argv: Sequence[str], timeout: float, event: Event) -> None:
        try:
            status = await self._worker.run(argv, stdin=json.dumps(event.as_dict()).encode() + b"\n", timeout=timeout)
        except (OSError, PathUnusable) as fault:
            self._complain(f"the alert command can't be run: {fault}")
            return
        if status != 0:
            self._complain(f"the alert command {argv[0]} ended with status {status}")

    def _complain(self, message: str) -> None:
        # Told to listeners only: a failing alert command must not raise an alert about itself.
        event = Event(kind=Kind.TROUBLE, at=self._clock.epoch(), message=message)
        for queue in self._listeners:
            if not queue.full():
                queue.put_nowait(event)

    async def listen(self) -> AsyncIterator[Event]:
        """Every event from now on; ends when the pod stops."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(BACKLOG)
        self._listeners.add(queue)
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._listeners.discard(queue)

    async def close(self) -> None:
        """End every listener, after what it has not read yet; let alerts finish within their own timeout. Of attempts whose alert has not
        begun, the journal alone tells: a skill must not decide how long the pod takes to stop."""
        self._is_closing = True
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
        if self._alerts:
            await asyncio.gather(*self._alerts, return_exceptions=True)
