"""Calls: warm and fresh, beside the echo and the bare fork."""

from __future__ import annotations

import asyncio
import gc
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from benchmarks.floors import Echo, Fork, JsonEcho
from benchmarks.measure import Series, interleave, placed, placements, process_of
from benchmarks.pods import temporary, write
from benchmarks.table import Row
from skillpod.manager import SkillManager
from skillpod.sandbox.connection import Connection
from skillpod.sandbox.wire import Reader, encode

WORD = "hello, world"


async def pod_calls(rounds: int) -> list[Row]:
    """``await pod.call`` on a warm guest and on one forked ahead, interleaved with the floors."""
    async with temporary() as (base, pod):
        write(base / "skills", "warm", extra="lifetime: skill\n")
        write(base / "skills", "fresh")
        write(base / "skills", "demand", extra="guests: {max: 1}\n")
        await pod.settled()
        warm, fresh, demand = Series(), Series(), Series()
        echoed, forked = Series(), Series()
        with Echo() as echo, Fork() as fork:
            for _ in range(rounds):
                for _ in range(20):
                    await _timed(warm, pod, "warm__say")
                    _timed_floor(echoed, echo.round_trip)
                for _ in range(2):
                    await _refilled(pod, "fresh")
                    await _timed(fresh, pod, "fresh__say")
                    _timed_floor(forked, fork.round_trip)
                    await _refilled(pod, "demand")
                    await pod.call("demand__say", {"word": WORD})  # uses up the one that was ahead
                    await _timed(demand, pod, "demand__say")
    return [
        Row("await pod.call, warm", warm, "echo", echoed, target=200e-6),
        Row("await pod.call, fresh, forked ahead", fresh, "bare fork", forked, target=350e-6),
        Row("await pod.call, fresh, on demand", demand, "bare fork", forked),
    ]


async def _timed(series: Series, pod: SkillManager, tool: str) -> None:
    started = perf_counter()
    answer = await pod.call(tool, {"word": WORD})
    series.add(perf_counter() - started)
    if answer != WORD:
        raise RuntimeError(f"{tool} answered {answer!r}")


def _timed_floor(series: Series, round_trip: Callable[[bytes], None]) -> None:
    started = perf_counter()
    round_trip(FRAME)
    series.add(perf_counter() - started)


async def _refilled(pod: SkillManager, skill: str) -> None:
    """Wait until a guest has been forked ahead and nothing else is being started."""
    async with asyncio.timeout(10):
        while not (census := pod.show(skill)["census"])["idle"] or census["starting"]:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.005)  # what was used before is reaped


async def fresh_call(pod: SkillManager) -> float:
    """Seconds of one call of ``fresh__say`` on a guest that was forked ahead."""
    series = Series()
    await _refilled(pod, "fresh")
    await _timed(series, pod, "fresh__say")
    return series.median


FRAME = encode({"t": "call", "nonce": "0" * 32, "tool": "say", "seconds": 10.0, "arguments": {"word": WORD}})


async def wire_calls(rounds: int) -> list[Row]:
    """A whole round trip to a guest behind every wall, on a blocking socket without an event loop, beside an echo of as many bytes.

    Where the scheduler puts two processes decides more than what they do, so it is measured twice: both on one processor (a round trip is
    then two context switches and nothing else) and each on its own, as under load.
    """
    async with temporary() as (base, pod):
        write(base / "skills", "warm", extra="lifetime: skill\n")
        await pod.settled()
        await pod.call("warm__say", {"word": WORD})
        with _borrowed_wire() as (wire, guest), Echo() as echo, JsonEcho() as json_echo:
            peers = (guest, echo.process, json_echo.process)
            acts = {"call": caller(wire), "echo": lambda: echo.round_trip(FRAME), "json": lambda: json_echo.call(WORD)}
            rows: list[Row] = []
            for where, processor in placements():
                with placed(peers, processor):
                    series = interleave(rounds, 100, acts)
                name = f"warm round trip to a jailed guest, blocking, {where}"
                rows.append(Row(name, series["call"], "echo", series["echo"], target=2.0, is_ratio=True))
                rows.append(Row("the same", series["call"], "echo of JSON frames", series["json"]))
    return rows


def caller(wire: socket.socket) -> Callable[[], None]:
    """One call of ``say`` over a guest's wire, which blocks and which nobody else reads."""
    reader = Reader(wire.recv)

    def call() -> None:
        nonce = secrets.token_hex(16)
        wire.sendall(encode({"t": "call", "nonce": nonce, "tool": "say", "seconds": 10.0, "arguments": {"word": WORD}}))
        reply = reader.frame()
        if reply is None or reply["nonce"] != nonce or reply["value"] != WORD:
            raise RuntimeError(f"the guest answered {reply}")

    return call


@contextmanager
def _borrowed_wire() -> Iterator[tuple[socket.socket, int]]:
    """The host's end of the one warm guest there is, and its process id; the loop does not run meanwhile, so nobody else reads it."""
    gc.collect()
    connection = next(thing for thing in gc.get_objects() if isinstance(thing, Connection) and not thing.has_ended)
    with borrowed(connection) as held:
        yield held


@contextmanager
def borrowed(connection: Connection) -> Iterator[tuple[socket.socket, int]]:
    """The host's end of this guest's wire, and its process id, while the loop does not run."""
    wire = connection._forked.wire
    wire.setblocking(True)
    try:
        yield wire, process_of(connection._forked.pidfd)
    finally:
        wire.setblocking(False)
