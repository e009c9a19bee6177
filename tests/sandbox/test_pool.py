"""The guests of a generation: how many there are, whose turn it is, what one call leaves for the next, and what is left at the end."""

from __future__ import annotations

import asyncio
import os
from textwrap import dedent
from typing import Any

import pytest

from skillpod.errors import Busy, DeadlineExceeded, GuestDied, LimitExceeded, ProbeFailed, SkillpodError, ToolRaised, UnknownTool
from skillpod.model.capability import Lifetime
from skillpod.model.command import OWNER, Caller
from skillpod.model.guest import Usage, charged
from skillpod.model.manifest import GuestCount, Limits
from skillpod.sandbox.pool import GuestPool
from tests.support.guests import Opened, launch, opened
from tests.support.open_zygote import OpenZygote
from tests.support.recollection import Recollection

HANDLER = """
    import asyncio, os, time
    from skillpod import Context, tool

    calls = []

    @tool
    def count() -> list[int]:
        calls.append(1)
        return [os.getpid(), len(calls)]

    @tool
    def sleeps(seconds: float) -> int:
        time.sleep(seconds)
        return os.getpid()

    @tool
    async def waits(seconds: float) -> int:
        await asyncio.sleep(seconds)
        return os.getpid()

    @tool
    def ends() -> int:
        os._exit(1)

    @tool
    def grows() -> int:
        raise MemoryError

    @tool
    def remembers(ctx: Context) -> int:
        ctx.state["count"] = ctx.state.get("count", 0) + 1
        return ctx.state["count"]
"""


async def quiet(pool: GuestPool) -> None:
    """Until no guest is on its way."""
    await asyncio.sleep(0)  # a spent guest is ended, and the next one started, right after its caller has the reply
    async with asyncio.timeout(10):
        while pool.census()["starting"]:
            await asyncio.sleep(0)


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


# --- lifetime: call --------------------------------------------------------------------------------------------------------------


def test_every_call_has_a_guest_of_its_own(zygote: OpenZygote) -> None:
    async def several() -> list[Any]:
        async with opened(zygote, launch(HANDLER)) as guests:
            return [await guests.call("count") for _ in range(4)]

    seen = asyncio.run(several())
    assert [count for _, count in seen] == [1, 1, 1, 1]
    assert len({process for process, _ in seen}) == 4


def test_a_guest_of_one_call_is_gone_after_it(zygote: OpenZygote) -> None:
    async def once() -> int:
        async with opened(zygote, launch(HANDLER)) as guests:
            process, _ = await guests.call("count")
            await until(lambda: not alive(process))
            assert guests.deaths == []
            return int(process)

    assert not alive(asyncio.run(once()))


def test_the_guest_that_proved_the_generation_serves_the_first_call(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER)) as guests:
            await guests.pool.prove()
            assert guests.pool.census() == {"idle": 1, "busy": 0, "starting": 0, "started": 1, "died": 0}
            await guests.call("count")
            await quiet(guests.pool)
            assert guests.pool.census()["idle"] == 1
            assert zygote.forks == 2

    asyncio.run(once())


def test_nothing_is_started_before_it_is_needed(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER)) as guests:
            assert guests.pool.report is None
            await asyncio.sleep(0)
            assert zygote.forks == 0

    asyncio.run(once())


def test_guests_ahead_follow_the_demand_and_never_exceed_the_most(zygote: OpenZygote) -> None:
    async def burst() -> None:
        async with opened(zygote, launch(HANDLER, guests=GuestCount(0, 3))) as guests:
            await asyncio.gather(*(guests.call("waits", seconds=0.02) for _ in range(12)))
            await quiet(guests.pool)
            assert guests.pool.census()["idle"] == 3

    asyncio.run(burst())


