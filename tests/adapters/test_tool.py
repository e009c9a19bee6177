"""Adapters where their framework is not installed, and the pod's tools that all of them share."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path

import pytest

from skillpod import SkillManager
from skillpod.adapters.tool import needing, pod_tools
from skillpod.errors import PackageMissing, ToolRaised, UnknownTool
from skillpod.model.command import Caller
from tests.environments.words import SAID, pod_in, prepared

FRAMEWORKS = ["langchain", "openai_agents", "pydantic_ai", "smolagents"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_that_is_not_installed_is_named_with_the_command_that_installs_it(framework: str, tmp_path: Path) -> None:
    adapter = importlib.import_module(f"skillpod.adapters.{framework}")
    make = getattr(adapter, "toolset" if framework == "pydantic_ai" else "tools")
    with pytest.raises(PackageMissing, match="can't be imported: No module named") as missing:
        make(SkillManager(tmp_path))
    assert missing.value.hint.startswith(f"pip install '{framework.replace('_', '-')}")
    assert missing.value.code == "package_missing"


def test_an_error_that_is_no_missing_package_passes() -> None:
    with pytest.raises(ZeroDivisionError), needing("nothing"):
        raise ZeroDivisionError


def test_tools_are_called_for_their_caller(tmp_path: Path) -> None:
    async def look() -> None:
        async with pod_in(tmp_path) as pod:
            tools = {tool.name: tool for tool in pod_tools(pod, caller=None, offer="both")}
            assert {"words__shout", "skillpod_search"} <= tools.keys()
            assert (await tools["words__shout"].call({"text": "hi", "times": None})).value == SAID
            with pytest.raises(ToolRaised, match="boom"):
                await tools["words__fail"].call({})
            blind = Caller(principal="guest", sees=())
            assert pod_tools(pod, caller=blind, offer="skills") == []
            with pytest.raises(UnknownTool):
                await type(tools["words__shout"])(pod, tools["words__shout"].spec, blind).call({"text": "hi"})

    asyncio.run(look())


def test_a_blocking_pods_tools_can_be_awaited_too(tmp_path: Path) -> None:
    skills, home = prepared(tmp_path)
    with SkillManager.blocking(skills, home=home) as pod:
        (shout,) = [tool for tool in pod_tools(pod, caller=None, offer="skills") if tool.name == "words__shout"]
        assert shout.call_and_wait({"text": "hi"}).value == SAID
        assert asyncio.run(shout.call({"text": "hi"})).value == SAID
