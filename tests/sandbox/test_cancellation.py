"""A call whose caller was cancelled ends in its guest too: what it did to the world outside stops."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from skillpod.errors import GuestDied, SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.command import Caller
from skillpod.model.guest import Launch, LogLine, Progress, unheard
from skillpod.model.manifest import GuestCount
from skillpod.ports import Guests
from skillpod.sandbox import flight
from skillpod.sandbox.isolation import JailSandbox
from tests.support.guests import launch
from tests.support.jailed import jailed

HANDLER = """
    import asyncio, os, time
    from skillpod import Context, tool

    def step(ctx):
        ctx.state["steps"] = ctx.state.get("steps", 0) + 1
        ctx.logger.info("step")

    @tool
    def works(ctx: Context) -> int:
        while True:
            step(ctx)
            time.sleep(0.001)

    @tool
    async def awaits(ctx: Context) -> int:
        while True:
            step(ctx)
            await asyncio.sleep(0.001)

    @tool
    async def clings(ctx: Context) -> int:
        while True:
            step(ctx)
            try:
                await asyncio.sleep(0.001)
            except asyncio.CancelledError:
                ctx.state["clung"] = True

    @tool
    async def cleans(ctx: Context) -> int:
        try:
            step(ctx)
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            ctx.state["cleaned"] = True

    @tool
    async def process(seconds: float = 0) -> int:
        await asyncio.sleep(seconds)
        return os.getpid()
"""
ANN = Caller(principal="ann", session="a")


class Steps:
    """Hears the steps of a call."""

    def __init__(self) -> None:
        self.count = 0
        self.first = asyncio.Event()

    def hear(self, said: Progress | LogLine) -> None:
        self.count += 1
        self.first.set()


async def cancelled(guests: Guests, tool: str) -> Steps:
    """After the call's first step its caller was cancelled."""
    steps = Steps()
    call = asyncio.ensure_future(guests.call(tool, {}, ANN, steps.hear))
    async with asyncio.timeout(10):
        await steps.first.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    return steps


async def idle(guests: Guests) -> None:
    """Until no call runs in any guest, also none whose caller has gone."""
    async with asyncio.timeout(10):
        while guests.census()["busy"]:
            await asyncio.sleep(0.001)


async def standing_still(jail: JailSandbox) -> int:
    """The counter of steps, once it is seen not to grow for a good many of its steps."""
    before = int(jail._means.memory.get("probe", "steps"))
    await asyncio.sleep(0.05)  # fifty steps of a call that goes on
    assert jail._means.memory.get("probe", "steps") == before
    return before


def warm(concurrency: int = 1, lifetime: Lifetime = Lifetime.SKILL) -> Launch:
    return launch(HANDLER, lifetime=lifetime, concurrency=concurrency, guests=GuestCount(0, 1))


Act = Callable[[Guests, list[SkillpodError], JailSandbox], Awaitable[Any]]


@pytest.mark.parametrize("tool", ["works", "awaits", "clings"])
@pytest.mark.parametrize("lifetime", list(Lifetime))
def test_a_call_alone_in_its_guest_ends_with_it_at_once(lifetime: Lifetime, tool: str) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = (await guests.call("process", {}, ANN)).value
        steps = await cancelled(guests, tool)
        heard = steps.count
        await asyncio.sleep(0)
        assert await standing_still(jail) >= 1
        assert steps.count == heard
        assert (await guests.call("process", {}, ANN)).value != before
        assert deaths == []

    jailed(warm(lifetime=lifetime), act)


@pytest.mark.parametrize("lifetime", [Lifetime.SKILL, Lifetime.SESSION])
def test_among_others_only_the_cancelled_call_ends_and_its_guest_lives_on(lifetime: Lifetime) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = (await guests.call("process", {}, ANN)).value
        other = asyncio.ensure_future(guests.call("process", {"seconds": 0.3}, ANN))
        await cancelled(guests, "awaits")
        answered = await guests.call("process", {}, ANN)
        await standing_still(jail)
        assert (await other).value == answered.value == before
        assert deaths == []

    jailed(warm(concurrency=4, lifetime=lifetime), act)


