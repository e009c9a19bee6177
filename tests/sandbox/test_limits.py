"""A guest over its limit dies alone, and its caller hears which limit it was, its value, and whether that is certain."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from skillpod.errors import GuestDied, LimitExceeded, SkillFailed, SkillpodError, ToolRaised
from skillpod.model.capability import Lifetime
from skillpod.model.command import OWNER
from skillpod.model.manifest import KIB, MIB, GuestCount, Limits
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from tests.support.guests import launch
from tests.support.jailed import jailed, value

HANDLER = """
    import ctypes, mmap, os, signal, sys, threading, time
    from skillpod import Context, tool

    @tool
    def naps(ctx: Context) -> int:
        ctx.state["naps"] = True
        while "over" not in ctx.state:
            time.sleep(0.001)
        return os.getpid()

    @tool
    def process() -> int:
        return os.getpid()

    @tool
    def spins() -> int:
        while True:
            pass

    @tool
    def takes() -> int:
        return len(bytearray(200 * 2**20))

    @tool
    def takes_another_way() -> int:
        class NoRoom(MemoryError):
            pass
        raise NoRoom("for an array")

    @tool
    def says_much() -> str:
        return "x" * 100_000

    def crash(how):
        if how == "abort":
            os.abort()
        ctypes.memset(0, 0, 1)

    @tool
    def crashes_full(how: str) -> int:
        kept = []
        try:
            while True:
                kept.append(bytearray(2**20))
        except MemoryError:
            crash(how)

    @tool
    def crashes_empty(how: str) -> int:
        crash(how)

    @tool
    def waits(mebibytes: int, ctx: Context) -> int:
        kept = bytearray(mebibytes * 2**20)
        for at in range(0, len(kept), 4096):
            kept[at] = 1
        ctx.state["waits"] = True
        time.sleep(60)
        return len(kept)

    @tool
    def recurses_in_c() -> int:
        def deeper(_):
            return sorted([0], key=deeper)
        def run():
            sys.setrecursionlimit(10**6)
            deeper(0)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        return 1

    @tool
    def starts_threads() -> int:
        done = threading.Event()
        try:
            while True:
                threading.Thread(target=done.wait, daemon=True).start()
        finally:
            done.set()

    @tool
    def fills(files: int, mebibytes: int) -> int:
        for number in range(files):
            with open(f"/tmp/{number}", "wb") as file:
                for _ in range(mebibytes):
                    file.write(bytes(2**20))

    @tool
    def fills_mapped() -> int:
        for number in range(2):
            with open(f"/tmp/{number}", "w+b") as file:
                file.truncate(3 * 2**20)
                mapped = mmap.mmap(file.fileno(), 3 * 2**20)
                for at in range(0, 3 * 2**20, 4096):
                    mapped[at] = 1

    @tool
    def outgrows() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        with open("/tmp/large", "wb") as file:
            file.truncate(5 * 2**20)
"""
LIMITS = Limits(wall=20.0, cpu=1.0, memory=64 * MIB, threads=8, output=64 * KIB, scratch=4 * MIB)


OWN_IDS = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: an ordinary user's guests share one id, which has its threads together")


def ended(tool: str, lifetime: Lifetime = Lifetime.SKILL, **arguments: Any) -> SkillFailed:
    """What the caller hears, while a neighbour's call goes on to its end, in its own guest; the next call is served."""

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> SkillFailed:
        neighbour = asyncio.ensure_future(value(guests, "naps"))
        async with asyncio.timeout(10):
            while "naps" not in jail._means.memory.keys("probe"):
                await asyncio.sleep(0.001)
        with pytest.raises(SkillFailed) as failure:
            await guests.call(tool, arguments, OWNER)
        assert not neighbour.done()
        next_one = await value(guests, "process")
        jail._means.memory.put("probe", "over", value=True)
        assert await neighbour != next_one
        assert len(deaths) <= 1
        return failure.value

    heard = jailed(launch(HANDLER, limits=LIMITS, lifetime=lifetime, guests=GuestCount(0, 2)), act)
    assert isinstance(heard, SkillFailed)
    return heard


@pytest.mark.parametrize(
    ("tool", "arguments", "at", "words"),
    [
        ("spins", {}, "limits.cpu", "the guest used its 1 s of processor time while running spins"),
        ("takes", {}, "limits.memory", "64 MiB of memory were not enough while running takes"),
        ("takes_another_way", {}, "limits.memory", "64 MiB of memory were not enough while running takes_another_way"),
        ("says_much", {}, "limits.output", "the result is 100002 bytes; 64 KiB (65536 bytes) are allowed"),
        ("outgrows", {}, "limits.scratch", "4 MiB of scratch space were not enough while running outgrows: SIGXFSZ ended the guest"),
    ],
)
@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_what_the_kernel_or_the_runtime_says_is_certain(
    lifetime: Lifetime, tool: str, arguments: dict[str, Any], at: str, words: str
) -> None:
    heard = ended(tool, lifetime, **arguments)
    assert isinstance(heard, LimitExceeded)
    assert (heard.at, heard.certainty, heard.message) == (at, "certain", words)