def test_at_most_max_calls_run_at_once_and_the_others_wait_their_turn(zygote: OpenZygote) -> None:
    async def crowd() -> None:
        async with opened(zygote, launch(HANDLER, guests=GuestCount(0, 2))) as guests:
            order: list[int] = []

            async def one(number: int) -> None:
                await guests.call("waits", seconds=0.03)
                order.append(number)

            calls = [asyncio.ensure_future(one(number)) for number in range(6)]
            while not all(call.done() for call in calls):
                assert guests.pool.census()["busy"] <= 2
                await asyncio.sleep(0.001)
            assert [number // 2 for number in order] == [0, 0, 1, 1, 2, 2]

    asyncio.run(crowd())


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_a_caller_waits_no_longer_than_the_wall_and_hears_busy(zygote: OpenZygote, lifetime: Lifetime) -> None:
    """There is time for one call after another, on a busy machine too, and never for two."""

    async def once() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=lifetime, limits=Limits(wall=2.0), guests=GuestCount(0, 1))) as guests:
            await guests.call("waits", seconds=0)  # until there is a guest, the first call waits too
            calls = [asyncio.ensure_future(guests.call("waits", seconds=1.1)) for _ in range(3)]
            ended = await asyncio.gather(*calls, return_exceptions=True)
            assert [type(end) for end in ended] == [int, int, Busy]

    asyncio.run(once())


def test_a_cancelled_call_of_a_single_use_guest_ends_its_guest(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER, guests=GuestCount(0, 1))) as guests:
            call = asyncio.ensure_future(guests.call("sleeps", seconds=60))
            await until(lambda: guests.pool.census()["busy"])
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert guests.pool.census()["busy"] == 0
            assert (await guests.call("count"))[1] == 1
            assert guests.deaths == []

    asyncio.run(once())


def test_a_caller_that_leaves_the_line_takes_no_guest_with_it(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER, guests=GuestCount(0, 1))) as guests:
            first = asyncio.ensure_future(guests.call("waits", seconds=0.05))
            await until(lambda: guests.pool.census()["busy"])
            second, third = (asyncio.ensure_future(guests.call("count")) for _ in range(2))
            await asyncio.sleep(0)
            second.cancel()
            await first
            assert (await third)[1] == 1
            await quiet(guests.pool)
            assert guests.pool.census()["busy"] == 0

    asyncio.run(once())


# --- lifetime: skill -------------------------------------------------------------------------------------------------------------


def test_a_warm_guest_keeps_what_it_knows_from_call_to_call(zygote: OpenZygote) -> None:
    async def several() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SKILL)) as guests:
            seen = [await guests.call("count") for _ in range(3)]
            assert [count for _, count in seen] == [1, 2, 3]
            assert len({process for process, _ in seen}) == 1

    asyncio.run(several())


def test_warm_guests_grow_with_waiting_callers_up_to_the_most(zygote: OpenZygote) -> None:
    async def crowd() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SKILL, guests=GuestCount(0, 3))) as guests:
            ran = await asyncio.gather(*(guests.call("waits", seconds=0.05) for _ in range(9)))
            assert len(set(ran)) == 3
            assert zygote.forks == 3

    asyncio.run(crowd())


def test_overlapping_calls_share_one_guest_as_far_as_it_may(zygote: OpenZygote) -> None:
    async def crowd() -> None:
        started = launch(HANDLER, lifetime=Lifetime.SKILL, guests=GuestCount(0, 2), concurrency=4)
        async with opened(zygote, started) as guests:
            ran = await asyncio.gather(*(guests.call("waits", seconds=0.05) for _ in range(4)))
            assert len(set(ran)) == 1
            ran = await asyncio.gather(*(guests.call("waits", seconds=0.5) for _ in range(8)))  # for longer than a guest takes to start
            assert len(set(ran)) == 2

    asyncio.run(crowd())


@pytest.mark.parametrize("tool", ["ends", "grows"])
def test_a_warm_guest_that_died_or_ran_out_of_memory_is_replaced(zygote: OpenZygote, tool: str) -> None:
    async def several() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SKILL)) as guests:
            before, _ = await guests.call("count")
            with pytest.raises(SkillpodError):
                await guests.call(tool)
            await quiet(guests.pool)
            assert guests.pool.census()["idle"] == 1
            after, count = await guests.call("count")
            assert before != after
            assert count == 1
            assert guests.pool.census()["died"] == len(guests.deaths) == (1 if tool == "ends" else 0)

    asyncio.run(several())


