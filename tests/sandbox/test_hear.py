"""What a call says while it runs reaches its caller and no other, whatever the guest sends."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest

from skillpod.errors import DeadlineExceeded, WireBroken
from skillpod.model.capability import Lifetime
from skillpod.model.command import Caller
from skillpod.model.guest import LogLine, Progress
from skillpod.model.manifest import GuestCount, Limits
from skillpod.ports import Guests
from skillpod.sandbox.asks.state import StateAsks
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.output import Output
from tests.support.guests import launch
from tests.support.jailed import jailed
from tests.support.recollection import Recollection

HANDLER = """
    import asyncio, json, os, stat
    from skillpod import Context, tool

    @tool
    async def tells(word: str, ctx: Context, times: int = 3) -> str:
        for number in range(times):
            ctx.progress(number / times, word)
            ctx.logger.warning("%s %d", word, number)
            await asyncio.sleep(0.001)
        return word

    @tool
    def raises(ctx: Context) -> str:
        ctx.logger.error("it is about to")
        raise ValueError("it did")

    @tool
    def leaves(ctx: Context) -> str:
        ctx.logger.info("in time")
        import builtins
        builtins.kept = ctx
        return "left"

    @tool
    def picks_up() -> str:
        import builtins
        builtins.kept.logger.info("too late")
        builtins.kept.progress(1.0)
        return "silent"

    @tool
    def floods(ctx: Context) -> str:
        for number in range(100_000):
            ctx.logger.info("line %d", number)
        return "through"

    @tool
    def sends(arguments: str, ctx: Context) -> str:
        for number in range(4096, 2, -1):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    break
            except OSError:
                pass
        nonce = ctx._channel._nonce
        body = '{"t":"tell","nonce":"%s","operation":%s}' % (nonce, arguments)
        os.write(number, len(body).to_bytes(4, "big") + body.encode())
        return "sent"
