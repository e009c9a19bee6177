"""What outlives the pod: what is desired, the numbers of generations, configuration and what skills have kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import HomeLocked, SkillFailed, SkillpodError
from skillpod.manager import SkillManager
from skillpod.model.event import Kind
from tests.scenarios.stage import descendants, eventually, running
from tests.support.skills import replace_file, saying, write_skill

COUNTER = '''\
from skillpod import Context, tool


@tool
def bump(ctx: Context) -> int:
    """Add STEP to a number the host keeps, and return it."""
    number = ctx.state.get("number", 0) + STEP
    ctx.state["number"] = number
    return number
'''

CONFIGURED = '''\
from skillpod import Context, tool


@tool
def answer(ctx: Context) -> str:
    """Say the configured word."""
    return str(ctx.config.get("word", "none"))
'''

WORD_SCHEMA: dict[str, Any] = {
    "config": {"schema": {"type": "object", "additionalProperties": False, "properties": {"word": {"type": "string"}}}}
}


def test_a_restart_keeps_generation_numbers_and_starts_no_guest(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("one")) / "handler.py"
        write_skill(skills, "other", handler=saying("other"))
        async with running(skills, home) as stage:
            await stage.change(lambda: replace_file(handler, saying("two")), Kind.SWAPPED, skill="words")
            before = {entry["name"]: (entry["generation"], entry["digest"]) for entry in stage.pod.skills()}
        async with running(skills, home) as stage:
            assert {entry["name"]: (entry["generation"], entry["digest"]) for entry in stage.pod.skills()} == before
            assert sum(stage.pod.stats()["guests"].values()) == 0
            assert await stage.pod.call("words__answer", {}) == "two"
            await stage.change(lambda: replace_file(handler, saying("three")), Kind.SWAPPED, skill="words")
            assert stage.skill("words")["generation"] == 3

    asyncio.run(scenario())


def test_a_save_made_while_no_pod_ran_is_served_after_the_start(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("one")) / "handler.py"
        async with running(skills, home):
            pass
        handler.write_text(saying("two"))
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "two"
            assert stage.skill("words")["generation"] == 2

    asyncio.run(scenario())


def test_a_broken_save_made_while_no_pod_ran_leaves_the_good_version_serving(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("good")) / "handler.py"
        async with running(skills, home):
            pass
        handler.write_text("def (:\n")
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "good"
            assert stage.skill("words")["error"] is not None

    asyncio.run(scenario())


def test_what_a_skill_keeps_outlives_swaps_and_restarts(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "counter", handler=COUNTER.replace("STEP", "1")) / "handler.py"
        async with running(skills, home) as stage:
            assert [await stage.pod.call("counter__bump", {}) for _ in range(3)] == [1, 2, 3]
            await stage.change(lambda: replace_file(handler, COUNTER.replace("STEP", "10")), Kind.SWAPPED, skill="counter")
            assert await stage.pod.call("counter__bump", {}) == 13
            await stage.pod.rollback("counter")
            assert await stage.pod.call("counter__bump", {}) == 14
        async with running(skills, home) as stage:
            assert await stage.pod.call("counter__bump", {}) == 15

    asyncio.run(scenario())


def test_what_a_skill_keeps_is_its_own(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        for name in ("first", "second"):
            write_skill(skills, name, handler=COUNTER.replace("STEP", "1"))
        async with running(skills, home) as stage:
            assert await stage.pod.call("first__bump", {}) == 1
            assert await stage.pod.call("second__bump", {}) == 1

    asyncio.run(scenario())


def test_a_new_state_version_may_read_and_must_migrate_before_it_writes(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        migrating = COUNTER.replace("STEP", "1").replace(
            "    number =", '    if ctx.state.version == 1:\n        ctx.state.replace({"number": ctx.state["number"] * 100})\n    number ='
        )
        write_skill(skills, "counter", handler=COUNTER.replace("STEP", "1"))
        async with running(skills, home) as stage:
            assert await stage.pod.call("counter__bump", {}) == 1
            mark = stage.mark()
            write_skill(skills, "counter", handler=COUNTER.replace("STEP", "2"), version="2.0.0", manifest={"state": {"version": 2}})
            await stage.until(Kind.SWAPPED, skill="counter", after=mark)
            with pytest.raises(SkillFailed, match="version"):
                await stage.pod.call("counter__bump", {})
            mark = stage.mark()
            write_skill(skills, "counter", handler=migrating, version="2.0.1", manifest={"state": {"version": 2}})
            await stage.until(Kind.SWAPPED, skill="counter", after=mark)
            assert await stage.pod.call("counter__bump", {}) == 101

    asyncio.run(scenario())


def test_a_config_given_with_the_mount_reaches_the_skill_and_outlives_a_restart(skills: Path, home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        folder = write_skill(tmp_path / "elsewhere", "words", handler=CONFIGURED, manifest=WORD_SCHEMA)
        async with running(skills, home) as stage:
            await stage.pod.mount(folder, config={"word": "first"})
            assert await stage.pod.call("words__answer", {}) == "first"
            await stage.pod.mount(folder, config={"word": "second"})
            assert await stage.pod.call("words__answer", {}) == "second"
            assert stage.skill("words")["generation"] == 2
            with pytest.raises(SkillpodError) as refusal:
                await stage.pod.mount(folder, config={"wrod": "third"})
            assert "word" in str(refusal.value.as_dict())
            assert await stage.pod.call("words__answer", {}) == "second"
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "second"

    asyncio.run(scenario())


def test_a_config_in_pod_yaml_is_taken_while_the_pod_runs_and_a_bad_one_is_not(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=CONFIGURED, manifest=WORD_SCHEMA)
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "none"
            replace_file(home / "pod.yaml", "skills:\n  words:\n    config:\n      word: configured\n")
            await stage.pod.settled()
            assert await stage.pod.call("words__answer", {}) == "configured"
            mark = stage.mark()
            replace_file(home / "pod.yaml", "skills: [not, a, mapping]\n")
            await stage.pod.settled()
            assert stage.of(Kind.TROUBLE, after=mark)
            assert await stage.pod.call("words__answer", {}) == "configured"

    asyncio.run(scenario())


def test_what_is_taken_at_the_start_only_is_said_when_it_changes(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            mark = stage.mark()
            replace_file(home / "pod.yaml", "guests: {processes: 512}\n")
            await stage.pod.settled()
            event = await stage.until(Kind.TROUBLE, after=mark)
            assert "when the pod starts" in event.message
            mark = stage.mark()
            replace_file(home / "pod.yaml", "quiet: 90ms\n")  # what the pod was started with is in force again
            await stage.pod.settled()
            assert not stage.of(Kind.TROUBLE, after=mark)

    asyncio.run(scenario())


def test_one_home_has_one_pod(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home):
            with pytest.raises(HomeLocked):
                await SkillManager(skills, home=home).start()

    asyncio.run(scenario())


def test_a_stopped_pod_leaves_no_process_behind(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        before = descendants()
        write_skill(skills, "words", handler=saying("one"), manifest={"lifetime": "skill"})
        async with running(skills, home) as stage:
            await stage.pod.call("words__answer", {})
            assert descendants() > before
        await eventually(lambda: descendants() <= before)

    asyncio.run(scenario())
