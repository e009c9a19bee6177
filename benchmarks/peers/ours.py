"""Ours, asked as the peers are: the whole pod as an agent calls it, and the jail alone, without journal, schemas and registry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from importlib.metadata import version
from time import perf_counter
from typing import Any

from benchmarks.launches import launch
from benchmarks.peers.shape import CODE, WORD, Peer
from benchmarks.pods import temporary, write
from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.command import OWNER
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from skillpod.sandbox.pool import GuestPool

MOST = 20
_HANDLER = "from skillpod import tool\n\n\n@tool\ndef say(word: str) -> str:\n" + CODE.partition("\n")[2]

Call = Callable[[], Awaitable[Any]]


class _Ours(Peer):
    """Two skills: one whose guests are kept, one with a guest for each call. What differs is how they are called."""

    version = version("skillpod")

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._opened = AsyncExitStack()
        self._warm: Call
        self._fresh: Call
        self._waiting: Callable[[], dict[str, int]]
        self._keeping: Callable[[], dict[str, int]]

    async def prepare(self, opened: AsyncExitStack) -> None:
        """Set what is called."""
        raise NotImplementedError

    def open(self) -> None:
        self._runner.run(self._open())

    def warm(self, count: int) -> list[float]:
        return self._runner.run(_each(self._warm, count))

    def fresh(self, count: int) -> list[float]:
        return self._runner.run(self._each_fresh(count))

    def keep(self, count: int) -> None:
        self._runner.run(self._until_kept(count))

    def warm_rate(self, callers: int, seconds: float) -> float:
        self.keep(callers)
        return self._runner.run(_rate(self._warm, callers, seconds))

    def fresh_rate(self, callers: int, seconds: float) -> float:
        return self._runner.run(_rate(self._fresh, callers, seconds))

    def close(self) -> None:
        self._runner.run(self._opened.aclose())
        self._runner.close()

    async def _open(self) -> None:
        await self.prepare(self._opened)
        await _each(self._warm, 1)

    async def _until_kept(self, count: int) -> None:
        """So many callers at once bring as many guests, the last of them after the calls."""
        async with asyncio.timeout(20):
            while (census := self._keeping())["idle"] < count or census["starting"]:
                await asyncio.gather(*(_each(self._warm, 1) for _ in range(count)))
                await asyncio.sleep(0.005)

    async def _each_fresh(self, count: int) -> list[float]:
        """Once a guest has been forked ahead, and nothing else is being started."""
        taken = []
        for _ in range(count):
            async with asyncio.timeout(10):
                while not (census := self._waiting())["idle"] or census["starting"]:
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.005)  # what was used before is reaped
            taken += await _each(self._fresh, 1)
        return taken


class Pod(_Ours):
    """``await pod.call``: arguments and results checked against their schemas, every call in the journal."""

    async def prepare(self, opened: AsyncExitStack) -> None:
        base, pod = await opened.enter_async_context(temporary())
        write(base / "skills", "warm", extra=f"lifetime: skill\nguests: {{max: {MOST}}}\n")
        write(base / "skills", "fresh", extra=f"guests: {{max: {MOST}}}\n")
        await pod.settled()
        self._warm = lambda: pod.call("warm__say", {"word": WORD})
        self._fresh = lambda: pod.call("fresh__say", {"word": WORD})
        self._waiting = lambda: pod.show("fresh")["census"]
        self._keeping = lambda: pod.show("warm")["census"]


class Jail(_Ours):
    """The same guests behind the same walls, called where a registry would."""

    async def prepare(self, opened: AsyncExitStack) -> None:
        jail = JailSandbox(Means(memory=Forgetful()))
        opened.push_async_callback(jail.close)
        await jail.start()
        warm, fresh = (self._guests(jail, lifetime) for lifetime in (Lifetime.SKILL, Lifetime.CALL))
        for guests in (warm, fresh):
            opened.push_async_callback(guests.close)
            await guests.prove()
        self._warm = lambda: _value(warm)
        self._fresh = lambda: _value(fresh)
        self._waiting = fresh.census
        self._keeping = warm.census

    def _guests(self, jail: JailSandbox, lifetime: Lifetime) -> GuestPool:
        guests = jail.open(launch(_HANDLER, lifetime=lifetime, most=MOST), on_death=told)
        assert isinstance(guests, GuestPool)
        return guests


class OnDemand(Jail):
    """Every fresh guest is forked, walled and loaded while its caller waits."""

    async def prepare(self, opened: AsyncExitStack) -> None:
        await super().prepare(opened)
        jail = JailSandbox(Means(memory=Forgetful()))
        opened.push_async_callback(jail.close)
        guests = self._guests(jail, Lifetime.CALL)
        opened.push_async_callback(guests.close)

        async def forked() -> Any:
            guest = await guests._nursery.start(Lifetime.CALL)
            try:
                return (await guest.call("say", {"word": WORD}, 10.0)).value
            finally:
                guest.kill()

        await forked()
        self._fresh = forked

    def warm(self, count: int) -> list[float]:
        return []

    def warm_rate(self, callers: int, seconds: float) -> float:
        return 0.0

    async def _each_fresh(self, count: int) -> list[float]:
        taken = []
        for _ in range(count):
            taken += await _each(self._fresh, 1)
            await asyncio.sleep(0.005)  # the last one is reaped
        return taken


class Forgetful:
    """``skillpod.ports.Memory`` for skills that keep nothing."""

    def get(self, skill: str, key: str) -> Any:
        raise KeyError(key)

    def put(self, skill: str, key: str, value: Any) -> None:
        """Nothing is kept."""

    def delete(self, skill: str, key: str) -> None:
        """Nothing is kept."""

    def keys(self, skill: str) -> list[str]:
        return []

    def version(self, skill: str) -> int:
        return 0

    def set_version(self, skill: str, version: int) -> None:
        """Nothing is kept."""

    def replace(self, skill: str, values: Any, version: int) -> None:
        """Nothing is kept."""


async def _value(guests: GuestPool) -> Any:
    return (await guests.call("say", {"word": WORD}, OWNER)).value


async def _each(call: Call, count: int) -> list[float]:
    taken = []
    for _ in range(count):
        started = perf_counter()
        answer = await call()
        taken.append(perf_counter() - started)
        if answer != WORD:
            raise RuntimeError(f"the guest answered {answer!r}")
    return taken


async def _rate(call: Call, callers: int, seconds: float) -> float:
    until = perf_counter() + seconds

    async def repeat() -> int:
        count = 0
        while perf_counter() < until:
            await call()
            count += 1
        return count

    started = perf_counter()
    counts = await asyncio.gather(*(repeat() for _ in range(callers)))
    return sum(counts) / (perf_counter() - started)


def told(error: SkillpodError) -> None:
    raise error
