# expect: none
"""Runs jobs in batches."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass

from skillpod import Cancelled, Context, tool


@dataclass
class Outcome:
    job: str
    seconds: float
    error: str | None = None


@asynccontextmanager
async def slot(semaphore: asyncio.Semaphore) -> AsyncIterator[None]:
    await semaphore.acquire()
    try:
        yield
    finally:
        semaphore.release()


async def batches(items: Sequence[str], size: int) -> AsyncIterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
        await asyncio.sleep(0)


async def retried(work: Callable[[], Awaitable[float]], times: int) -> float:
    for attempt in range(times):
        try:
            async with asyncio.timeout(5):
                return await work()
        except (TimeoutError, ValueError):
            if attempt + 1 == times:
                raise
            await asyncio.sleep(0.01 * 2**attempt * (1 + random.random()))
    raise RuntimeError("unreachable")


async def _work(job: str, semaphore: asyncio.Semaphore) -> Outcome:
    async with slot(semaphore):
        loop = asyncio.get_running_loop()
        started = loop.time()

        async def once() -> float:
            await asyncio.sleep(len(job) / 1000)
            return loop.time() - started

        return Outcome(job, await retried(once, 3))


@tool
async def run(jobs: list[str], ctx: Context, size: int = 4) -> list[dict]:
    """Run jobs, a few at a time."""
    semaphore, done = asyncio.Semaphore(size), []
    async with AsyncExitStack() as stack:
        stack.callback(ctx.log, "finished")
        async for batch in batches(jobs, size):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_work(job, semaphore), name=job) for job in batch]
            done += [task.result() for task in tasks]
            ctx.progress(len(done) / len(jobs), f"{len(done)} of {len(jobs)}")
    queue: asyncio.Queue[Outcome] = asyncio.Queue()
    for outcome in done:
        queue.put_nowait(outcome)
    results = await asyncio.gather(*(queue.get() for _ in done), return_exceptions=True)
    try:
        return [asdict(result) for result in results]
    except Cancelled:
        ctx.log("cancelled")
        raise
