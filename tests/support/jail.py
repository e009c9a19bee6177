"""Forked guests behind real walls, for tests: one zygote, probes as Python text, answers as values."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from textwrap import dedent
from types import MappingProxyType
from typing import Any

from skillpod.model.guest import IsolationReport, WallState
from skillpod.model.manifest import Limits
from skillpod.model.provision import Package
from skillpod.model.volume import Volume
from skillpod.sandbox import wire
from skillpod.sandbox.forked import Exit, Forked
from skillpod.sandbox.reports import read_walls
from skillpod.sandbox.zygote import Zygote

ENTRY = "tests.support.probe_entry"
_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``error`` is empty when the probe got to its end; ``died`` is set when the guest ended instead of answering."""

    value: Any = None
    error: str = ""
    errno: int | None = None
    died: Exit | None = None
    report: IsolationReport

    def states(self) -> dict[str, WallState]:
        return {wall.name: wall.state for wall in self.report.walls}


class Conversation:
    """One guest: its report first, then a probe at a time."""

    def __init__(self, forked: Forked) -> None:
        self.forked = forked
        self._decoder = wire.Decoder(1024 * 1024)
        self._held: list[dict[str, Any]] = []

    async def report(self) -> IsolationReport:
        frame = await self.frame()
        assert frame is not None, self.output()
        return read_walls(frame)

    async def ask(self, source: str) -> dict[str, Any] | None:
        """The probe's answer; None when the guest ended first."""
        with suppress(ConnectionError):
            await asyncio.get_running_loop().sock_sendall(self.forked.wire, wire.encode({"source": dedent(source)}))
        return await self.frame()

    async def frame(self) -> dict[str, Any] | None:
        while not self._held:
            try:
                async with asyncio.timeout(_SECONDS):
                    data = await asyncio.get_running_loop().sock_recv(self.forked.wire, 65536)
            except ConnectionError:
                data = b""
            if not data:
                return None
            self._decoder.feed(data)
            self._held += self._decoder.frames()
        return self._held.pop(0)

    def output(self) -> str:
        """What the guest printed so far."""
        with suppress(BlockingIOError):
            return os.read(self.forked.output, 65536).decode(errors="replace")
        return ""


@asynccontextmanager
async def zygote(
    *without: str, entry: str = ENTRY, held: Mapping[Volume, int] = MappingProxyType({}), packages: Sequence[Package] = ()
) -> AsyncIterator[Zygote]:
    started = Zygote(without=frozenset(without), entry=entry, held=held, packages=packages)
    await started.start()
    try:
        yield started
    finally:
        await started.close()


@asynccontextmanager
async def guest(of: Zygote, limits: Limits | None = None, **options: Any) -> AsyncIterator[Conversation]:
    forked = await of.fork(limits or Limits(), **options)
    try:
        yield Conversation(forked)
    finally:
        forked.close()


async def probe(of: Zygote, source: str, limits: Limits | None = None) -> Answer:
    """Run ``source`` in a fresh guest."""
    async with guest(of, limits) as conversation:
        report = await conversation.report()
        answer: Mapping[str, Any] | None = await conversation.ask(source)
        if answer is None:
            return Answer(died=await conversation.forked.exited, report=report)
        return Answer(value=answer["value"], error=answer["error"], errno=answer["errno"], report=report)


def run_in_jail(
    source: str,
    *without: str,
    limits: Limits | None = None,
    held: Mapping[Volume, int] = MappingProxyType({}),
    packages: Sequence[Package] = (),
) -> Answer:
    """One zygote, one guest, one probe."""

    async def run() -> Answer:
        async with zygote(*without, held=held, packages=packages) as started:
            return await probe(started, source, limits)

    return asyncio.run(run())
