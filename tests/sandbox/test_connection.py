"""A guest that breaks the protocol, its limits or itself, and what its caller hears."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

import pytest

from skillpod.errors import (
    ArgumentsInvalid,
    DeadlineExceeded,
    GuestDied,
    LimitExceeded,
    ProbeFailed,
    SkillFailed,
    SkillpodError,
    WireBroken,
)
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits
from tests.support.guests import SHORT, launch, opened
from tests.support.open_zygote import OpenZygote

HOSTILE = """
    import json, os, signal, stat, sys, threading, time
    from skillpod import Context, tool

    def wire():
        \"\"\"The one socket this process has besides those of an event loop.\"\"\"
        for number in range(4096, 2, -1):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    return number
            except OSError:
                pass

    def frame(**fields):
        body = json.dumps(fields).encode()
        return len(body).to_bytes(4, "big") + body

    def nonce_of(ctx):
        return ctx._channel._nonce

    def result(nonce, value=666):
        return frame(t="result", nonce=nonce, value=value, cpu=0.0, peak=1)

    @tool
    def writes(kind: str, ctx: Context) -> int:
        nonce = nonce_of(ctx)
        data = {
            "garbage": b"\\x00\\x00\\x00\\x05hello",
            "noise": os.urandom(4096),
            "not an object": b"\\x00\\x00\\x00\\x02[]",
            "another nonce": result("0" * 32),
            "no nonce": frame(t="result", value=1, cpu=0, peak=0),
            "unknown frame": frame(t="walls", nonce=nonce, walls=[], self_test={}),
            "more keys": frame(t="result", nonce=nonce, value=1, cpu=0, peak=0, more=1),
            "no usage": frame(t="result", nonce=nonce, value=1, cpu="0", peak=None),
            "negative usage": frame(t="result", nonce=nonce, value=1, cpu=-1, peak=1),
            "failure without words": frame(t="failed", nonce=nonce, error={"type": 3}, cpu=0, peak=0),
            "two replies": result(nonce) + result(nonce),
            "reply and a byte": result(nonce) + b"\\x00",
            "odd ask": frame(t="ask", nonce=nonce, id="x", operation="state.get", arguments={}),
            "odd tell": frame(t="tell", nonce=nonce, operation="system", arguments={}),
            "nan": frame(t="result", nonce=nonce, value=float("nan"), cpu=0, peak=0),
            "deep": frame(t="result", nonce=nonce, value=json.loads("[" * 90 + "]" * 90), cpu=0, peak=0),
        }[kind]
        os.write(wire(), data)
        time.sleep(60)
        return 1

    @tool
    def forges(ctx: Context) -> int:
        os.write(wire(), result(nonce_of(ctx)))
        return 1

    @tool
    def leaves_a_frame(ctx: Context) -> int:
        number, nonce = wire(), nonce_of(ctx)
        def later():
            time.sleep(0.05)
            os.write(number, result(nonce))
        threading.Thread(target=later).start()
        return 1

    @tool
    def promises(size: int) -> int:
        os.write(wire(), size.to_bytes(4, "big") + b"x")
        time.sleep(60)
        return 1

    @tool
    def trickles() -> int:
        number = wire()
        os.write(number, (1000).to_bytes(4, "big"))
        while True:
            os.write(number, b" ")
            time.sleep(0.02)

    @tool
    def closes() -> int:
        os.close(wire())
        time.sleep(60)
        return 1

    @tool
    def ends(kind: str) -> int:
        if kind == "exit":
            os._exit(3)
        if kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "abort":
            os.abort()
        if kind == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if kind == "cpu":
            os.kill(os.getpid(), signal.SIGXCPU)
        os.kill(os.getpid(), 40)
        time.sleep(60)
        return 1

    @tool
    def answers_and_ends(ctx: Context) -> int:
        os.write(wire(), result(nonce_of(ctx)))
        os._exit(0)

    @tool
    def hangs(seconds: float = 60) -> int:
        time.sleep(seconds)
        return 1

    @tool
    def spins() -> int:
        while True:
            pass

    @tool
    def asks_without_reading(ctx: Context) -> int:
        number, nonce = wire(), nonce_of(ctx)
        ctx.state["large"] = "x" * 1_000_000
        for turn in range(200):
            data = memoryview(frame(t="ask", nonce=nonce, id=turn, operation="state.get", arguments={"key": "large"}))
            while data:
                data = data[os.write(number, data):]
        time.sleep(60)
        return 1

    @tool
    def chatters(ctx: Context, times: int) -> int:
        for number in range(times):
            ctx.logger.info("record %d", number)
        return times

    @tool
    def fine(value: object = 1) -> object:
        return value
