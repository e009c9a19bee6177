"""Guests behind the real walls, from a real zygote: what they can't do, how their limits are told, and who replaces a dead zygote."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import GuestDied, IsolationUnavailable, LimitExceeded, ProgramUnusable, SkillpodError, ToolRaised, VolumeUnusable
from skillpod.model.capability import Isolation, Lifetime, Permissions, VolumeAsk
from skillpod.model.command import Caller
from skillpod.model.manifest import MIB, GuestCount, Limits
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from tests.support.guests import launch, opened
from tests.support.jailed import jailed, sandbox, value
from tests.support.open_zygote import OpenZygote
from tests.support.recollection import Recollection
from tests.support.volumes import volume

HANDLER = """
    import asyncio, os, socket, sys, threading, time
    from skillpod import Context, tool

    @tool
    def looks() -> dict[str, object]:
        def tried(what):
            try:
                return what()
            except BaseException as error:
                return type(error).__name__
        return {
            "passwd": tried(lambda: open("/etc/passwd").read()),
            "proc": tried(lambda: open("/proc/self/environ").read()),
            "socket": tried(lambda: socket.socket().fileno()),
            "environment": sorted(os.environ),
        }

    @tool
    def forks() -> str:
        try:
            child = os.fork()
        except OSError as error:
            return type(error).__name__
        if not child:
            os._exit(0)
        return "forked"

    @tool
    def takes(mebibytes: int) -> int:
        return len(bytearray(mebibytes * 2**20))

    @tool
    def spins() -> int:
        while True:
            pass

    @tool
    def recurses(depth: int = 0) -> int:
        sys.setrecursionlimit(10**9)
        return recurses(depth + 1)

    @tool
    def threads(count: int) -> int:
        done = threading.Event()
        started = 0
        try:
            for _ in range(count):
                threading.Thread(target=done.wait, daemon=True).start()
                started += 1
        except RuntimeError:
            pass
        done.set()
        return started

    @tool
    def writes(mebibytes: int) -> str:
        try:
            with open("/tmp/file", "wb") as file:
                for _ in range(mebibytes):
                    file.write(bytes(2**20))
        except OSError as error:
            return type(error).__name__
        return "written"

    @tool
    async def sleeps(seconds: float) -> int:
        await asyncio.sleep(seconds)
        return 1

    @tool
    def runs(ctx: Context) -> int:
        ctx.state["running"] = True
        time.sleep(60)
        return 1

    @tool
    def remembers(ctx: Context) -> int:
        ctx.state["count"] = ctx.state.get("count", 0) + 1
        return ctx.state["count"]
"""
HOARDING = """
    from skillpod import tool

    kept = []

    class Node:
        pass

    @tool
    def small() -> int:
        while True:
            kept.append(bytearray(10))

    @tool
    def large() -> int:
        while True:
            kept.append(bytearray(10**6))

    @tool
    def objects() -> int:
        while True:
            node = Node()
            node.itself = [node]
            kept.append(node)

    @tool
    def message() -> int:
        raise ValueError("x" * 50 * 2**20)

    @tool
    def result() -> list[list[int]]:
        return [[number] for number in range(2_000_000)]

    @tool
    async def waits() -> int:
        return small()