def test_a_deadline_ends_the_guest_and_those_who_shared_it_hear_why(zygote: OpenZygote) -> None:
    async def several() -> None:
        started = launch(HANDLER, lifetime=Lifetime.SKILL, guests=GuestCount(0, 1), concurrency=2, limits=Limits(wall=0.5))
        async with opened(zygote, started) as guests:
            late = asyncio.ensure_future(guests.call("waits", seconds=30))
            await until(lambda: guests.pool.census()["busy"])
            await asyncio.sleep(0.2)
            innocent = asyncio.ensure_future(guests.call("waits", seconds=30))
            ended = await asyncio.gather(late, innocent, return_exceptions=True)
            assert [type(end) for end in ended] == [DeadlineExceeded, GuestDied]
            assert "another call" in str(ended[1])
            assert guests.deaths == []

    asyncio.run(several())


def test_a_cancelled_call_of_a_warm_guest_ends_it_when_it_runs_one_call_at_a_time(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SKILL, guests=GuestCount(0, 1))) as guests:
            before, _ = await guests.call("count")
            call = asyncio.ensure_future(guests.call("sleeps", seconds=60))
            await until(lambda: guests.pool.census()["busy"])
            call.cancel()
            await asyncio.wait([call])
            after, _ = await guests.call("count")
            assert before != after
            assert guests.deaths == []

    asyncio.run(once())


def test_a_cancelled_call_of_a_shared_guest_leaves_the_others_alone(zygote: OpenZygote) -> None:
    async def once() -> None:
        started = launch(HANDLER, lifetime=Lifetime.SKILL, guests=GuestCount(0, 1), concurrency=2)
        async with opened(zygote, started) as guests:
            process, _ = await guests.call("count")
            other = asyncio.ensure_future(guests.call("waits", seconds=0.2))
            call = asyncio.ensure_future(guests.call("waits", seconds=0.1))
            await until(lambda: guests.pool.census()["busy"])
            await asyncio.sleep(0)
            call.cancel()
            third = asyncio.ensure_future(guests.call("waits", seconds=0))
            assert await other == process
            assert await third == process

    asyncio.run(once())


def test_min_guests_are_kept_once_the_generation_is_proved(zygote: OpenZygote) -> None:
    async def once(lifetime: Lifetime) -> None:
        async with opened(zygote, launch(HANDLER, lifetime=lifetime, guests=GuestCount(2, 3))) as guests:
            await guests.pool.prove()
            await quiet(guests.pool)
            assert guests.pool.census()["idle"] == 2

    asyncio.run(once(Lifetime.CALL))
    asyncio.run(once(Lifetime.SKILL))


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_a_generation_that_is_proved_again_and_again_keeps_no_more_than_the_most(zygote: OpenZygote, lifetime: Lifetime) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=lifetime, guests=GuestCount(0, 2))) as guests:
            for _ in range(4):
                await guests.pool.prove()
            assert guests.pool.census()["idle"] == 2

    asyncio.run(once())


def test_a_tool_the_skill_does_not_have_is_refused_before_a_guest_is_started(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER)) as guests:
            for name in ("calls", "__import__", 'x","y":"'):
                with pytest.raises(UnknownTool):
                    await guests.call(name)
            assert zygote.forks == 0

    asyncio.run(once())


# --- lifetime: session -----------------------------------------------------------------------------------------------------------

ANN, BOB = Caller(principal="ann", session="s"), Caller(principal="bob", session="s")


