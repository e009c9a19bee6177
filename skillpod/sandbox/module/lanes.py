"""The thread that a guest's code runs in: one call after the other, or several at once on an event loop.

A thread can't be killed. One whose call does not end is left behind: a daemon, so that it does not hold up the end of the process.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from queue import SimpleQueue
from typing import Any, Protocol

_FAREWELL = 0.5  # seconds that tasks a tool left behind may take to end


class Job(Protocol):
    """A call, as a lane runs it."""

    def run(self, complete: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        """All of it; ``complete`` runs what a tool that is async gave. Never raises."""

    async def go(self) -> None:
        """The same, on an event loop. Never raises but for its own cancellation before it began."""


class Lane(Protocol):
    def post(self, work: Callable[[], None]) -> None:
        """Run this in the thread, when it is its turn."""

    def serve(self, job: Job) -> None: ...
    def cancel(self, job: Job) -> None:
        """Wake it up where it awaits something."""

    def end(self) -> None:
        """Run nothing more, and end the thread. What runs still must have been told that it is over."""

    def cpu(self) -> float:
        """Processor seconds that the thread has used; 0 when it has ended."""


class _Thread:
    """``ended`` hears, in the thread, that it is about to end."""

    def __init__(self, name: str, run: Callable[[], None], ended: Callable[[], None]) -> None:
        self._run = run
        self._ended = ended
        self._clock: int | None = None
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def _main(self) -> None:
        self._clock = time.pthread_getcpuclockid(threading.get_ident())  # asked of a thread that has ended, it may end the process
        try:
            self._run()
        finally:
            self._clock = None
            self._ended()

    def cpu(self) -> float:
        clock = self._clock
        try:
            return 0.0 if clock is None else time.clock_gettime(clock)
        except OSError:  # it has ended in this moment
            return 0.0


class Turns:
    """One call at a time; async tools on one event loop that lives as long as the guest."""

    def __init__(self, name: str, ended: Callable[[], None], troubled: Callable[[str], None]) -> None:
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._troubled = troubled
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = _Thread(name, self._main, ended)

    def post(self, work: Callable[[], None]) -> None:
        self._queue.put(work)

    def serve(self, job: Job) -> None:
        self._queue.put(lambda: Context().run(job.run, self._complete))

    def cancel(self, job: Job) -> None:
        self._wake()

    def end(self) -> None:
        self._queue.put(None)
        self._wake()

    def cpu(self) -> float:
        return self._thread.cpu()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has been closed
                loop.call_soon_threadsafe(_cancel_all, loop)

    def _main(self) -> None:
        try:
            while (work := self._queue.get()) is not None:
                work()
                del work  # it holds its call
        finally:
            if self._loop is not None:
                _close(self._loop)

    def _complete(self, value: Coroutine[Any, Any, Any]) -> Any:
        if self._loop is None:
            self._loop = _loop(self._troubled)
        return self._loop.run_until_complete(value)


class Overlapping:
    """Several calls at once on an event loop; tools that are not async run on it, one at a time."""

    def __init__(self, name: str, ended: Callable[[], None], troubled: Callable[[str], None]) -> None:
        self._loop = _loop(troubled)
        self._tasks: dict[Job, asyncio.Task[None]] = {}
        self._thread = _Thread(name, self._main, ended)

    def post(self, work: Callable[[], None]) -> None:
        self._soon(work)

    def serve(self, job: Job) -> None:
        self._soon(lambda: self._start(job))

    def cancel(self, job: Job) -> None:
        self._soon(lambda: self._tasks[job].cancel() if job in self._tasks else None)

    def end(self) -> None:
        self._soon(self._loop.stop)

    def cpu(self) -> float:
        return self._thread.cpu()

    def _soon(self, work: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # it has been closed
            self._loop.call_soon_threadsafe(work)

    def _start(self, job: Job) -> None:
        task = self._loop.create_task(job.go(), context=Context())
        self._tasks[job] = task
        task.add_done_callback(lambda _: self._tasks.pop(job))

    def _main(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            _close(self._loop)


def _loop(troubled: Callable[[str], None]) -> asyncio.AbstractEventLoop:
    """A loop whose complaints about tasks of the skill go where its output goes: a log record would keep them, and all they hold."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: troubled(str(context.get("message"))))
    return loop


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End what a tool left running, and the loop."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        with suppress(BaseException):  # SAFE: the skill's code ends here, however it likes
            loop.run_until_complete(asyncio.wait(left, timeout=_FAREWELL))
    loop.close()
