"""SkillManager as README.md shows it: async and blocking, many threads, the shapes of its answers."""

from __future__ import annotations

import ast
import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from skillpod import Caller, SkillManager
from skillpod.errors import HomeLocked, PathUnusable, PolicyUnreadable, UnknownSkill, UnknownTool
from skillpod.lifecycle.view import summary
from tests.support.skills import saying, write_skill

DOUBLE = '''\
from skillpod import tool


@tool
def double(number: int) -> int:
    """Twice a number."""
    print("doubling")
    return number * 2
'''


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    root = tmp_path / "skills"
    root.mkdir()
    write_skill(root, "maths", handler=DOUBLE)
    return root


def test_a_model_s_calls_are_answered_in_its_own_shape(skills: Path, tmp_path: Path) -> None:
    async def scenario() -> tuple[Any, Any]:
        async with SkillManager(skills, home=tmp_path / "home") as pod:
            call = {"type": "function_call", "call_id": "c1", "name": "maths__double", "arguments": '{"number": 21}'}
            return pod.tools("openai"), await pod.answer("openai", [call])

    tools, messages = asyncio.run(scenario())
    assert [tool["name"] for tool in tools] == ["maths__double"]
    assert messages == [{"type": "function_call_output", "call_id": "c1", "output": "42"}]


def test_many_threads_may_share_a_blocking_pod(skills: Path, tmp_path: Path) -> None:
    with SkillManager.blocking(skills, home=tmp_path / "home") as pod, ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda number: pod.call("maths__double", {"number": number}), range(40))) == [2 * n for n in range(40)]
        result = pod.invoke("maths__double", {"number": 4}, caller=Caller(principal="agent"))
        assert (result.value, result.skill, result.generation) == (8, "maths", 1)
        assert result.usage.wall > 0
        assert "doubling" in pod.output("maths")


def test_a_blocking_pod_tells_its_events_as_a_plain_iterator(skills: Path, tmp_path: Path) -> None:
    with SkillManager.blocking(skills, home=tmp_path / "home") as pod:
        events = pod.events()
        heard: list[str] = []
        listener = threading.Thread(target=lambda: heard.append(next(events).kind.value))
        listener.start()
        while not heard:
            pod.reload("maths")
            write_skill(skills, "words", handler=saying("hello"))
            pod.settled()
            listener.join(0.05)
        assert heard == ["mounted"]


def test_a_blocking_pod_leaves_no_thread_behind(skills: Path, tmp_path: Path) -> None:
    before = threading.active_count()
    with SkillManager.blocking(skills, home=tmp_path / "home") as pod:
        pod.call("maths__double", {"number": 1})
    assert threading.active_count() == before


def test_everything_shown_of_a_skill_is_json(skills: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with SkillManager(skills, home=tmp_path / "home") as pod:
            json.dumps([pod.skills(), pod.show("maths"), pod.stats()])
            assert pod.show("maths")["walls"]
            assert set(summary(pod._slot("maths"), pod._parts.state)) == set(pod.skills()[0])
            with pytest.raises(UnknownSkill):
                pod.show("nothing")
            with pytest.raises(UnknownTool):
                await pod.call("nothing__at_all", {})

    asyncio.run(scenario())


def test_a_home_has_one_pod(skills: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with SkillManager(skills, home=tmp_path / "home"):
            with pytest.raises(HomeLocked):
                await SkillManager(skills, home=tmp_path / "home").start()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"skills": "nowhere"}, PathUnusable),
        ({"policy": "nobodys"}, PolicyUnreadable),
        ({"policies": "nowhere"}, PolicyUnreadable),
    ],
)
def test_a_pod_that_can_not_start_says_why_and_holds_nothing(
    skills: Path, tmp_path: Path, options: dict[str, str], error: type[Exception]
) -> None:
    async def scenario() -> None:
        given: dict[str, Any] = {"skills": skills, "home": tmp_path / "home", **{key: tmp_path / value for key, value in options.items()}}
        if "policy" in options:
            given["policy"] = options["policy"]
        with pytest.raises(error):
            await SkillManager(**given).start()
        async with SkillManager(skills, home=tmp_path / "home") as pod:
            assert await pod.call("maths__double", {"number": 1}) == 2

    asyncio.run(scenario())


def test_an_import_of_skillpod_loads_nothing() -> None:
    script = "import sys, typing, __future__; before = set(sys.modules); import skillpod; print(sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ast.literal_eval(loaded.stdout) == ["skillpod"]
