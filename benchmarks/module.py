"""Module isolation beside a bare function and beside the jail: a warm call, a fresh one, and what a mounted skill holds in memory."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.calls import WORD
from benchmarks.launches import launch
from benchmarks.measure import Series
from benchmarks.peers.ours import Forgetful, told
from benchmarks.pods import SAY as SAYING
from benchmarks.table import Row
from skillpod.model.capability import Isolation, Lifetime
from skillpod.model.command import OWNER
from skillpod.ports import Guests
from skillpod.sandbox.front import FrontSandbox
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means

SAY = SAYING % ""
_LOOPING = '''\
from skillpod import tool


@tool
def say(word: str) -> str:
    """Say it, after a look at each of ten thousand numbers."""
    total = 0
    for number in range(10_000):
        total += number
    return word if total else ""
'''
_TIMES = 20


async def in_process(rounds: int) -> list[Row]:
    """Interleaved: the same call in module isolation, in the jail, and as a plain call of the function."""
    memory = Forgetful()
    sandbox = FrontSandbox(JailSandbox(Means(memory=memory)), memory=memory)
    await sandbox.start()
    try:
        return [*await _warm(sandbox, rounds), *await _fresh(sandbox, rounds), *await _looping(sandbox, rounds), await _memory(sandbox)]
    finally:
        await sandbox.close()


async def _warm(sandbox: FrontSandbox, rounds: int) -> list[Row]:
    module, jail, bare = Series(), Series(), Series()
    say = _plainly(SAY)
    async with (
        _opened(sandbox, SAY, Isolation.MODULE, Lifetime.SKILL) as here,
        _opened(sandbox, SAY, Isolation.JAIL, Lifetime.SKILL) as there,
    ):
        for _ in range(rounds):
            for _ in range(_TIMES):
                await _timed(module, here)
                await _timed(jail, there)
                started = perf_counter()
                say(WORD)
                bare.add(perf_counter() - started)
    return [
        Row("module isolation, warm call", module, "a call of the function", bare),
        Row("the same", module, "the jail's warm call", jail),
    ]


async def _fresh(sandbox: FrontSandbox, rounds: int) -> list[Row]:
    module, jail = Series(), Series()
    async with (
        _opened(sandbox, SAY, Isolation.MODULE, Lifetime.CALL) as here,
        _opened(sandbox, SAY, Isolation.JAIL, Lifetime.CALL) as there,
    ):
        for _ in range(rounds * 2):
            await _ready(here)
            await _timed(module, here)
            await _ready(there)
            await _timed(jail, there)
    return [Row("module isolation, fresh call", module, "the jail's fresh call", jail)]


async def _looping(sandbox: FrontSandbox, rounds: int) -> list[Row]:
    """What the look at every loop costs."""
    module, bare = Series(), Series()
    say = _plainly(_LOOPING)
    async with _opened(sandbox, _LOOPING, Isolation.MODULE, Lifetime.SKILL) as here:
        for _ in range(rounds):
            await _timed(module, here)
            started = perf_counter()
            say(WORD)
            bare.add(perf_counter() - started)
    return [Row("module isolation, a loop of 10,000", module, "the same function, called", bare)]


async def _memory(sandbox: FrontSandbox) -> Row:
    """Private memory of this process for each of fifty skills that were called once, in bytes."""
    held, floor = Series(), Series()
    opened = [_open(sandbox, SAY, Isolation.MODULE, Lifetime.SKILL) for _ in range(50)]
    before = _private()
    for guests in opened:
        await guests.prove()
        await guests.call("say", {"word": WORD}, OWNER)
    held.add((_private() - before) / len(opened))
    floor.add(float(len(SAY.encode())))
    for guests in opened:
        await guests.close()
    return Row("module isolation, memory of a warm skill", held, "its source", floor, unit="B")


def _open(sandbox: FrontSandbox, handler: str, isolation: Isolation, lifetime: Lifetime) -> Guests:
    return sandbox.open(launch(handler, lifetime=lifetime, most=1, isolation=isolation), on_death=told)


@asynccontextmanager
async def _opened(sandbox: FrontSandbox, handler: str, isolation: Isolation, lifetime: Lifetime) -> AsyncIterator[Guests]:
    guests = _open(sandbox, handler, isolation, lifetime)
    try:
        await guests.prove()
        await guests.call("say", {"word": WORD}, OWNER)
        yield guests
    finally:
        await guests.close()


@asynccontextmanager
async def _both(sandbox: FrontSandbox, lifetime: Lifetime) -> AsyncIterator[tuple[Guests, Guests]]:
    """In module isolation, and in the jail."""
    async with _opened(sandbox, SAY, Isolation.MODULE, lifetime) as here, _opened(sandbox, SAY, Isolation.JAIL, lifetime) as there:
        yield here, there


async def _timed(series: Series, guests: Guests) -> None:
    started = perf_counter()
    reply = await guests.call("say", {"word": WORD}, OWNER)
    series.add(perf_counter() - started)
    if reply.value != WORD:
        raise RuntimeError(f"say answered {reply.value!r}")


async def _ready(guests: Guests) -> None:
    """Until a guest waits and none is being started."""
    async with asyncio.timeout(10):
        while not (census := guests.census())["idle"] or census["starting"]:
            await asyncio.sleep(0.002)


def _private() -> int:
    """Bytes that only this process has."""
    gc.collect()
    fields = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in fields if line.startswith(("Private_Dirty", "Private_Clean")))


def _plainly(handler: str) -> Callable[[str], Any]:
    names: dict[str, Any] = {}
    exec(compile(handler, "plain", "exec", dont_inherit=True), names)
    say: Callable[[str], Any] = names["say"]
    return say
