"""What the jail is to reach, each figure beside its floor: what walls add to a call and to a fork, starting, memory, large values."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from types import TracebackType
from typing import Self

from benchmarks.calls import FRAME, WORD, borrowed, caller
from benchmarks.floors import Echo, JsonPayload
from benchmarks.launches import launch
from benchmarks.measure import Series, interleave, placed, placements, proportional_share
from benchmarks.peers.ours import Forgetful, told
from benchmarks.pods import SAY
from benchmarks.table import Row
from skillpod.errors import IsolationUnavailable
from skillpod.model.capability import Lifetime
from skillpod.model.command import OWNER
from skillpod.model.manifest import MIB, Limits
from skillpod.sandbox import bootstrap
from skillpod.sandbox.connection import Connection
from skillpod.sandbox.guest.walls.board import WALLS
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from skillpod.sandbox.pool import GuestPool
from skillpod.sandbox.wire import LARGEST, Decoder
from skillpod.sandbox.zygote import Zygote

AT_ONCE = "benchmarks.guests.at_once"
EVERY_WALL: frozenset[str] = frozenset()
_ANY = "from typing import Any\nfrom skillpod import tool\n\n\n@tool\ndef say(word: Any) -> Any:\n    return word\n"


async def no_wall() -> frozenset[str]:
    """All that a zygote can do without here. Root's interpreter may be closed to the user its guests become, then a namespace stays: it
    costs a zygote's start, and a fork nothing."""
    for kept in ((), ("user_namespace",)):
        without = frozenset(WALLS).difference(kept)
        zygote = Zygote(without=without, entry=AT_ONCE)
        try:
            await zygote.start()
        except IsolationUnavailable:
            continue
        finally:
            await zygote.close()
        return without
    raise RuntimeError("no zygote starts without its walls here")


async def isolation(rounds: int) -> tuple[list[Row], Series]:
    """The same guest's program behind every wall and behind none, the host's end of each wire asked in turn without an event loop.

    Guests of two zygotes that are alike differ by up to 10 %, by where their pages happen to lie; so each round has zygotes of its own.
    """
    taken = {where: (Series(), Series()) for where, _ in placements()}
    without = await no_wall()
    for _ in range(rounds):
        async with opened(EVERY_WALL, SAY % "") as walled, opened(without, SAY % "") as bare:
            guests = await walled.start(), await bare.start()
            with borrowed(guests[0]) as (wire, guest), borrowed(guests[1]) as (open_wire, open_guest):
                acts = {"walled": caller(wire), "bare": caller(open_wire)}
                for where, processor in placements():
                    with placed((guest, open_guest), processor):
                        series = interleave(4, 50, acts)
                    for kept, name in zip(taken[where], acts, strict=True):
                        kept.samples += series[name].samples
    rows = [
        Row(f"warm call behind every wall, blocking, {where}", behind, "without walls", plain, target=1.05, is_ratio=True)
        for where, (behind, plain) in taken.items()
    ]
    return rows, Series([1 / rows[0].series.median])


async def awaited(rounds: int) -> list[Row]:
    """A warm call as an event loop makes it, beside the least it could be: as many bytes to an echo, and a future for what comes back."""
    async with opened(EVERY_WALL, SAY % "") as jail:
        with Echo() as echo, _Awaited(echo.wire) as floor:
            ours, raw = Series(), Series()
            for _ in range(rounds):
                for call, series in ((lambda: jail.guests.call("say", {"word": WORD}, OWNER), ours), (floor.round_trip, raw)):
                    for number in range(101):
                        started = perf_counter()
                        await call()
                        if number:  # the first warms up
                            series.add(perf_counter() - started)
    return [
        Row("warm call awaited, back to back, the jail alone", ours, "awaited echo", raw, target=200e-6),
        Row("the same, calls a second", Series([1 / ours.median]), "awaited echo", Series([1 / raw.median]), target=10_000, unit="/s"),
    ]


class _Awaited:
    """An echo's wire on the running event loop."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._back: asyncio.Future[None]

    def __enter__(self) -> Self:
        self._wire.setblocking(False)
        self._loop.add_reader(self._wire, self._readable)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.remove_reader(self._wire)

    async def round_trip(self) -> None:
        self._back = self._loop.create_future()
        self._wire.send(FRAME)
        await self._back

    def _readable(self) -> None:
        self._wire.recv(65_536)
        self._back.set_result(None)


async def forks(rounds: int) -> list[Row]:
    """A guest from the request to its walls' report, beside a fork of the same zygote without walls."""
    walled, bare = Zygote(entry=AT_ONCE), Zygote(without=await no_wall(), entry=AT_ONCE)
    try:
        taken = {"walled": Series(), "bare": Series()}
        for zygote in (walled, bare):
            await zygote.start()
            await forked(zygote)
        for _ in range(rounds):
            taken["walled"].add(await forked(walled))
            taken["bare"].add(await forked(bare))
    finally:
        await walled.close()
        await bare.close()
    return [
        Row("guest on demand, up to its walls' report", taken["walled"], "bare fork of a zygote", taken["bare"], target=1.6, is_ratio=True)
    ]


