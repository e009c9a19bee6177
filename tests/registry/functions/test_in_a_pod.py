"""What a real pod tells an API and answers it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from skillpod import SkillManager
from skillpod.errors import CommandInvalid
from skillpod.model.command import Caller
from skillpod.registry.stable import CALL, DESCRIBE, SEARCH
from tests.environments.words import SAID, pod_in

WORDS = ["words__count", "words__fail", "words__farthest", "words__picture", "words__shout", "words__words"]
STABLE = [CALL, DESCRIBE, SEARCH]
NOBODY = Caller(principal="nobody", sees=())


def in_a_pod(folder: Path, look: Callable[[SkillManager], Awaitable[None]]) -> None:
    async def run() -> None:
        async with pod_in(folder) as pod:
            await look(pod)

    asyncio.run(run())


def names(tools: list[dict[str, Any]]) -> list[str]:
    return [tool["name"] for tool in tools]


def use(tool: str, /, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": tool, "name": tool, "input": arguments}


def test_an_offer_is_skills_the_stable_tools_or_both(tmp_path: Path) -> None:
    async def look(pod: SkillManager) -> None:
        assert names(pod.tools("anthropic")) == WORDS
        assert names(pod.tools("anthropic", offer="stable")) == STABLE
        assert names(pod.tools("anthropic", offer="both")) == STABLE + WORDS
        assert names(pod.tools("anthropic", offer="both", caller=NOBODY)) == STABLE
        deferred = pod.tools("anthropic", defer="skills")
        assert [tool["name"] for tool in deferred if "defer_loading" in tool] == WORDS
        assert deferred[0]["name"] == "tool_search_tool_bm25"

    in_a_pod(tmp_path, look)


def test_a_word_that_is_none_is_refused_with_those_there_are(tmp_path: Path) -> None:
    async def look(pod: SkillManager) -> None:
        with pytest.raises(CommandInvalid, match="no offer `all`") as refused:
            pod.tools("openai", offer="all")
        assert refused.value.hint == "one of: skills, stable, both"
        with pytest.raises(CommandInvalid, match="no defer `all`"):
            pod.tools("openai", defer="all")
        with pytest.raises(CommandInvalid, match="no tool format `opneai`"):
            await pod.answer("opneai", [])

    in_a_pod(tmp_path, look)


def test_calls_are_answered_for_their_caller(tmp_path: Path) -> None:
    async def look(pod: SkillManager) -> None:
        call = use("words__shout", text="hi", times=None)
        [seen] = await pod.answer("anthropic", [call])
        assert json.loads(seen["content"][0]["content"]) == SAID
        [unseen] = await pod.answer("anthropic", [call], caller=NOBODY)
        assert json.loads(unseen["content"][0]["content"])["error"]["code"] == "unknown_tool"

    in_a_pod(tmp_path, look)


def test_the_stable_tools_are_answered_and_hand_on_content(tmp_path: Path) -> None:
    async def look(pod: SkillManager) -> None:
        calls = [use(SEARCH, query="draw", limit=None), use(CALL, name="words__picture", arguments=None), use(CALL, name="words__fail")]
        [message] = await pod.answer("anthropic", calls)
        found, picture, failed = (block["content"] for block in message["content"])
        assert "words__picture" in found
        assert [block["type"] for block in picture] == ["text", "image"]
        assert json.loads(failed)["error"]["message"] == "boom"
        [result] = await pod.answer("mcp", [{"name": CALL, "arguments": {"name": "words__picture"}}])
        assert [block["type"] for block in result["content"]] == ["text", "image"]

    in_a_pod(tmp_path, look)


def test_a_cancelled_answer_ends_its_calls(tmp_path: Path) -> None:
    async def look(pod: SkillManager) -> None:
        answering = asyncio.ensure_future(pod.answer("anthropic", [use("words__shout", text="x" * 1000, times=1)] * 20))
        await asyncio.sleep(0)
        answering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await answering
        assert await pod.call("words__shout", {"text": "hi"}) == SAID

    in_a_pod(tmp_path, look)