def test_a_cancelled_call_may_clean_up_behind_itself() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = (await guests.call("process", {}, ANN)).value
        await cancelled(guests, "cleans")
        async with asyncio.timeout(flight.CANCEL_SECONDS / 2):
            while "cleaned" not in jail._means.memory.keys("probe"):
                await asyncio.sleep(0.001)
        assert (await guests.call("process", {}, ANN)).value == before
        assert deaths == []

    jailed(warm(concurrency=2), act)


def test_a_call_that_is_cancelled_before_it_began_never_begins() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = (await guests.call("process", {}, ANN)).value
        call = asyncio.ensure_future(guests.call("awaits", {}, ANN, unheard))
        await asyncio.sleep(0)  # it has been sent, and nothing more
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await guests.call("process", {}, ANN)).value == before
        if "steps" in jail._means.memory.keys("probe"):  # the guest was quicker
            await standing_still(jail)

    jailed(warm(concurrency=2), act)


@pytest.mark.parametrize(("tool", "words"), [("clings", "clings was cancelled and went on for 1 s"), ("works", "works was cancelled")])
def test_a_call_that_will_not_end_takes_its_guest_with_it_and_the_others_hear_why(tool: str, words: str) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        loop = asyncio.get_running_loop()
        before = (await guests.call("process", {}, ANN)).value
        other = asyncio.ensure_future(guests.call("process", {"seconds": 4.0}, ANN))
        await asyncio.sleep(0)
        await cancelled(guests, tool)
        since = loop.time()
        with pytest.raises(GuestDied, match=f"because of another call: .*{words}"):
            await other
        assert flight.CANCEL_SECONDS * 0.9 < loop.time() - since < flight.CANCEL_SECONDS + 1
        assert ("clung" in jail._means.memory.keys("probe")) == (tool == "clings")
        await standing_still(jail)
        assert (await guests.call("process", {}, ANN)).value != before
        assert deaths == []

    jailed(warm(concurrency=2), act)


def test_many_calls_cancelled_at_once_leave_a_guest_that_serves() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        before = (await guests.call("process", {}, ANN)).value
        calls = [asyncio.ensure_future(guests.call("process", {"seconds": 60}, ANN)) for _ in range(16)]
        await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert [await guests.call("process", {}, ANN) for _ in range(3)][-1].value == before
        await idle(guests)
        assert deaths == []

    jailed(warm(concurrency=16), act)


def test_whatever_crosses_on_the_wire_every_call_ends_once_and_no_guest_is_lost() -> None:
    """Replies and cancellations of the same calls, on their way at the same time."""

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        chance, loop = random.Random(7), asyncio.get_running_loop()
        seconds = (0, 0.001, 0.003)
        await guests.call("process", {}, ANN)  # the guest is there
        since = loop.time()
        await asyncio.gather(*(guests.call("process", {"seconds": chance.choice(seconds)}, ANN) for _ in range(16)))
        usual = loop.time() - since  # on this machine, as busy as it is

        async def one() -> str:
            call = asyncio.ensure_future(guests.call("process", {"seconds": chance.choice(seconds)}, ANN))
            await asyncio.wait([call], timeout=chance.uniform(0, 2 * usual))
            call.cancel()
            (ended,) = await asyncio.gather(call, return_exceptions=True)
            return type(ended).__name__

        ended: set[str] = set()
        for _ in range(20):
            ended |= set(await asyncio.gather(*(one() for _ in range(16))))
        assert ended == {"Reply", "CancelledError"}
        await idle(guests)
        assert guests.census()["started"] == 1
        assert deaths == []

    jailed(warm(concurrency=8), act)