async def forked(zygote: Zygote) -> float:
    """Seconds of one fork up to the first frame; it has ended when this returns."""
    started = perf_counter()
    guest = await zygote.fork(Limits())
    decoder = Decoder(LARGEST)
    async with asyncio.timeout(10):
        while not any(True for _ in decoder.frames()):
            decoder.feed(await asyncio.get_running_loop().sock_recv(guest.wire, 65_536))
    took = perf_counter() - started
    guest.close()
    await guest.exited
    return took


async def starts(rounds: int) -> list[Row]:
    ready, first, python = Series(), Series(), Series()
    for number in range(rounds + 1):
        again, compiling, floor = await _start(), await _start(compiling=True), _python()
        if number:
            ready.add(again)
            first.add(compiling)
            python.add(floor)
    return [
        Row("zygote, from nothing to ready", ready, "python -I -S -E", python, target=60e-3),
        Row("the same, a pod's first: the guest's program is compiled", first, "python -I -S -E", python),
    ]


async def _start(*, compiling: bool = False) -> float:
    if compiling:
        bootstrap.module_messages.cache_clear()
    zygote = Zygote()
    started = perf_counter()
    try:
        await zygote.start()
        return perf_counter() - started
    finally:
        await zygote.close()


def _python() -> float:
    interpreter: str = getattr(sys, "_base_executable", "") or sys.executable
    started = perf_counter()
    subprocess.run([interpreter, "-I", "-S", "-E", "-c", "pass"], check=True)
    return perf_counter() - started


async def guests_memory(rounds: int, further: int) -> list[Row]:
    """What this process and all below it have in memory: a zygote alone, with one loaded guest that was called, with ``further`` more.

    Ours counts too, for what guests share of the interpreter's files with it they take from its share.
    """
    first, one_more = Series(), Series()
    try:
        for _ in range(rounds):
            async with opened(EVERY_WALL, SAY % "") as jail:
                shares = [_share()]
                for count in (1, further):
                    for _ in range(count):
                        await (await jail.start()).call("say", {"word": "hello"}, 10.0)
                    shares.append(_share())
            first.add(shares[1] - shares[0])
            one_more.add((shares[2] - shares[1]) / further)
    except PermissionError:
        print("memory of guests is not measured: they hide it from ordinary users; measure as root", file=sys.stderr)
        return []
    return [
        Row("memory of the first guest, beyond its zygote", first, target=3 * MIB, unit="B"),
        Row("memory of each further guest", one_more, target=3 * MIB, unit="B"),
    ]


def _share() -> float:
    gc.collect()
    return proportional_share(os.getpid())


async def large_values(rounds: int, size: int) -> list[Row]:
    """So many MiB of JSON as an argument and back as the result of one warm call."""
    line = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all.\n"
    text = line * (size * MIB // len(line))
    record = {"name": "left-pad", "version": "1.0.0", "score": 0.125, "files": [1, 2, 3], "ok": True, "note": None}
    records = [record] * (size * MIB // len(json.dumps(record)))
    limits = Limits(output=16 * MIB, memory=1024 * MIB, wall=60.0, cpu=60.0)
    rows = []
    async with opened(EVERY_WALL, _ANY, limits=limits) as jail:
        with JsonPayload() as floor:
            for name, value in (("one text", text), ("rows of small values", records)):
                ours, raw = Series(), Series()
                for number in range(rounds + 1):
                    started = perf_counter()
                    reply = await jail.guests.call("say", {"word": value}, OWNER)
                    called = perf_counter()
                    echoed = floor.carry(value)
                    ended = perf_counter()
                    if not reply.value == echoed == value:
                        raise RuntimeError("what came back is not what was sent")
                    if number:
                        ours.add(called - started)
                        raw.add(ended - called)
                figure = f"{size} MiB there and back, {name}"
                rows.append(Row(figure, ours, "the same JSON over a socketpair", raw, target=2.0, is_ratio=True))
    return rows


class Opened:
    """The guests of one skill that are kept."""

    def __init__(self, guests: GuestPool) -> None:
        self.guests = guests

    async def start(self) -> Connection:
        """One more guest, loaded; the pool does not know of it, and ends it when it is closed."""
        guest = await self.guests._nursery.start(Lifetime.SKILL)
        assert isinstance(guest, Connection)
        return guest


@asynccontextmanager
async def opened(without: frozenset[str], handler: str, *, limits: Limits | None = None) -> AsyncIterator[Opened]:
    """Behind all walls but those; no guest is started yet."""
    jail = JailSandbox(Means(memory=Forgetful()), without=without)
    await jail.start()
    guests = jail.open(launch(handler, lifetime=Lifetime.SKILL, most=1, limits=limits), on_death=told)
    assert isinstance(guests, GuestPool)
    try:
        yield Opened(guests)
    finally:
        await guests.close()
        await jail.close()
