"""Callers waiting for a guest, first come first served."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from skillpod.errors import Busy, SkillpodError

_Thing = TypeVar("_Thing")


class WaitingLine(Generic[_Thing]):
    """``give_back`` takes what was given to a caller who left in the same moment."""

    def __init__(self, give_back: Callable[[_Thing], None]) -> None:
        self._give_back = give_back
        self._waiting: deque[asyncio.Future[_Thing]] = deque()

    def __len__(self) -> int:
        return sum(not future.done() for future in self._waiting)

    async def wait(self, seconds: float, *, joined: Callable[[], None]) -> _Thing:
        """``joined`` is called once the caller stands in line. Raises Busy when nothing came in time, and what ``fail`` was given."""
        future: asyncio.Future[_Thing] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        joined()
        try:
            async with asyncio.timeout(seconds):
                return await future
        except (TimeoutError, asyncio.CancelledError) as left:
            if future.done() and not future.cancelled() and future.exception() is None:
                self._give_back(future.result())
            if isinstance(left, asyncio.CancelledError):
                raise
            raise Busy(f"no guest was free for {seconds:g} s", hint="raise guests.max in manifest.yaml, or call less at once") from None

    def give(self, thing: _Thing) -> None:
        """To the first in line. There must be one."""
        self._first().set_result(thing)

    def fail(self, error: SkillpodError) -> None:
        """The first in line hears this. There must be one."""
        self._first().set_exception(error)

    def _first(self) -> asyncio.Future[_Thing]:
        while (future := self._waiting.popleft()).done():
            continue
        return future
