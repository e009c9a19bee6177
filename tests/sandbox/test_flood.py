"""A guest that sends as much as it can, as fast as it can: the loop turns for everyone else, and the host holds no more than it must."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from skillpod.errors import SkillFailed
from skillpod.model.manifest import MIB, Limits
from skillpod.sandbox.frames import cap_of
from skillpod.sandbox.wire import Decoder, WireError, parse
from tests.support.puppet import Held, frame, framed, held
from tests.support.recollection import Recollection

LIMITS = Limits(wall=0.4, output=MIB // 4)
BEAT = 0.002
LATEST = 0.3
"""How much the loop may work between two turns, in seconds of its own thread: what is hardest to parse within these limits takes a tenth
of it."""

MOST_OF_ITS_TIME = 0.8

MOST_PER_BYTE = 40
"""What a byte of JSON may cost while it is parsed: one of ``{"":0},`` costs 28."""


def tell(nonce: str, **arguments: object) -> bytes:
    return frame(t="tell", nonce=nonce, operation="log", arguments=arguments)


def ask(nonce: str, operation: str) -> bytes:
    return frame(t="ask", nonce=nonce, id=1, operation=operation, arguments={"key": "large"})


def hard_to_parse(nonce: str) -> bytes:
    lists = b'{"t":"tell","nonce":"%s","operation":"log","arguments":{"message":"","more":[%s0]}}'
    return framed(lists % (nonce.encode(), b"[]," * (LIMITS.output // 3)))


FLOODS: dict[str, Callable[[str], bytes]] = {
    "log records": lambda nonce: tell(nonce, message="m") * 500,
    "long log records": lambda nonce: tell(nonce, message="m" * 8192) * 8,
    "records that are hard to parse": hard_to_parse,
    "asks for a large value": lambda nonce: ask(nonce, "state.get") * 500,
    "asks for many keys": lambda nonce: ask(nonce, "state.keys") * 500,
    "asks for nothing there is": lambda nonce: ask(nonce, "no") * 500,
}


def much() -> Recollection:
    memory = Recollection()
    memory.put("probe", "large", "x" * MIB)
    for number in range(20_000):
        memory.put("probe", f"{number:0200}", 1)
    return memory


@contextmanager
def pouring(write: Callable[[bytes], object], data: bytes) -> Iterator[None]:
    """Another thread writes this over and over, as fast as it is taken."""
    over = threading.Event()

    def pour() -> None:
        with suppress(OSError):
            while not over.is_set():
                with suppress(BlockingIOError):
                    write(data)

    thread = threading.Thread(target=pour)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def only_what_the_flood_makes_is_collected() -> Iterator[None]:
    """All that the tests before left behind is no work of this loop's."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


async def beats(until: asyncio.Future[Any]) -> float:
    """How much the loop worked between two beats at most; a machine that is busy otherwise does not count."""
    most = 0.0
    while not until.done():
        before = time.thread_time()
        await asyncio.sleep(BEAT)
        most = max(most, time.thread_time() - before)
    return most


async def called(puppet: Held, *, seconds: float) -> tuple[asyncio.Future[Any], str]:
    call: asyncio.Future[Any] = asyncio.ensure_future(puppet.guest.call("look", {}, seconds))
    await asyncio.sleep(0)
    nonce: str = json.loads(puppet.wire.recv(4096)[4:])["nonce"]
    return call, nonce


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_keeps_nobody_else_waiting_and_ends_with_the_call(kind: str) -> None:
    async def work() -> None:
        async with held(LIMITS, memory=much()) as puppet:
            call, nonce = await called(puppet, seconds=LIMITS.wall)
            started, worked = time.perf_counter(), time.thread_time()
            with pouring(puppet.wire.sendall, FLOODS[kind](nonce)):
                late = await beats(call)
                took, worked = time.perf_counter() - started, time.thread_time() - worked
                puppet.guest.kill()
                await puppet.guest.gone
            assert isinstance(call.exception(), SkillFailed)
            assert late < LATEST
            assert worked < took * MOST_OF_ITS_TIME

    asyncio.run(work())


def test_a_guest_that_prints_without_end_keeps_nobody_else_waiting() -> None:
    async def work() -> None:
        async with held(LIMITS) as puppet:
            call, _ = await called(puppet, seconds=LIMITS.wall)
            with pouring(lambda data: os.write(puppet.printed, data), b"x" * 65536):
                assert await beats(call) < LATEST

    asyncio.run(work())


@pytest.mark.parametrize("kind", ["log records", "asks for many keys"])
def test_a_guest_that_is_said_to_be_dead_and_goes_on_is_heard_no_longer(kind: str) -> None:
    async def work() -> None:
        async with held(LIMITS, memory=much()) as puppet:
            call, nonce = await called(puppet, seconds=30.0)
            with pouring(puppet.wire.sendall, FLOODS[kind](nonce)):
                beat = asyncio.ensure_future(beats(puppet.guest.gone))
                await asyncio.sleep(0)
                puppet.puppet.kill()
                await asyncio.wait_for(puppet.guest.gone, 5)
                assert await beat < LATEST
            assert isinstance(call.exception(), SkillFailed)

    asyncio.run(work())


def test_answers_nobody_reads_are_not_piled_up() -> None:
    async def work() -> None:
        async with held(LIMITS, memory=much()) as puppet:
            call, nonce = await called(puppet, seconds=30.0)
            tracemalloc.start()
            try:
                with pouring(puppet.wire.sendall, ask(nonce, "state.keys") * 100):
                    await asyncio.wait([call], timeout=0.3)
                    puppet.guest.kill()
                    await puppet.guest.gone
                most = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert isinstance(call.exception(), SkillFailed)
            assert most < 30 * MIB  # one answer is 4 MiB, and is there as a list, as text and as bytes while it is made

    asyncio.run(work())


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        with suppress(WireError):
            work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "unit", [b"[],", b"{},", b'{"":0},', b"[0],", b"999,", b"1.5,", b'"ab",', b'"', b'"ab', b"\\", b"[", b'\\"', "\U0001f600".encode()]
)
def test_a_frame_costs_a_bounded_multiple_of_its_bytes(unit: bytes) -> None:
    size = MIB // 4
    inside = b'{"a":[%s0]}' % (unit * (size // len(unit)))
    as_text = b'{"a":"%s"}' % (unit * (size // len(unit)))
    assert peak(lambda: parse(inside)) < MOST_PER_BYTE * len(inside)
    assert peak(lambda: parse(b"[" * 99 + as_text)) < MOST_PER_BYTE * len(as_text)


def test_a_frame_on_its_way_is_held_once() -> None:
    cap = cap_of(LIMITS)
    chunk = bytes(65536)

    def fed() -> None:
        decoder = Decoder(cap)
        decoder.feed(cap.to_bytes(4, "big"))
        for _ in range(cap // len(chunk) - 1):
            decoder.feed(chunk)
            assert list(decoder.frames()) == []

    assert peak(fed) < 2.5 * cap  # a bytearray moves when it grows
