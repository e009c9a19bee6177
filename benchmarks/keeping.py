"""What writing calls down costs them: a warm call of a pod, beside the same call of the same pod with a journal that keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from benchmarks.calls import WORD
from benchmarks.measure import Series
from benchmarks.pods import temporary, write
from benchmarks.table import Row
from skillpod.manager import SkillManager
from skillpod.model.entry import Entry
from skillpod.ports import Journal

TOOL = "warm__say"
AT_ONCE = 150
"""Calls in a row: what is written down a little later falls on those that come then, as it does under load."""


class Nothing:
    """A journal that is always whole and keeps nothing."""

    async def record(self, entry: Entry) -> int:
        return 1

    def note(self, entry: Entry) -> None:
        return

    def record_all(self, entries: Sequence[Entry]) -> asyncio.Future[int]:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        done.set_result(1)
        return done

    def mark(self, entry: Entry) -> None:
        return

    def require(self) -> None:
        return


async def keeping(rounds: int) -> list[Row]:
    """Back to back, with and without a journal in turn: every call counts, and so does what it leaves to be done during the next."""
    async with temporary() as (base, pod):
        write(base / "skills", "warm", extra="lifetime: skill\n")
        await pod.settled()
        kept, dropped = Series(), Series()
        for _ in range(rounds):
            with _journal(pod, Nothing()):
                await _calls(pod, dropped)
            await _calls(pod, kept)
    return [Row("await pod.call, warm, and what it leaves in the log", kept, "no log", dropped, target=1.1, is_ratio=True)]


async def _calls(pod: SkillManager, series: Series) -> None:
    started = perf_counter()
    for _ in range(AT_ONCE):
        await pod.call(TOOL, {"word": WORD})
    series.add((perf_counter() - started) / AT_ONCE)


@contextmanager
def _journal(pod: SkillManager, journal: Journal) -> Iterator[None]:
    """The pod's calls, and nothing else of it, go to another journal meanwhile."""
    dispatch = pod._dispatch
    dispatch.flush()
    own, dispatch._journal = dispatch._journal, journal
    try:
        yield
    finally:
        dispatch.flush()
        dispatch._journal = own