def test_a_session_is_one_guest_for_one_principal_and_key(zygote: OpenZygote) -> None:
    async def several() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SESSION)) as guests:
            assert (await guests.call("count", ANN))[1] == 1
            assert (await guests.call("count", BOB))[1] == 1
            assert (await guests.call("count", ANN))[1] == 2
            assert (await guests.call("count", Caller(principal="ann", session="t")))[1] == 1

    asyncio.run(several())


def test_without_a_key_a_session_skill_has_a_fresh_guest_for_each_call(zygote: OpenZygote) -> None:
    async def several() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SESSION)) as guests:
            assert [(await guests.call("count", OWNER))[1] for _ in range(3)] == [1, 1, 1]

    asyncio.run(several())


def test_the_session_unused_longest_makes_room_for_a_new_one(zygote: OpenZygote) -> None:
    async def several() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SESSION, guests=GuestCount(0, 2))) as guests:
            first, second, third = (Caller(principal="ann", session=key) for key in "abc")
            await guests.call("count", first)
            await guests.call("count", second)
            await guests.call("count", first)
            await guests.call("count", third)
            assert (await guests.call("count", first))[1] == 3
            assert (await guests.call("count", second))[1] == 1
            assert guests.pool.census()["idle"] == 2

    asyncio.run(several())


def test_a_session_waits_for_room_while_all_are_busy(zygote: OpenZygote) -> None:
    async def several() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SESSION, guests=GuestCount(0, 1))) as guests:
            busy = asyncio.ensure_future(guests.call("waits", ANN, seconds=0.1))
            await until(lambda: guests.pool.census()["busy"])
            assert (await guests.call("count", BOB))[1] == 1
            assert busy.done()

    asyncio.run(several())


def test_a_session_that_is_idle_ends_while_another_is_busy(zygote: OpenZygote) -> None:
    async def several() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SESSION), idle=0.2) as guests:
            idle, _ = await guests.call("count", ANN)
            calls = 0
            while alive(idle):
                calls += 1
                assert (await guests.call("count", BOB))[1] == calls
                await asyncio.sleep(0.01)
                assert calls < 1000
            assert (await guests.call("count", BOB))[1] == calls + 1
            assert (await guests.call("count", ANN))[1] == 1
            assert guests.deaths == []

    asyncio.run(several())


def test_a_session_that_is_called_now_and_then_is_not_idle(zygote: OpenZygote) -> None:
    async def several() -> None:
        loop = asyncio.get_running_loop()
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SESSION), idle=0.4) as guests:
            until_then, calls = loop.time() + 1.0, 0
            while loop.time() < until_then:
                calls += 1
                assert (await guests.call("count", ANN))[1] == calls
                await guests.call("waits", ANN, seconds=0.05)

    asyncio.run(several())


def test_a_call_that_runs_longer_than_the_idle_time_keeps_its_guest_and_is_idle_after_it(zygote: OpenZygote) -> None:
    async def one() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=Lifetime.SESSION), idle=0.1) as guests:
            before, _ = await guests.call("count", ANN)
            assert await guests.call("waits", ANN, seconds=0.5) == before
            await until(lambda: not alive(before))
            assert guests.pool.census()["idle"] == 0

    asyncio.run(one())


# --- rest, sleep and the end -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_at_rest_one_guest_is_kept_and_a_call_still_works(zygote: OpenZygote, lifetime: Lifetime) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=lifetime, guests=GuestCount(0, 3))) as guests:
            await asyncio.gather(*(guests.call("waits", seconds=0.02) for _ in range(6)))
            await quiet(guests.pool)
            await guests.pool.rest()
            assert guests.pool.census()["idle"] == 1
            await guests.call("count")
            await quiet(guests.pool)
            assert guests.pool.census()["idle"] == (0 if lifetime is Lifetime.CALL else 1)
            await guests.call("count")
            await guests.pool.wake()
            await quiet(guests.pool)
            assert guests.pool.census()["idle"] >= 1

    asyncio.run(once())


