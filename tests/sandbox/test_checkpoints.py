"""A call that comes to checkpoints ends when nobody waits for it any more, and its guest lives on with what it knows."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from skillpod.errors import DeadlineExceeded, GuestDied, SkillpodError, ToolRaised
from skillpod.model.capability import Lifetime, Permissions
from skillpod.model.command import Caller
from skillpod.model.guest import Launch, LogLine, Progress
from skillpod.model.manifest import GuestCount, Limits
from skillpod.model.provision import Provision
from skillpod.ports import Guests
from skillpod.sandbox import flight
from skillpod.sandbox.isolation import JailSandbox
from tests.sandbox.test_programs import living
from tests.support.guests import launch
from tests.support.jailed import jailed
from tests.support.run_program import bound

HANDLER = """
    import asyncio, os, threading, time
    from skillpod import Cancelled, Context, tool

    LEARNT = []

    @tool
    def learn(word: str) -> list[str]:
        LEARNT.append(word)
        return LEARNT

    @tool
    def process(seconds: float = 0) -> int:
        time.sleep(seconds)
        return os.getpid()

    @tool
    async def naps(seconds: float) -> int:
        await asyncio.sleep(seconds)
        return os.getpid()

    @tool
    def works(ctx: Context, asks: bool = False) -> int:
        try:
            while True:
                ctx.checkpoint()
                ctx.logger.info("step")
                if asks:
                    ctx.state["steps"] = ctx.state.get("steps", 0) + 1
        except Exception:
            return -1
        finally:
            ctx.state["cleaned"] = True

    @tool
    async def awaits(ctx: Context) -> int:
        try:
            while True:
                ctx.checkpoint()
                ctx.logger.info("step")
                await asyncio.sleep(0.001)
        finally:
            await asyncio.sleep(0.01)
            ctx.state["cleaned"] = True

    @tool
    async def blocks(ctx: Context) -> int:
        try:
            while True:
                ctx.checkpoint()
                ctx.logger.info("step")
                time.sleep(0.001)
        finally:
            await asyncio.sleep(0.01)
            ctx.state["cleaned"] = True

    @tool
    def swallows(ctx: Context) -> int:
        while True:
            try:
                ctx.checkpoint()
                ctx.logger.info("step")
            except Cancelled:
                ctx.state["swallowed"] = ctx.state.get("swallowed", 0) + 1

    @tool
    def runs_out(ctx: Context) -> int:
        try:
            while True:
                ctx.checkpoint()
                ctx.logger.info("step")
        finally:
            bytearray(1 << 40)

    @tool
    def answers(ctx: Context) -> int:
        ctx.checkpoint()
        ctx.logger.info("step")
        time.sleep(0.1)
        return 7

    @tool
    def cancels_itself() -> int:
        raise Cancelled("enough")

    @tool
    def steps(count: int, ctx: Context) -> int:
        for number in range(count):
            ctx.checkpoint()
            ctx.state["number"] = number
        return count

    @tool
    def leaves_a_thread(ctx: Context) -> None:
        def later():
            try:
                while True:
                    ctx.checkpoint()
                    time.sleep(0.001)
            except Cancelled:
                LEARNT.append("thread ended")
        threading.Thread(target=later).start()

    @tool
    def in_threads(ctx: Context) -> int:
        def asks():
            for number in range(50):
                ctx.state["asked"] = number
        threads = [threading.Thread(target=asks) for _ in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            ctx.checkpoint()
        return 4
"""
ANN = Caller(principal="ann", session="a")
KEPT = [Lifetime.SKILL, Lifetime.SESSION]

Act = Callable[[Guests, list[SkillpodError], JailSandbox], Awaitable[Any]]


def kept(lifetime: Lifetime = Lifetime.SKILL, *, concurrency: int = 1, wall: float = 10.0, most: int = 1) -> Launch:
    return launch(HANDLER, lifetime=lifetime, concurrency=concurrency, guests=GuestCount(0, most), limits=Limits(wall=wall))


async def call(guests: Guests, tool: str, **arguments: Any) -> Any:
    return (await guests.call(tool, arguments, ANN)).value


class Step:
    """Hears that a call has come behind its first checkpoint."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()

    def hear(self, said: Progress | LogLine) -> None:
        self.heard.set()


async def cancelled(guests: Guests, tool: str, **arguments: Any) -> None:
    """After the call's first checkpoint its caller was cancelled."""
    step = Step()
    running = asyncio.ensure_future(guests.call(tool, arguments, ANN, step.hear))
    async with asyncio.timeout(10):
        await step.heard.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def clean(jail: JailSandbox) -> None:
    """Until the cancelled call has cleaned up behind itself."""
    async with asyncio.timeout(10):
        while "cleaned" not in jail._means.memory.keys("probe"):
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(("tool", "concurrency"), [("works", 1), ("awaits", 1), ("works", 4), ("awaits", 4), ("blocks", 4)])
@pytest.mark.parametrize("lifetime", KEPT)
def test_a_cancelled_call_ends_at_its_checkpoint_and_its_guest_keeps_what_it_knows(lifetime: Lifetime, tool: str, concurrency: int) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        await call(guests, "learn", word="first")
        await cancelled(guests, tool)
        assert await call(guests, "learn", word="second") == ["first", "second"]
        await clean(jail)
        assert await call(guests, "learn", word="third") == ["first", "second", "third"]
        assert deaths == []

    jailed(kept(lifetime, concurrency=concurrency), act)


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("lifetime", KEPT)
def test_a_cancelled_call_that_runs_out_of_memory_makes_room_for_another_guest(lifetime: Lifetime, concurrency: int) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = await call(guests, "process")
        await cancelled(guests, "runs_out")
        async with asyncio.timeout(10):
            while await call(guests, "process") == before:
                await asyncio.sleep(0.001)
        assert deaths == []

    jailed(kept(lifetime, concurrency=concurrency), act)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_cancellation_that_comes_while_an_answer_is_awaited_is_heard(concurrency: int) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = await call(guests, "process")
        for _ in range(20):
            await cancelled(guests, "works", asks=True)
        assert await call(guests, "process") == before
        assert deaths == []

    jailed(kept(concurrency=concurrency), act)


@pytest.mark.parametrize(("tool", "concurrency"), [("works", 1), ("awaits", 4), ("blocks", 4)])
def test_at_its_deadline_a_call_with_checkpoints_is_over_for_its_caller_at_once_and_its_guest_lives_on(tool: str, concurrency: int) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        loop = asyncio.get_running_loop()
        await call(guests, "learn", word="first")
        since = loop.time()
        with pytest.raises(DeadlineExceeded, match=f"{tool} took longer than 0.5 s"):
            await call(guests, tool)
        assert 0.5 <= loop.time() - since < 0.5 + flight.CANCEL_SECONDS
        assert await call(guests, "learn", word="second") == ["first", "second"]
        await clean(jail)
        assert await call(guests, "learn", word="third") == ["first", "second", "third"]
        assert deaths == []

    jailed(kept(concurrency=concurrency, wall=0.5), act)


@pytest.mark.parametrize("lifetime", list(Lifetime))
def test_without_a_checkpoint_a_cancelled_call_still_ends_with_its_guest(lifetime: Lifetime) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = await call(guests, "process")
        running = asyncio.ensure_future(call(guests, "process", seconds=60))
        async with asyncio.timeout(10):
            while not guests.census()["busy"]:
                await asyncio.sleep(0.001)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await call(guests, "process") != before
        assert deaths == []

    jailed(kept(lifetime, most=2), act)


def test_a_guest_of_one_call_is_ended_at_once_whatever_its_checkpoints() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        await cancelled(guests, "works")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert guests.census()["busy"] == 0
        assert deaths == []

    jailed(kept(Lifetime.CALL), act)


def test_a_call_that_swallows_its_cancellation_takes_its_guest_with_it() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        loop = asyncio.get_running_loop()
        await call(guests, "learn", word="first")
        since = loop.time()
        await cancelled(guests, "swallows")
        assert await call(guests, "learn", word="second") == ["second"]
        assert loop.time() - since >= flight.CANCEL_SECONDS
        assert jail._means.memory.get("probe", "swallowed") >= 1
        assert deaths == []

    jailed(kept(), act)


def test_with_room_for_another_guest_no_caller_waits_for_the_one_that_was_asked_to_end() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        await cancelled(guests, "swallows")
        async with asyncio.timeout(flight.CANCEL_SECONDS * 0.9):
            assert await call(guests, "process")

    jailed(kept(most=2), act)


def test_what_a_cancelled_call_answers_is_answered_to_nobody() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = await call(guests, "process")
        await cancelled(guests, "answers")
        assert await call(guests, "process") == before
        assert await call(guests, "answers") == 7
        assert deaths == []

    jailed(kept(), act)


def test_cancelled_that_nobody_asked_for_is_what_the_tool_raised() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        for _ in range(2):
            with pytest.raises(ToolRaised, match="enough") as raised:
                await call(guests, "cancels_itself")
            assert raised.value.exception == "Cancelled"
        assert guests.census()["started"] == 1

    jailed(kept(concurrency=4), act)
    jailed(kept(), act)


def test_checkpoints_of_threads_that_ask_meanwhile_take_no_answer_from_them() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        assert await call(guests, "in_threads") == 4
        assert jail._means.memory.get("probe", "asked") == 49

    jailed(kept(), act)


def test_a_thread_that_outlives_its_call_ends_at_its_next_checkpoint() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        await call(guests, "leaves_a_thread")
        async with asyncio.timeout(10):
            while "thread ended" not in await call(guests, "learn", word="more"):
                await asyncio.sleep(0.001)

    jailed(kept(), act)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_replies_and_cancellations_that_cross_leave_the_wire_in_order(concurrency: int) -> None:
    """Also those that come when the reply was sent: the guest ignores them, and the host hears nothing it has not asked for."""

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        await call(guests, "process")
        chance, length = random.Random(11), 0.01
        ended = {"Reply": 0, "CancelledError": 0}
        async with asyncio.timeout(60):
            while min(ended.values()) < 50:
                running = asyncio.ensure_future(guests.call("steps", {"count": 8}, ANN))
                await asyncio.wait([running], timeout=length * chance.uniform(0.8, 1.2))
                running.cancel()
                (what,) = await asyncio.gather(running, return_exceptions=True)
                ended[type(what).__name__] += 1
                length *= 0.95 if type(what).__name__ == "Reply" else 1.05  # so that half of them cross, however busy the machine is
        assert await call(guests, "steps", count=3) == 3
        assert deaths == []

    jailed(kept(concurrency=concurrency), act)


def test_a_call_among_others_that_misses_its_deadline_leaves_them_alone() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = await call(guests, "naps", seconds=0)
        late = asyncio.ensure_future(call(guests, "awaits"))
        await asyncio.sleep(0.2)
        other = asyncio.ensure_future(call(guests, "naps", seconds=0.45))  # beyond the other's deadline, and within its own
        with pytest.raises(DeadlineExceeded):
            await late
        assert await other == before
        assert deaths == []

    jailed(kept(concurrency=4, wall=0.6), act)


def test_a_call_that_clings_is_named_to_those_who_shared_its_guest() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        await call(guests, "process")
        other = asyncio.ensure_future(call(guests, "naps", seconds=8))
        await asyncio.sleep(0)
        await cancelled(guests, "swallows")
        with pytest.raises(GuestDied, match=r"because of another call: .*swallows was cancelled and went on"):
            await other
        assert deaths == []

    jailed(kept(concurrency=2), act)


RUNNER = """
    import os
    from skillpod import Context, tool

    @tool
    def process() -> int:
        return os.getpid()

    @tool
    def waits(seconds: str, ctx: Context) -> None:
        ctx.checkpoint()
        try:
            ctx.run(["sleep", seconds])
        finally:
            ctx.state["cleaned"] = ctx.run(["sleep", "0"]).status
"""


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_call_that_is_cancelled_while_its_program_runs_is_told_and_its_guest_lives_on(concurrency: int) -> None:
    seconds = f"96{os.getpid()}"

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = await call(guests, "process")
        running = asyncio.ensure_future(call(guests, "waits", seconds=seconds))
        async with asyncio.timeout(10):
            while not living(seconds):
                await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await call(guests, "process") == before
        await clean(jail)
        assert deaths == []

    started = launch(
        RUNNER,
        lifetime=Lifetime.SKILL,
        concurrency=concurrency,
        guests=GuestCount(0, 1),
        limits=Limits(wall=20.0),
        grants=Permissions(programs=frozenset({"sleep"})),
        provision=Provision(programs=(bound("sleep", os.path.realpath(shutil.which("sleep") or "")),)),
    )
    jailed(started, act)