"""
SMALL = Limits(wall=10.0, cpu=2.0, memory=64 * MIB, threads=8, scratch=4 * MIB)


def test_a_guest_sees_no_file_of_the_host_no_secret_no_socket_and_no_child() -> None:
    async def act(guests: Guests, *_: Any) -> Any:
        return {**await value(guests, "looks"), "fork": await value(guests, "forks")}

    seen = jailed(launch(HANDLER), act)
    assert seen["passwd"] in ("FileNotFoundError", "PermissionError")
    assert seen["proc"] in ("FileNotFoundError", "PermissionError")
    assert seen["socket"] == "PermissionError"
    assert seen["fork"] == "PermissionError"
    assert "PATH" not in seen["environment"]


def test_the_same_guest_without_walls_sees_them(zygote: OpenZygote) -> None:
    async def once() -> Any:
        async with opened(zygote, launch(HANDLER)) as guests:
            return {**await guests.call("looks"), "fork": await guests.call("forks")}

    seen = asyncio.run(once())
    assert "root" in seen["passwd"]
    assert type(seen["socket"]) is int
    assert seen["fork"] == "forked"


def test_every_guest_reports_its_walls_and_its_self_test() -> None:
    async def act(guests: Guests, _: Any, jail: JailSandbox) -> Any:
        assert guests.report is None
        await guests.prove()
        assert guests.report is not None
        empty = await jail.report()
        assert [wall.name for wall in empty.walls] == [wall.name for wall in guests.report.walls]
        return guests.report.as_dict()

    report = jailed(launch(HANDLER), act)
    required = [wall for wall in report["walls"] if wall["required"]]
    assert required
    assert {wall["state"] for wall in required} == {"active"}
    assert set(report["self_test"].values()) == {"refused"}


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_memory_over_the_limit_is_told_as_that_limit_and_the_next_call_works(lifetime: Lifetime) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], _: JailSandbox) -> None:
        with pytest.raises(LimitExceeded, match="64 MiB") as failure:
            await value(guests, "takes", mebibytes=200)
        assert failure.value.at == "limits.memory"
        assert await value(guests, "takes", mebibytes=10) == 10 * MIB
        assert deaths == []

    jailed(launch(HANDLER, limits=SMALL, lifetime=lifetime), act)


@pytest.mark.parametrize("tool", ["small", "large", "objects", "message", "result", "waits"])
@pytest.mark.parametrize("concurrency", [1, 2])
def test_however_memory_is_used_up_it_is_told_as_that_limit(tool: str, concurrency: int) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], _: JailSandbox) -> None:
        for _turn in range(2):
            with pytest.raises(LimitExceeded) as failure:
                await value(guests, tool)
            assert failure.value.at == "limits.memory"

    jailed(launch(HOARDING, limits=SMALL, lifetime=Lifetime.SKILL, concurrency=concurrency), act)


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_processor_time_over_the_limit_is_told_as_that_limit(lifetime: Lifetime) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], _: JailSandbox) -> None:
        with pytest.raises(LimitExceeded) as failure:
            await value(guests, "spins")
        assert failure.value.at == "limits.cpu"
        assert len(deaths) == 1

    jailed(launch(HANDLER, limits=Limits(wall=20.0, cpu=0.2), lifetime=lifetime), act)


def test_endless_recursion_ends_the_call_and_not_the_pod() -> None:
    async def act(guests: Guests, *_: Any) -> None:
        with pytest.raises((LimitExceeded, GuestDied, ToolRaised)):
            await value(guests, "recurses")
        assert await value(guests, "takes", mebibytes=1) == MIB

    jailed(launch(HANDLER, limits=replace(SMALL, cpu=0.5)), act)


def test_threads_and_scratch_end_at_their_limits() -> None:
    async def act(guests: Guests, *_: Any) -> Any:
        return (
            await value(guests, "threads", count=100),
            await value(guests, "writes", mebibytes=1),
            await value(guests, "writes", mebibytes=9),
        )

    started, small, large = jailed(launch(HANDLER, limits=SMALL), act)
    # An ordinary user's guests share one user id, so the kernel can only count their threads together (SECURITY.md says so).
    assert 1 <= started <= 100 if os.geteuid() else 1 <= started < 100
    assert (small, large) == ("written", "OSError")


def test_state_and_overlapping_calls_work_behind_the_walls() -> None:
    async def act(guests: Guests, *_: Any) -> Any:
        assert await value(guests, "remembers") == 1
        together = await asyncio.gather(*(value(guests, "sleeps", seconds=0.05) for _ in range(8)))
        return sum(together) + await value(guests, "remembers")

    assert jailed(launch(HANDLER, lifetime=Lifetime.SKILL, concurrency=8), act) == 10


@pytest.mark.parametrize("lifetime", [Lifetime.CALL, Lifetime.SKILL])
def test_when_the_zygote_dies_calls_in_flight_hear_it_and_the_next_has_a_new_one(lifetime: Lifetime) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        assert await value(guests, "remembers") == 1
        call = asyncio.ensure_future(value(guests, "runs"))
        async with asyncio.timeout(10):
            while "running" not in jail._means.memory.keys("probe"):
                await asyncio.sleep(0.001)
        (domain,) = jail._trusted.values()
        zygote = await domain.zygote()
        assert zygote._process is not None
        os.kill(zygote._process._process.pid, signal.SIGKILL)
        with pytest.raises(GuestDied, match="process guests are forked from"):
            await call
        assert await value(guests, "remembers") == 2

    jailed(launch(HANDLER, lifetime=lifetime), act)


@pytest.mark.parametrize("lifetime", list(Lifetime))
def test_when_the_zygote_dies_every_call_of_every_skill_hears_it_and_all_are_served_again(lifetime: Lifetime) -> None:
    async def once() -> None:
        async with sandbox() as jail:
            deaths: list[SkillpodError] = []
            skills = [
                jail.open(launch(HANDLER, name=name, lifetime=lifetime, guests=GuestCount(0, 3)), on_death=deaths.append)
                for name in ("first", "second")
            ]
            callers = [Caller(principal="ann", session=key) for key in "abc"]
            calls = [asyncio.ensure_future(guests.call("sleeps", {"seconds": 60}, caller)) for guests in skills for caller in callers]
            async with asyncio.timeout(10):
                while sum(guests.census()["busy"] for guests in skills) < len(calls):
                    await asyncio.sleep(0.001)
            (domain,) = jail._trusted.values()
            zygote = await domain.zygote()
            assert zygote._process is not None
            os.kill(zygote._process._process.pid, signal.SIGKILL)
            for heard in await asyncio.gather(*calls, return_exceptions=True):
                assert isinstance(heard, GuestDied)
                assert "the process guests are forked from ended while running sleeps" in str(heard)
            again = [await guests.call("sleeps", {"seconds": 0}, caller) for guests in skills for caller in callers]
            assert [reply.value for reply in again] == [1] * len(calls)
            assert len(jail._trusted) == 1
            assert deaths
            for guests in skills:
                await guests.close()

    asyncio.run(once())


def test_grants_and_isolation_this_sandbox_can_not_give_are_refused_by_name() -> None:
    async def once() -> None:
        async with sandbox() as jail:
            granted = Permissions(environment=frozenset({"TZ"}), programs=frozenset({"git"}))
            with pytest.raises(ProgramUnusable, match="no file is bound to the program `git`"):
                jail.open(launch(HANDLER, grants=granted), on_death=lambda _: None)
            with pytest.raises(IsolationUnavailable, match="module"):
                jail.open(launch(HANDLER, isolation=Isolation.MODULE), on_death=lambda _: None)

    asyncio.run(once())


def test_a_wall_the_operator_opted_out_of_is_reported_as_disabled_for_that_skill_only() -> None:
    async def once() -> None:
        async with sandbox() as jail:
            states = []
            for opted_out in ((), (("landlock", "an old kernel"),)):
                guests = jail.open(launch(HANDLER, opted_out=opted_out), on_death=lambda _: None)
                await guests.prove()
                assert guests.report is not None
                states.append({wall.name: wall.state.value for wall in guests.report.walls}["landlock"])
                await guests.close()
            assert states == ["active", "disabled"]

    asyncio.run(once())


def test_skills_that_agree_in_volumes_share_a_zygote_and_one_that_nobody_uses_is_ended(tmp_path: Path) -> None:
    async def once() -> None:
        places = [tmp_path / name for name in ("one", "two")]
        for place in places:
            place.mkdir(exist_ok=True)
        jail = JailSandbox(Means(memory=Recollection()), linger=0.05)
        await jail.start()
        opened = [jail.open(launch(HANDLER, volumes=(volume(place),)), on_death=lambda _: None) for place in (*places, places[0])]
        for guests in opened:
            await guests.prove()
        zygotes = [domain for trust, domain in jail._trusted.items() if trust.volumes]
        assert len(zygotes) == 2
        shared = await zygotes[0].zygote()
        await opened[0].close()
        assert shared.alive  # the third has it too
        await opened[2].close()
        async with asyncio.timeout(10):
            await shared.ended.wait()
        assert (await zygotes[1].zygote()).alive
        again = jail.open(launch(HANDLER, volumes=(volume(places[0]),)), on_death=lambda _: None)
        await again.prove()
        for guests in (opened[1], again):
            await guests.close()
        await jail.close()
        assert not jail._trusted

    asyncio.run(once())
    before = len(os.listdir("/proc/self/fd"))
    asyncio.run(once())
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_granted_volume_without_a_directory_is_refused_by_name() -> None:
    async def once() -> None:
        async with sandbox() as jail:
            with pytest.raises(VolumeUnusable, match="`notes`"):
                jail.open(launch(HANDLER, grants=Permissions(volumes=frozenset({VolumeAsk("notes", "read")}))), on_death=lambda _: None)

    asyncio.run(once())


def test_a_closed_sandbox_leaves_no_process_and_no_descriptor_behind() -> None:
    async def once() -> None:
        async with sandbox() as jail:
            guests = jail.open(launch(HANDLER), on_death=lambda _: None)
            await value(guests, "takes", mebibytes=1)
            await guests.close()
        with pytest.raises(IsolationUnavailable):
            await jail.start()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(once())
    before = len(os.listdir("/proc/self/fd"))
    asyncio.run(once())
    assert len(os.listdir("/proc/self/fd")) == before


DRAWS = """
    import random
    from skillpod import tool

    @tool
    def draw() -> list[float]:
        return [random.random(), random.SystemRandom().random()]
"""


def test_guests_of_one_zygote_draw_numbers_of_their_own() -> None:
    """Forked from one process that had seeded its generator, all would draw the same."""

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> list[list[float]]:
        return [await value(guests, "draw") for _ in range(3)]

    drawn = jailed(launch(DRAWS), act)
    assert len({number for pair in drawn for number in pair}) == 6