@pytest.mark.parametrize("lifetime", list(Lifetime))
def test_without_calls_for_long_no_guest_is_left_and_the_next_call_starts_one(zygote: OpenZygote, lifetime: Lifetime) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER, lifetime=lifetime), idle=0.1) as guests:
            await guests.call("count", ANN)
            await until(lambda: not guests.pool.census()["idle"])
            forks = zygote.forks
            await asyncio.sleep(0.05)
            assert zygote.forks == forks
            assert (await guests.call("count", ANN))[1] == 1
            assert guests.deaths == []

    asyncio.run(once())


def test_a_guest_that_takes_longer_to_start_than_one_is_kept_is_not_kept_for_ever(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch("import time\ntime.sleep(0.4)\n" + dedent(HANDLER)), idle=0.1) as guests:
            await guests.call("count")  # the next one is started meanwhile, for nobody
            await until(lambda: guests.pool.census()["started"] == 2)
            await until(lambda: not guests.pool.census()["idle"])

    asyncio.run(once())


@pytest.mark.parametrize("lifetime", list(Lifetime))
def test_close_ends_calls_in_flight_and_in_line_and_leaves_nothing_behind(zygote: OpenZygote, lifetime: Lifetime) -> None:
    async def once() -> None:
        loop = asyncio.get_running_loop()
        async with opened(zygote, launch(HANDLER, lifetime=lifetime, guests=GuestCount(0, 1))) as guests:
            process, _ = await guests.call("count", ANN)
            calls = [asyncio.ensure_future(guests.call("sleeps", ANN, seconds=60)) for _ in range(2)]
            await until(lambda: guests.pool.census()["busy"])
            before = loop.time()
            await asyncio.gather(guests.pool.close(), guests.pool.close())
            assert loop.time() - before < 2
            ended = await asyncio.gather(*calls, return_exceptions=True)
            assert [type(end) for end in ended] == [GuestDied, GuestDied]
            assert not alive(process)
            with pytest.raises(GuestDied):
                await guests.call("count", ANN)
            with pytest.raises(GuestDied):
                await guests.pool.prove()
            assert guests.deaths == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(once())
    before = os.listdir("/proc/self/fd")
    asyncio.run(once())
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_close_while_guests_are_starting_leaves_nothing_behind(zygote: OpenZygote) -> None:
    async def once() -> None:
        async with opened(zygote, launch(HANDLER, guests=GuestCount(0, 4))) as guests:
            calls = [asyncio.ensure_future(guests.call("count")) for _ in range(4)]
            proving = asyncio.ensure_future(guests.pool.prove())
            await asyncio.sleep(0)
            await guests.pool.close()
            ended = await asyncio.gather(*calls, proving, return_exceptions=True)
            assert [type(end) for end in ended] == [GuestDied] * 5
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(once())
    before = os.listdir("/proc/self/fd")
    asyncio.run(once())
    assert len(os.listdir("/proc/self/fd")) == len(before)


# --- failures while starting -----------------------------------------------------------------------------------------------------

BROKEN = "from skillpod import tool\n@tool\ndef look() -> int:\n    return 1\nraise ValueError('never')\n"


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_when_guests_do_not_start_every_caller_hears_it_and_no_storm_of_forks_follows(zygote: OpenZygote, lifetime: Lifetime) -> None:
    async def once() -> None:
        async with opened(zygote, launch(BROKEN, lifetime=lifetime, guests=GuestCount(0, 2))) as guests:
            ended = await asyncio.gather(*(guests.call("look") for _ in range(5)), return_exceptions=True)
            assert [type(end) for end in ended] == [ProbeFailed] * 5
            forks = zygote.forks
            assert forks <= 7
            await asyncio.sleep(0.05)
            assert zygote.forks == forks
            assert all(isinstance(death, ProbeFailed) for death in guests.deaths)

    asyncio.run(once())


def test_a_guest_that_dies_waiting_is_replaced_and_heard_of(zygote: OpenZygote) -> None:
    handler = """
        import os, threading
        from skillpod import tool

        @tool
        def look() -> int:
            return 1

        threading.Timer(0.05, os._exit, [9]).start()
    """

    async def once() -> None:
        async with opened(zygote, launch(handler)) as guests:
            await guests.pool.prove()
            await guests.died.wait()
            assert "exit status 9 while it waited for a call" in str(guests.deaths[0])
            assert await guests.call("look") == 1

    asyncio.run(once())


