"""Work in a thread of its own, which nobody waits for at the end: what may hang for ever must not use up the threads that others share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

_Result = TypeVar("_Result")


async def aside(work: Callable[[], _Result]) -> _Result:
    """What ``work`` gives or raises. Cancelled, it is left to itself. Raises OSError when there is no thread to be had."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def succeed(result: _Result) -> None:
        if not done.done():  # who asked may be gone
            done.set_result(result)

    def fail(fault: Exception) -> None:
        if not done.done():
            done.set_exception(fault)

    def run() -> None:
        with suppress(RuntimeError):  # the loop has ended, and nobody is left to tell
            try:
                result = work()
            except Exception as fault:  # noqa: BLE001  # SAFE: a thread's last line; whatever it was, who asked hears of it
                loop.call_soon_threadsafe(fail, fault)
            else:
                loop.call_soon_threadsafe(succeed, result)

    try:
        threading.Thread(target=run, name="aside", daemon=True).start()
    except RuntimeError as fault:
        raise OSError(str(fault)) from fault
    return await done
