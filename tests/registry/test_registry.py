"""The table: all of a skill's names move at once, and no name belongs to two skills."""

from __future__ import annotations

import asyncio

import pytest

from skillpod.errors import NameTaken
from skillpod.model.names import exported_name
from skillpod.registry.registry import Registry
from tests.support.registry import route, spec


def test_a_published_route_is_found_under_every_name_it_exports() -> None:
    registry = Registry()
    registry.publish(route("alpha", spec("alpha", "one"), spec("alpha", "two")))
    assert list(registry.names()) == ["alpha__one", "alpha__two"]


def test_publishing_again_takes_away_what_the_new_generation_does_not_export() -> None:
    registry = Registry()
    registry.publish(route("alpha", spec("alpha", "one"), spec("alpha", "two")))
    old = registry.publish(route("alpha", spec("alpha", "two"), number=2))
    assert old is not None
    assert old.generation == 1
    assert list(registry.names()) == ["alpha__two"]
    binding = registry.find("alpha__two")
    assert binding is not None
    assert binding.route.generation == 2


def test_a_second_skill_with_the_same_exported_name_is_refused_and_both_are_named() -> None:
    registry = Registry()
    first = "a" * 64
    shortened = exported_name(first, "tool_of_one")
    registry.publish(route(first, spec(first, "tool_of_one")))
    twin = spec("beta", "x")
    clash = type(twin)(**{name: getattr(twin, name) for name in twin.__slots__ if name != "exported"}, exported=shortened)
    with pytest.raises(NameTaken, match=rf"skill `beta`.*skill `{first}`"):
        registry.publish(route("beta", clash))
    assert list(registry.names()) == [shortened]


def test_withdrawing_leaves_other_skills_alone() -> None:
    registry = Registry()
    registry.publish(route("alpha", spec("alpha", "one")))
    registry.publish(route("beta", spec("beta", "one")))
    assert registry.withdraw("alpha") is not None
    assert registry.withdraw("alpha") is None
    assert list(registry.names()) == ["beta__one"]


def test_a_route_is_drained_when_its_last_call_ends() -> None:
    async def scenario() -> list[str]:
        order: list[str] = []
        leases = route("alpha", spec("alpha", "one")).leases
        await leases.drained()
        with leases, leases:
            waiting = asyncio.create_task(leases.drained())
            await asyncio.sleep(0)
            order.append("busy" if not waiting.done() else "idle")
        await waiting
        order.append(f"{leases.calls} calls, {leases.open} open")
        return order

    assert asyncio.run(scenario()) == ["busy", "2 calls, 0 open"]


def test_a_long_name_is_cut_to_64_characters_and_stays_distinct() -> None:
    long = "s" + "k" * 60
    names = {exported_name(long, f"tool_{index}") for index in range(50)}
    assert len(names) == 50
    assert all(len(name) == 64 for name in names)