# --- what outlives a guest -------------------------------------------------------------------------------------------------------


def test_state_outlives_guests_calls_and_generations(zygote: OpenZygote) -> None:
    memory = Recollection()

    async def generation(lifetime: Lifetime) -> list[int]:
        async with opened(zygote, launch(HANDLER, lifetime=lifetime), memory=memory) as guests:
            return [await guests.call("remembers") for _ in range(3)]

    assert asyncio.run(generation(Lifetime.CALL)) == [1, 2, 3]
    assert asyncio.run(generation(Lifetime.SKILL)) == [4, 5, 6]
    assert memory.get("probe", "count") == 6


def test_a_reply_says_what_the_call_used(zygote: OpenZygote) -> None:
    handler = """
        import time
        from skillpod import tool

        @tool
        def works(seconds: float) -> int:
            until = time.process_time() + seconds
            while time.process_time() < until:
                pass
            return 1
    """

    async def once(guests: Opened, seconds: float) -> Any:
        return (await guests.pool.call("works", {"seconds": seconds}, OWNER)).usage

    async def twice() -> None:
        async with opened(zygote, launch(handler, lifetime=Lifetime.SKILL)) as guests:
            long, short = await once(guests, 0.1), await once(guests, 0.0)
            assert 0.09 < long.cpu < 0.2
            assert long.wall >= 0.1
            assert short.cpu < 0.05
            assert long.peak > 5_000_000

    asyncio.run(twice())


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
@pytest.mark.parametrize(
    ("how", "kind", "is_peak_known"),
    [
        ("raises", ToolRaised, True),
        ("ends", GuestDied, True),
        ("fills", LimitExceeded, True),
        ("goes on", DeadlineExceeded, False),
        ("leaves", asyncio.CancelledError, False),
    ],
)
def test_what_ended_a_call_without_a_reply_says_what_it_used(
    zygote: OpenZygote, how: str, kind: type[BaseException], is_peak_known: bool, lifetime: Lifetime
) -> None:
    handler = """
        import os, time
        from skillpod import Context, tool

        @tool
        def works(how: str, ctx: Context) -> int:
            until = time.process_time() + 0.1
            while time.process_time() < until:
                pass
            if how == "ends":
                os._exit(1)
            if how == "raises":
                raise ValueError
            if how == "fills":
                raise MemoryError
            ctx.state["worked"] = True
            time.sleep(60)
    """

    async def once() -> Usage | None:
        wall = 3.0 if kind is DeadlineExceeded else 30.0  # a busy machine takes long over a tenth of a second of work
        async with opened(zygote, launch(handler, lifetime=lifetime, limits=Limits(wall=wall))) as guests:
            call = asyncio.ensure_future(guests.call("works", how=how))
            if how == "leaves":
                await until(lambda: "worked" in guests.memory.keys("probe"))
                call.cancel()
            with pytest.raises(kind) as ended:
                await call
            return charged(ended.value)

    used = asyncio.run(once())
    assert used is not None
    assert 0.09 < used.cpu < 0.3
    assert used.wall >= used.cpu * 0.9
    assert (used.peak > 5_000_000) is is_peak_known


def test_a_tool_that_raises_does_not_cost_a_warm_guest(zygote: OpenZygote) -> None:
    handler = "from skillpod import tool\nseen = []\n@tool\ndef look() -> int:\n    seen.append(1)\n    raise ValueError(len(seen))\n"

    async def several() -> None:
        async with opened(zygote, launch(handler, lifetime=Lifetime.SKILL)) as guests:
            for number in (1, 2, 3):
                with pytest.raises(ToolRaised, match=str(number)):
                    await guests.call("look")
            assert guests.deaths == []

    asyncio.run(several())
