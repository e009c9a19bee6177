"""Work that may hang, such as a write to a disk that is gone, in a thread that nobody has to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


class Aside:
    """One piece of work at a time. The thread is a daemon: one that hangs keeps neither the loop nor the process from ending."""

    def __init__(self) -> None:
        self._begun: Future[object] | None = None

    @property
    def is_busy(self) -> bool:
        return self._begun is not None and not self._begun.done()

    async def do(self, work: Callable[[], _Result]) -> _Result:
        """What ``work`` gives, or raises. A task that is cancelled leaves the thread to itself. Raises BlockingIOError as long as what was
        begun before has not ended."""
        if self.is_busy:
            raise BlockingIOError("what was begun before still hangs")
        begun: Future[_Result] = Future()
        self._begun = begun  # type: ignore[assignment]  # SAFE: only whether it is done is asked
        begun.set_running_or_notify_cancel()  # from here on a waiting task that is cancelled does not cancel it
        Thread(target=_work, args=(work, begun), name="skillpod-aside", daemon=True).start()
        return await asyncio.wrap_future(begun)


def _work(work: Callable[[], _Result], begun: Future[_Result]) -> None:
    try:
        begun.set_result(work())
    except BaseException as fault:  # noqa: BLE001  # SAFE: handed to whoever waits
        begun.set_exception(fault)