"""


def outcome(zygote: OpenZygote, tool: str, *, limits: Limits = SHORT, lifetime: Lifetime = Lifetime.SKILL, **arguments: Any) -> Any:
    """What one call ends in, how the guests died, and that the next call is served again."""

    async def once() -> tuple[Any, list[SkillpodError]]:
        async with opened(zygote, launch(HOSTILE, limits=limits, lifetime=lifetime)) as guests:
            ended: Any
            try:
                ended = await guests.call(tool, **arguments)
            except SkillFailed as error:
                ended = error
            assert await guests.call("fine") == 1
            return ended, guests.deaths

    return asyncio.run(once())


@pytest.mark.parametrize(
    "kind",
    [
        "garbage",
        "not an object",
        "another nonce",
        "no nonce",
        "unknown frame",
        "more keys",
        "no usage",
        "negative usage",
        "failure without words",
        "two replies",
        "reply and a byte",
        "odd ask",
        "odd tell",
        "nan",
        "deep",
    ],
)
@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_a_frame_out_of_order_ends_the_guest_and_its_call(zygote: OpenZygote, kind: str, lifetime: Lifetime) -> None:
    error, deaths = outcome(zygote, "writes", kind=kind, lifetime=lifetime)
    assert isinstance(error, WireBroken)
    assert [type(death) for death in deaths] == [WireBroken]


def test_noise_ends_the_guest_at_once(zygote: OpenZygote) -> None:
    error, _ = outcome(zygote, "writes", kind="noise")
    assert isinstance(error, WireBroken | LimitExceeded)


def test_a_forged_reply_is_the_skills_own_but_the_true_one_behind_it_ends_the_guest(zygote: OpenZygote) -> None:
    """A guest may answer what it likes; it may not answer twice."""

    async def once() -> None:
        async with opened(zygote, launch(HOSTILE, lifetime=Lifetime.SKILL)) as guests:
            with suppress(WireBroken):
                assert await guests.call("forges") == 666
            await guests.died.wait()
            assert [type(death) for death in guests.deaths] == [WireBroken]
            assert await guests.call("fine") == 1

    asyncio.run(once())


def test_a_frame_after_the_call_ends_a_warm_guest_before_it_can_answer_the_next(zygote: OpenZygote) -> None:
    async def twice() -> None:
        async with opened(zygote, launch(HOSTILE, lifetime=Lifetime.SKILL)) as guests:
            assert await guests.call("leaves_a_frame") == 1
            await guests.died.wait()
            assert [type(death) for death in guests.deaths] == [WireBroken]
            assert await guests.call("fine") == 1

    asyncio.run(twice())


@pytest.mark.parametrize("size", [2**21, 2**32 - 1])
def test_a_frame_too_large_is_refused_by_its_header_as_the_output_limit(zygote: OpenZygote, size: int) -> None:
    error, deaths = outcome(zygote, "promises", size=size)
    assert isinstance(error, LimitExceeded)
    assert error.at == "limits.output"
    assert str(size) in error.message
    assert len(deaths) == 1


@pytest.mark.parametrize("tool", ["trickles", "hangs", "spins"])
@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_a_call_over_its_time_ends_at_the_deadline_and_is_no_death(zygote: OpenZygote, tool: str, lifetime: Lifetime) -> None:
    error, deaths = outcome(zygote, tool, limits=Limits(wall=0.3, cpu=5.0), lifetime=lifetime)
    assert isinstance(error, DeadlineExceeded)
    assert error.at == "limits.wall"
    assert "0.3 s" in error.message
    assert deaths == []


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_a_call_over_its_processor_time_ends_however_the_kernel_counts(zygote: OpenZygote, lifetime: Lifetime) -> None:
    error, deaths = outcome(zygote, "spins", limits=Limits(wall=20.0, cpu=0.2), lifetime=lifetime)
    assert isinstance(error, LimitExceeded)
    assert error.at == "limits.cpu"
    assert len(deaths) == 1


def test_waiting_is_not_processor_time(zygote: OpenZygote) -> None:
    ended, _ = outcome(zygote, "hangs", seconds=0.5, limits=Limits(wall=5.0, cpu=0.1))
    assert ended == 1


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("exit", GuestDied, "exit status 3"),
        ("kill", GuestDied, "SIGKILL"),
        ("abort", GuestDied, "SIGABRT"),
        ("segfault", GuestDied, "SIGSEGV"),
        ("cpu", LimitExceeded, "processor time"),
        ("real-time signal", GuestDied, "signal 40"),
    ],
)
@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_a_guest_that_ends_itself_is_said_to_have_died_of_it(
    zygote: OpenZygote, kind: str, error: type[SkillpodError], words: str, lifetime: Lifetime
) -> None:
    ended, deaths = outcome(zygote, "ends", kind=kind, lifetime=lifetime)
    assert type(ended) is error
    assert words in ended.message
    assert "running ends" in ended.message
    assert [type(death) for death in deaths] == [error]


def test_a_guest_that_closes_its_wire_is_ended(zygote: OpenZygote) -> None:
    error, deaths = outcome(zygote, "closes")
    assert isinstance(error, WireBroken)
    assert len(deaths) == 1


def test_an_answer_sent_before_the_end_counts(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HOSTILE, lifetime=Lifetime.SKILL)) as guests:
            assert await guests.call("answers_and_ends") == 666
            await guests.died.wait()
            assert [type(death) for death in guests.deaths] == [GuestDied]

    asyncio.run(once())


def test_a_guest_that_does_not_read_its_answers_costs_the_host_little_and_ends_at_the_deadline(zygote: OpenZygote) -> None:
    error, _ = outcome(zygote, "asks_without_reading", limits=Limits(wall=0.6))
    assert isinstance(error, DeadlineExceeded)


def test_five_thousand_log_records_arrive_and_the_loop_stays_free(zygote: OpenZygote) -> None:
    async def once() -> float:
        async with opened(zygote, launch(HOSTILE, limits=Limits(wall=20.0))) as guests:
            await guests.pool.prove()
            loop, longest = asyncio.get_running_loop(), 0.0
            call = asyncio.ensure_future(guests.call("chatters", times=5_000))
            while not call.done():
                before = loop.time()
                await asyncio.sleep(0)
                longest = max(longest, loop.time() - before)
            assert await call == 5_000
            assert "record 4999" in guests.pool.output()
            return longest

    assert asyncio.run(once()) < 0.25


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import time; time.sleep(60)", DeadlineExceeded),
        ("while True: pass", DeadlineExceeded),
        ("import os; os._exit(7)", GuestDied),
        ("import os; os.kill(os.getpid(), 9)", GuestDied),
        ("import os; os.write(max(n for n in range(3, 4096) if is_socket(n)), b'\\0\\0\\0\\2{}')", WireBroken),
        ("import os; os.write(max(n for n in range(3, 4096) if is_socket(n)), b'\\x7f\\0\\0\\2')", LimitExceeded),
        ("import os; os.write(max(n for n in range(3, 4096) if is_socket(n)), b'\\0\\0\\0\\2')", WireBroken),
        ("raise MemoryError", LimitExceeded),
        ("def f(): return f()\nf()", ProbeFailed),
    ],
)
def test_a_guest_that_breaks_while_it_loads_is_refused_in_time(zygote: OpenZygote, code: str, error: Any) -> None:
    handler = f"""import os, stat
