"""Search in a running pod: it finds what is mounted now, at once, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import ArgumentsInvalid, UnknownTool
from skillpod.manager import SkillManager
from skillpod.model.command import Caller
from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, running
from tests.support.embedder import Trigrams
from tests.support.skills import drop_skill, take_out, write_skill

COMPASS = '''\
from skillpod import tool


@tool
def bearing(north: float, east: float) -> float:
    """Say in which direction {somewhere} lies.

    Args:
        north: Kilometres to the pole.
    """
    return north + east
'''


def compass(somewhere: str) -> str:
    return COMPASS.format(somewhere=somewhere)


async def found(stage: Stage, query: str, **options: Any) -> list[str]:
    return [result["name"] for result in await stage.pod.search(query, **options)]


def test_a_dropped_skill_is_found_at_once_a_changed_one_by_its_new_words_and_a_gone_one_not_at_all(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            assert await found(stage, "which direction") == []
            await stage.change(lambda: drop_skill(skills, "compass", handler=compass("a harbour")), Kind.MOUNTED, skill="compass")
            assert await found(stage, "direction of a harbour") == ["compass__bearing"]
            assert (await found(stage, "kilometres"))[0] == "compass__bearing"
            await stage.change(lambda: drop_skill(skills, "compass", handler=compass("an airport")), Kind.SWAPPED, skill="compass")
            assert await found(stage, "harbour") == []
            assert await found(stage, "airport") == ["compass__bearing"]
            await stage.change(lambda: take_out(skills, "compass"), Kind.UNMOUNTED, skill="compass")
            assert await found(stage, "airport") == []
            assert await found(stage, "compass__bearing") == []
            with pytest.raises(UnknownTool):
                await stage.pod.describe("compass")

    asyncio.run(scenario())


def test_an_agent_with_three_tools_finds_learns_and_calls_a_fourth(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            tools = stage.pod.tools("openai", offer="stable")
            assert [tool["name"] for tool in tools] == ["skillpod_call", "skillpod_describe", "skillpod_search"]
            await stage.change(lambda: drop_skill(skills, "compass", handler=compass("a harbour")), Kind.MOUNTED, skill="compass")
            (best, *_) = await stage.pod.call("skillpod_search", {"query": "direction of the harbour"})
            told = await stage.pod.call("skillpod_describe", {"name": best["name"]})
            arguments = dict.fromkeys(told["input_schema"]["required"], 2)
            result = await stage.pod.invoke("skillpod_call", {"name": best["name"], "arguments": arguments})
            assert (result.value, result.skill) == (4.0, "compass")
            assert stage.pod.stats()["calls"] == 1

    asyncio.run(scenario())


def test_a_restart_finds_what_was_mounted_before(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        for name in ("anchor", "beacon", "compass"):
            write_skill(skills, name, handler=compass(f"the {name}"))
        for _ in range(2):
            async with running(skills, home) as stage:
                assert (await found(stage, "direction beacon"))[0] == "beacon__bearing"
                assert {"anchor__bearing", "compass__bearing"} <= {near["name"] for near in await stage.pod.related("beacon__bearing")}

    asyncio.run(scenario())


def test_a_caller_searches_what_it_may_see(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        for name in ("anchor", "beacon"):
            write_skill(skills, name, handler=compass(f"the {name}"))
        guest = Caller(principal="guest", sees=("anchor",))
        async with running(skills, home) as stage:
            assert await found(stage, "direction", caller=guest, limit=50) == ["anchor__bearing"]
            for name in ("beacon", "beacon__bearing"):
                with pytest.raises(UnknownTool):
                    await stage.pod.describe(name, caller=guest)
            assert await stage.pod.related("anchor__bearing", caller=guest) == []

    asyncio.run(scenario())


def test_an_embedder_finds_what_no_word_does(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "compass", handler=compass("a harbour"))
        async with running(skills, home, embedder=Trigrams()) as stage:
            assert "compass__bearing" in await found(stage, "misdirections")
            await stage.change(lambda: take_out(skills, "compass"), Kind.UNMOUNTED, skill="compass")
            assert await found(stage, "misdirections") == []

    asyncio.run(scenario())


class Lost:
    """An embedder whose model can't be reached."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        raise ConnectionError("the model's server does not answer")


def test_a_failing_embedder_is_trouble_for_the_operator_and_none_for_the_caller(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "compass", handler=compass("a harbour"))
        async with running(skills, home, embedder=Lost()) as stage:
            assert await found(stage, "harbour") == ["compass__bearing"]
            trouble = await stage.until(Kind.TROUBLE)
            assert "the model's server does not answer" in trouble.message

    asyncio.run(scenario())


def test_a_pod_without_a_loop_searches_too(skills: Path, home: Path) -> None:
    write_skill(skills, "compass", handler=compass("a harbour"))
    with SkillManager.blocking(skills, home=home) as pod:
        assert pod.search("harbour", 1)[0]["name"] == "compass__bearing"
        assert pod.describe("compass")["kind"] == "skill"
        assert pod.related("compass") == []
        with pytest.raises(ArgumentsInvalid):
            pod.search("harbour", limit=0)
