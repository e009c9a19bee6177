"""``ctx.now`` and ``ctx.seed`` in a guest: constant within a call, told afterwards, and fixed by who wants a run done again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from skillpod.model.capability import Lifetime
from skillpod.model.command import Caller
from skillpod.model.conditions import FREE, SEEDS, Conditions
from skillpod.model.guest import Reply
from tests.support.guests import launch, opened
from tests.support.open_zygote import OpenZygote

HANDLER = """
import asyncio, random
from skillpod import Context, tool

@tool
def twice(ctx: Context) -> list:
    return [ctx.now().isoformat(), ctx.seed, ctx.now().isoformat(), ctx.seed]

@tool
def roll(ctx: Context) -> list[float]:
    chance = random.Random(ctx.seed)
    return [chance.random() for _ in range(3)]

@tool
def nothing(ctx: Context) -> int:
    return 1
"""


def replies(zygote: OpenZygote, tool: str, *conditions: Conditions, lifetime: Lifetime = Lifetime.CALL) -> list[Reply]:
    async def once() -> list[Reply]:
        async with opened(zygote, launch(HANDLER, lifetime=lifetime)) as guests:
            return [await guests.pool.call(tool, {}, Caller(session="s", conditions=each)) for each in conditions]

    return asyncio.run(once())


def reach(reply: Reply) -> dict[str, Any]:
    return reply.usage.reach.as_dict()


def test_they_are_constant_within_a_call_and_others_in_the_next(zygote: OpenZygote) -> None:
    first, second = replies(zygote, "twice", FREE, FREE)
    assert first.value[:2] == first.value[2:]
    assert second.value[0] > first.value[0]
    assert second.value[1] != first.value[1]
    assert reach(first)["seed"] == first.value[1]
    assert 0 <= first.value[1] < SEEDS


def test_a_run_is_done_again_with_what_the_first_one_told(zygote: OpenZygote) -> None:
    (first,) = replies(zygote, "twice", FREE)
    told = reach(first)
    (again,) = replies(zygote, "twice", Conditions(now=told["now"], seed=told["seed"]))
    assert again.value == first.value
    assert reach(again) == told


def test_a_seed_gives_the_same_chance_in_every_guest(zygote: OpenZygote) -> None:
    first, second, other = replies(zygote, "roll", Conditions(seed=7), Conditions(seed=7), Conditions(seed=8))
    assert first.value == second.value != other.value
    assert reach(first) == {"seed": 7}


@pytest.mark.parametrize("lifetime", Lifetime)
def test_what_a_caller_fixes_is_of_its_call_alone_whatever_the_lifetime(zygote: OpenZygote, lifetime: Lifetime) -> None:
    fixed, free = replies(zygote, "twice", Conditions(now=1_767_225_600.25, seed=0), FREE, lifetime=lifetime)
    assert fixed.value == ["2026-01-01T00:00:00.250000+00:00", 0] * 2
    assert free.value[0] > "2026-01-01T00:00:01"


def test_who_does_not_ask_is_told_nothing_and_tells_nothing(zygote: OpenZygote) -> None:
    (reply,) = replies(zygote, "nothing", Conditions(now=0.0, seed=7))
    assert "reach" not in reply.usage.as_dict()
