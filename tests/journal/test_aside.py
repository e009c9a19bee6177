"""Work that hangs in a system call, out of every task's reach, keeps nobody from ending."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial

import pytest

from skillpod.journal.aside import Aside
from tests.journal.writing import until


def test_it_gives_what_the_work_gives_or_raises() -> None:
    async def work() -> int:
        thread = Aside()
        with pytest.raises(FileNotFoundError):
            await thread.do(partial(os.stat, "/nowhere"))
        return await thread.do(partial(int, "7"))

    assert asyncio.run(work()) == 7


def test_what_hangs_is_left_to_itself_and_nothing_more_is_begun_until_it_has_ended() -> None:
    reading, writing = os.pipe()

    async def hang(thread: Aside) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await thread.do(partial(os.read, reading, 1))
        with pytest.raises(BlockingIOError, match="still hangs"):
            await thread.do(partial(int, "7"))

    async def go_on(thread: Aside) -> int:
        os.write(writing, b"x")
        await until(lambda: not thread.is_busy)
        return await thread.do(partial(int, "7"))

    thread, begun = Aside(), time.monotonic()
    asyncio.run(hang(thread))
    assert time.monotonic() - begun < 5, "the loop did not wait for the thread"
    assert asyncio.run(go_on(thread)) == 7
    os.close(reading)
    os.close(writing)