"""
ANN = Caller(principal="ann", session="a")
Said = list[Progress | LogLine]


async def heard(guests: Guests, tool: str, **arguments: Any) -> Said:
    said: Said = []
    await guests.call(tool, arguments, ANN, said.append)
    return said


def in_order(word: str, times: int = 3) -> Said:
    said: Said = []
    for number in range(times):
        said += [Progress(fraction=number / times, message=word), LogLine(level="WARNING", message=f"{word} {number}")]
    return said


@pytest.mark.parametrize("lifetime", list(Lifetime))
@pytest.mark.parametrize("concurrency", [1, 4])
def test_each_call_hears_its_own_words_in_their_order_and_no_other(lifetime: Lifetime, concurrency: int) -> None:
    async def act(guests: Guests, *_: Any) -> None:
        words = ["one", "two", "three", "four"]
        said = await asyncio.gather(*(heard(guests, "tells", word=word) for word in words))
        assert said == [in_order(word) for word in words]

    jailed(launch(HANDLER, lifetime=lifetime, concurrency=concurrency), act)


def test_a_call_that_fails_was_heard_until_then() -> None:
    async def act(guests: Guests, *_: Any) -> Said:
        said: Said = []
        with pytest.raises(Exception, match="it did"):
            await guests.call("raises", {}, ANN, said.append)
        return said

    assert jailed(launch(HANDLER), act) == [LogLine(level="ERROR", message="it is about to")]


def test_a_call_that_is_over_can_not_be_heard_by_the_next_caller() -> None:
    async def act(guests: Guests, *_: Any) -> Any:
        return [await heard(guests, tool) for tool in ("leaves", "picks_up", "leaves")]

    in_time = [LogLine(level="INFO", message="in time")]
    assert jailed(launch(HANDLER, lifetime=Lifetime.SKILL, guests=GuestCount(0, 1)), act) == [in_time, [], in_time]


def test_a_listener_that_raises_is_the_loops_concern_and_costs_the_call_nothing() -> None:
    async def act(guests: Guests, *_: Any) -> list[str]:
        raised: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(str(context["exception"])))

        def hear(said: Progress | LogLine) -> None:
            raise RuntimeError(said.message)

        assert (await guests.call("leaves", {}, ANN, hear)).value == "left"
        assert (await guests.call("tells", {"word": "w", "times": 1}, ANN, hear)).value == "w"
        return raised

    assert jailed(launch(HANDLER, lifetime=Lifetime.SKILL), act) == ["in time", "w", "w 0"]


def test_a_hundred_thousand_lines_at_once_leave_the_loop_to_others() -> None:
    async def act(guests: Guests, *_: Any) -> tuple[int, float, float]:
        loop, said, longest = asyncio.get_running_loop(), 0, 0.0

        def hear(_: Progress | LogLine) -> None:
            nonlocal said
            said += 1

        await guests.call("tells", {"word": "first", "times": 1}, ANN)
        flood = asyncio.ensure_future(guests.call("floods", {}, ANN, hear))
        beside = asyncio.ensure_future(heard(guests, "tells", word="beside"))
        since = loop.time()
        beside.add_done_callback(lambda _: times.append(loop.time() - since))
        times: list[float] = []
        while not flood.done():
            before = time.thread_time()  # what a machine does beside is nobody's fault here
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)
        with pytest.raises(DeadlineExceeded):
            await flood
        assert await beside == in_order("beside")
        return said, longest, times[0]

    said, longest, beside = jailed(launch(HANDLER, limits=Limits(wall=2.0)), act)
    assert said > 200
    assert longest < 0.25
    assert beside < 2.0, "before the flood was ended"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('"progress","arguments":{"fraction":-3,"message":"m"}', Progress(fraction=0.0, message="m")),
        ('"progress","arguments":{"fraction":1e308,"message":"m"}', Progress(fraction=1.0, message="m")),
        (f'"progress","arguments":{{"fraction":1{"0" * 400}}}', Progress(fraction=1.0)),
        ('"progress","arguments":{"fraction":["0.5"],"message":{"a":1}}', Progress(fraction=0.0)),
        ('"progress","arguments":{}', Progress(fraction=0.0)),
        ('"log","arguments":{"level":["INFO"],"message":"m"}', LogLine(level="INFO", message="m")),
        ('"log","arguments":{"level":"NOTSET","message":null}', LogLine(level="INFO", message="")),
        (f'"log","arguments":{{"level":"ERROR","message":"{"x" * 20_000}"}}', LogLine(level="ERROR", message="x" * 8192)),
    ],
)
def test_a_forged_word_is_brought_into_order(arguments: str, expected: Progress | LogLine) -> None:
    async def act(guests: Guests, *_: Any) -> Said:
        return await heard(guests, "sends", arguments=arguments)

    assert jailed(launch(HANDLER), act) == [expected]


@pytest.mark.parametrize("fraction", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 5000])
def test_a_number_json_has_not_breaks_the_protocol_and_is_not_heard(fraction: str) -> None:
    async def act(guests: Guests, *_: Any) -> Said:
        said: Said = []
        arguments = f'"progress","arguments":{{"fraction":{fraction},"message":"m"}}'
        with pytest.raises(WireBroken):
            await guests.call("sends", {"arguments": arguments}, ANN, said.append)
        return said

    assert jailed(launch(HANDLER), act) == []


@pytest.mark.parametrize(
    ("fraction", "share"), [(float("nan"), 0.0), (float("inf"), 1.0), (float("-inf"), 0.0), (10**400, 1.0), (-(10**400), 0.0), (True, 1.0)]
)
def test_the_host_itself_makes_no_other_number_of_progress_than_a_share(fraction: float, share: float) -> None:
    broker = Broker([StateAsks(Recollection(), skill="probe", version=1)], output=Output())
    assert broker.tell("progress", {"fraction": fraction}) == Progress(fraction=share)


def test_every_level_of_logging_is_told_as_it_is() -> None:
    broker = Broker([StateAsks(Recollection(), skill="probe", version=1)], output=Output())
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        name = logging.getLevelName(level)
        assert broker.tell("log", {"level": name, "message": "m"}) == LogLine(level=name, message="m")
