"""A zygote says what it likes, with any descriptor: who asked for a guest has one or an error; out of order it is killed."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skillpod.errors import GuestDied, IsolationUnavailable
from skillpod.model.manifest import Limits
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.guest.walls.board import WALLS
from tests.support.puppet_zygote import PuppetZygotes, puppet_zygote, turned

anything = st.none() | st.booleans() | st.integers() | st.just(10**400) | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
numbers = st.sampled_from([1, 2, 3]) | anything
messages = st.one_of(
    st.fixed_dictionaries({"t": st.just("forked"), "id": numbers}),
    st.fixed_dictionaries({"t": st.just("refused"), "id": numbers}, optional={"detail": st.text(max_size=3) | anything}),
    st.fixed_dictionaries(
        {"t": st.just("exit"), "id": numbers},
        optional={"status": st.integers() | anything, "cpu": st.floats(0, 9) | anything, "peak": st.integers(0) | anything},
    ),
    st.fixed_dictionaries({}, optional={"t": anything, "id": numbers, "walls": anything}),
)
packets = st.tuples(
    messages.map(lambda message: json.dumps(message).encode()) | st.sampled_from([b"[]", b"{", b"\xff", b"[" * 99, b'{"id":NaN}']),
    st.sampled_from(["none", "process", "file", "wire"]),
)
FORKED = json.dumps({"t": "forked", "id": 1}).encode()


def descriptor(kind: str, puppets: PuppetZygotes) -> list[int]:
    match kind:
        case "process":
            return [puppets.pidfd()]
        case "file":
            return [os.open("/dev/null", os.O_RDONLY)]
        case "wire":
            return [os.open("/proc/self/fdinfo", os.O_RDONLY)]
    return []


async def heard(said: list[tuple[bytes, str]]) -> None:
    async with puppet_zygote() as (zygote, puppets):
        await zygote.start()
        asked = [asyncio.ensure_future(zygote.fork(Limits())) for _ in range(2)]
        await turned(lambda: len(puppets.asked) == 2)
        for data, kind in said:
            given_away = descriptor(kind, puppets)
            puppets.say(data, given_away)
            for number in given_away:
                os.close(number)
        for _ in range(3):
            await asyncio.sleep(0)
        for waiting in asked:
            if not waiting.done():
                assert zygote.alive, "who asked was left waiting for a zygote that has ended"
                waiting.cancel()
        ended = await asyncio.gather(*asked, return_exceptions=True)
        forked = [guest for guest in ended if isinstance(guest, Forked)]
        assert all(isinstance(guest, Forked | GuestDied | asyncio.CancelledError) for guest in ended)
        await zygote.close()
        assert all(guest.exited.done() for guest in forked)
        for guest in forked:
            guest.close()


@settings(max_examples=80, deadline=None)
@given(st.lists(packets, max_size=5))
@example([(FORKED, "none")])
@example([(FORKED, "file")])
@example([(FORKED, "process"), (FORKED, "process")])
@example([(FORKED, "process"), (b'{"t":"exit","id":1,"status":"x","cpu":0,"peak":0}', "none")])
def test_any_message_ends_in_a_guest_or_an_error_of_ours(said: list[tuple[bytes, str]]) -> None:
    asyncio.run(heard(said))


def test_a_zygote_that_breaks_the_protocol_is_killed_and_its_guests_count_as_dead() -> None:
    async def work() -> None:
        async with puppet_zygote() as (zygote, puppets):
            await zygote.start()
            asked = [asyncio.ensure_future(zygote.fork(Limits())) for _ in range(2)]
            await turned(lambda: len(puppets.asked) == 2)
            pidfd = puppets.pidfd()
            puppets.say(FORKED, [pidfd])
            os.close(pidfd)
            guest = await asked[0]
            puppets.say(b'{"t":"exit"}', [])
            await asyncio.wait_for(zygote.ended.wait(), 5)
            assert (await guest.exited).signal == 9
            with pytest.raises(GuestDied, match="forked from has ended"):
                await asked[1]
            assert not zygote.alive
            guest.close()

    asyncio.run(work())


@pytest.mark.parametrize(
    "told",
    [{"cpu": 10**400}, {"cpu": -1}, {"peak": 2**63}, {"peak": -1}, {"status": 256}, {"status": -65}],
    ids=["a time that is no float", "a time before all", "more memory than there is", "less than none", "no status", "no signal"],
)
def test_an_end_that_no_process_has_is_none(told: dict[str, int]) -> None:
    async def work() -> None:
        async with puppet_zygote() as (zygote, puppets):
            await zygote.start()
            asked = asyncio.ensure_future(zygote.fork(Limits()))
            await turned(lambda: len(puppets.asked) == 1)
            pidfd = puppets.pidfd()
            puppets.say(FORKED, [pidfd])
            os.close(pidfd)
            guest = await asked
            puppets.say(json.dumps({"t": "exit", "id": 1, "status": 0, "cpu": 0.1, "peak": 1, **told}).encode(), [])
            await asyncio.wait_for(zygote.ended.wait(), 5)
            assert (await guest.exited).signal == 9
            guest.close()

    asyncio.run(work())


def test_a_guest_whose_descriptor_found_no_room_is_an_error_and_costs_no_other_guest() -> None:
    async def work() -> None:
        async with puppet_zygote() as (zygote, puppets):
            await zygote.start()
            asked = asyncio.ensure_future(zygote.fork(Limits()))
            await turned(lambda: len(puppets.asked) == 1)
            puppets.say(FORKED, [])
            with pytest.raises(GuestDied, match="no guest could be taken") as died:
                await asked
            assert "ulimit" in died.value.hint
            puppets.say(b'{"t":"exit","id":1,"status":0,"cpu":0.1,"peak":1}', [])
            await asyncio.sleep(0)
            assert zygote.alive

    asyncio.run(work())


@settings(max_examples=40, deadline=None)
@given(
    st.binary(min_size=1, max_size=9)
    | st.fixed_dictionaries(
        {"t": st.sampled_from(["ready", "failed"])},
        optional={
            "walls": st.lists(st.dictionaries(st.sampled_from(["name", "state"]), st.sampled_from(WALLS) | anything), max_size=2)
            | anything,
            "wall": st.sampled_from(WALLS) | anything,
            "detail": anything,
        },
    ).map(lambda message: json.dumps(message).encode())
)
def test_whatever_a_zygote_answers_it_is_started_or_unavailable(answer: bytes) -> None:
    async def work() -> None:
        async with puppet_zygote(answer) as (zygote, _):
            try:
                await zygote.start()
            except IsolationUnavailable:
                assert not zygote.alive

    asyncio.run(work())


def test_a_zygote_that_names_wall_after_wall_is_tried_once_for_each() -> None:
    def failed(wall: Any) -> bytes:
        return json.dumps({"t": "failed", "wall": wall, "detail": "EPERM"}).encode()

    async def work() -> None:
        async with puppet_zygote(*map(failed, WALLS), failed(WALLS[0])) as (zygote, puppets):
            with pytest.raises(IsolationUnavailable, match=f"the wall {WALLS[0]} can't be put up: EPERM"):
                await zygote.start()
            assert len(puppets.processes) == len(WALLS) + 1

    asyncio.run(work())
