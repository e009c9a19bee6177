"""A journal on a real disk for the tests: opened, filled, looked at."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from skillpod.journal.writer import SEGMENT_BYTES, JournalWriter
from skillpod.model.entry import Entry, Fact

BOUND = 10.0
RETRY = 0.02


def called(number: int, **fields: Any) -> Entry:
    """A call, told from others by its generation."""
    return Entry(fact=Fact.CALL, skill="scan", tool="find", generation=number, outcome="ok", **fields)


@asynccontextmanager
async def opened(directory: Path, *, segment_bytes: int = SEGMENT_BYTES) -> AsyncIterator[JournalWriter]:
    writer = JournalWriter(directory, node="pod-1", epoch=time.time, segment_bytes=segment_bytes, retry=RETRY)
    await writer.open()
    try:
        yield writer
    finally:
        await writer.close()


def fill(directory: Path, count: int, *, segment_bytes: int = SEGMENT_BYTES) -> None:
    """A finished journal of calls numbered 1 to ``count`` beyond what is there."""

    async def work() -> None:
        async with opened(directory, segment_bytes=segment_bytes) as writer:
            for number in range(1, count + 1):
                writer.note(called(number))
                if number % 20 == 0:
                    await writer.record(called(number))

    asyncio.run(work())


def lines(directory: Path) -> list[dict[str, Any]]:
    """Every line of every segment, in order; each must be whole."""
    text = b"".join(segment.read_bytes() for segment in segments(directory))
    assert text.endswith(b"\n") or not text
    return [json.loads(line) for line in text.splitlines()]


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.jsonl"))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what only a look can tell, at most ``BOUND`` seconds."""
    async with asyncio.timeout(BOUND):
        while not condition():
            await asyncio.sleep(RETRY / 4)


def can_write(writer: JournalWriter) -> bool:
    try:
        writer.require()
    except Exception:
        return False
    return True