@pytest.mark.parametrize(
    ("tool", "arguments", "at", "words"),
    [
        ("crashes_full", {"how": "null"}, "limits.memory", "64 MiB of memory were likely not enough while running crashes_full: SIGSEGV"),
        ("crashes_full", {"how": "abort"}, "limits.memory", "64 MiB of memory were likely not enough while running crashes_full: SIGABRT"),
        ("fills_mapped", {}, "limits.scratch", "4 MiB of scratch space were likely not enough while running fills_mapped: SIGBUS"),
    ],
)
def test_a_crash_that_looks_like_a_limit_is_likely_that_limit(tool: str, arguments: dict[str, Any], at: str, words: str) -> None:
    heard = ended(tool, **arguments)
    assert isinstance(heard, LimitExceeded)
    assert (heard.at, heard.certainty) == (at, "likely")
    assert heard.message.startswith(words)


@pytest.mark.parametrize(
    ("tool", "arguments", "at", "words", "cause"),
    [
        pytest.param("starts_threads", {}, "limits.threads", "8 threads were likely not enough", "can't start new thread", marks=OWN_IDS),
        (
            "fills",
            {"files": 3, "mebibytes": 3},
            "limits.scratch",
            "4 MiB of scratch space were likely not enough",
            "No space left on device",
        ),
        ("fills", {"files": 1, "mebibytes": 9}, "limits.scratch", "4 MiB of scratch space were likely not enough", ""),
    ],
)
@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_what_a_tool_raised_at_a_limit_is_likely_that_limit_and_its_own_frames_are_told(
    lifetime: Lifetime, tool: str, arguments: dict[str, Any], at: str, words: str, cause: str
) -> None:
    heard = ended(tool, lifetime, **arguments)
    assert isinstance(heard, LimitExceeded)
    assert (heard.at, heard.certainty) == (at, "likely")
    assert heard.message.startswith(words)
    (reason,) = heard.reasons
    assert isinstance(reason, ToolRaised)
    assert cause in reason.message
    assert "skill://probe/handler.py" in reason.traceback


@pytest.mark.parametrize(("how", "hint"), [("null", "deep recursion"), ("abort", "native code")])
def test_a_crash_far_from_any_limit_is_no_limit(how: str, hint: str) -> None:
    heard = ended("crashes_empty", how=how)
    assert type(heard) is GuestDied
    assert hint in heard.hint


@pytest.mark.parametrize(
    ("mebibytes", "kind", "words"),
    [
        (56, LimitExceeded, "64 MiB of memory were likely not enough while running waits: SIGKILL ended the guest at"),
        (1, GuestDied, "the guest was ended by SIGKILL while running waits"),
    ],
)
def test_a_kill_that_came_from_elsewhere_is_likely_the_memorys_where_much_was_used(
    mebibytes: int, kind: type[SkillFailed], words: str
) -> None:
    """As the kernel's out-of-memory killer does it."""

    async def act(guests: Any, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        call = asyncio.ensure_future(value(guests, "waits", mebibytes=mebibytes))
        async with asyncio.timeout(10):
            while "waits" not in jail._means.memory.keys("probe"):
                await asyncio.sleep(0.001)
        (guest,) = (guest for guest in guests._nursery._alive if guest.load)
        os.kill(guest._forked.process, signal.SIGKILL)
        with pytest.raises(SkillFailed) as failure:
            await call
        assert type(failure.value) is kind
        assert failure.value.message.startswith(words)

    jailed(launch(HANDLER, limits=LIMITS), act)


def test_recursion_in_native_code_ends_the_guest_and_is_named_as_likely() -> None:
    heard = ended("recurses_in_c")
    assert type(heard) is GuestDied
    assert "SIGSEGV" in heard.message
    assert "deep recursion" in heard.hint


def test_a_kept_guest_whose_scratch_is_full_is_replaced() -> None:
    async def act(guests: Guests, *_: Any) -> None:
        before = await value(guests, "process")
        with pytest.raises(LimitExceeded):
            await guests.call("fills", {"files": 3, "mebibytes": 3}, OWNER)
        assert await value(guests, "process") != before
        assert await value(guests, "fills", files=1, mebibytes=3) is None

    jailed(launch(HANDLER, limits=LIMITS, lifetime=Lifetime.SKILL, guests=GuestCount(0, 1)), act)
