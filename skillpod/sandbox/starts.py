"""Guests on their way: started in the background, with a pause after failures that no caller waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.sandbox.serving import Raising, Serving

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 30.0


class Starts:
    """``ready`` takes each new guest, ``failed`` each failure; ``again`` is called when a pause is over."""

    def __init__(
        self,
        nursery: Raising,
        lifetime: Lifetime,
        *,
        ready: Callable[[Serving], None],
        failed: Callable[[SkillpodError], None],
        again: Callable[[], None],
    ) -> None:
        self._nursery = nursery
        self._lifetime = lifetime
        self._ready = ready
        self._failed = failed
        self._again = again
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._pause: asyncio.TimerHandle | None = None
        self.started = 0

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def is_pausing(self) -> bool:
        """Whether starts that nobody waits for should wait: the last one failed not long ago."""
        return self._pause is not None

    def begin(self) -> None:
        task = asyncio.get_running_loop().create_task(self._start())
        self._tasks.add(task)

    async def close(self) -> None:
        """Wait until none is on its way; the nursery must have been closed before, so that each ends at once."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _start(self) -> None:
        task = asyncio.current_task()
        try:
            guest = await self._nursery.start(self._lifetime)
        except SkillpodError as error:
            self._forget(task)
            self._delay()
            self._failed(error)
        else:
            self._forget(task)
            self._failures = 0
            self.started += 1
            self._ready(guest)
        finally:
            self._forget(task)

    def _forget(self, task: asyncio.Task[None] | None) -> None:
        if task is not None:
            self._tasks.discard(task)

    def _delay(self) -> None:
        if self._nursery.is_closed:
            return
        if self._pause is not None:
            self._pause.cancel()
        seconds = min(_FIRST_PAUSE * 2**self._failures, _LONGEST_PAUSE)
        self._failures += 1
        self._pause = asyncio.get_running_loop().call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._pause = None
        self._again()