from skillpod import tool
def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
{code}
@tool
def look() -> int:
    return 1
"""

    async def once() -> None:
        wall = 0.3 if error is DeadlineExceeded else 5.0  # it breaks of itself, however long that takes a busy machine
        async with opened(zygote, launch(handler, limits=Limits(wall=wall))) as guests:
            for _ in range(2):
                with pytest.raises(error) as failure:
                    await guests.pool.prove()
                assert "it was being started" in failure.value.message or not isinstance(failure.value, GuestDied)
            assert guests.pool.census()["idle"] == 0

    asyncio.run(once())


@pytest.mark.parametrize(
    ("value", "words"),
    [("x" * 17 * 2**20, "at most"), (float("nan"), "not JSON"), ({1, 2}, "not JSON"), ("\ud800", "not JSON"), ([[[]]], "nest")],
)
def test_arguments_no_guest_can_be_sent_are_refused_before_one_sees_them(zygote: OpenZygote, value: Any, words: str) -> None:
    if words == "nest":
        for _ in range(100):
            value = [value]

    async def once() -> None:
        async with opened(zygote, launch(HOSTILE, lifetime=Lifetime.SKILL)) as guests:
            with pytest.raises(ArgumentsInvalid, match=words):
                await guests.call("fine", value=value)
            assert await guests.call("fine") == 1
            assert zygote.forks == 1

    asyncio.run(once())


def test_descriptors_and_processes_are_given_back_whatever_happened(zygote: OpenZygote) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    outcome(zygote, "fine")
    before = descriptors()
    breaking: list[tuple[str, dict[str, Any]]] = [("ends", {"kind": "exit"}), ("writes", {"kind": "garbage"}), ("fine", {}), ("closes", {})]
    for tool, arguments in breaking:
        outcome(zygote, tool, **arguments)
        outcome(zygote, tool, lifetime=Lifetime.CALL, **arguments)
    outcome(zygote, "hangs", limits=Limits(wall=0.2))
    assert descriptors() == before
