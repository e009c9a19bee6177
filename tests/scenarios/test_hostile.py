"""Skills that mean harm or are broken: the pod lives, what was good goes on, and the error says why."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import ArgumentsInvalid, Quarantined, ResultInvalid, SkillFailed, SkillpodError, UnknownTool
from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, descendants, eventually, running
from tests.support.skills import AT_IMPORT, BAD_RESULTS, IN_A_CALL, drop_skill, replace_file, returning, saying, write_skill

QUICK: dict[str, Any] = {"limits": {"wall": "1s", "cpu": "1s", "memory": "96MiB"}}

REASONS = {
    "raises": "the import went wrong",
    "exits": "exit",
    "is not Python": "syntax",
    "has no tool": "tool",
    "recurses": "RecursionError",
    "prints garbage": "after garbage",
    "crashes the interpreter": "SIGSEGV",
    "allocates everything": "memory",
    "hangs": "1 s",
    "sleeps": "1 s",
    "forks": "fork",
    "kills itself": "signal",
}
"""What the error must say of a hostile handler, at the least."""


@pytest.mark.parametrize("harm", AT_IMPORT)
def test_an_update_that_is_hostile_when_it_loads_changes_nothing(harm: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "bystander", handler=saying("here"))
        handler = write_skill(skills, "words", handler=saying("good"), manifest=QUICK) / "handler.py"
        async with running(skills, home) as stage:
            processes = len(descendants())
            event = await stage.change(lambda: replace_file(handler, AT_IMPORT[harm]), Kind.REFUSED, Kind.HELD, skill="words")
            _says_why(event.error, harm)
            assert await stage.pod.call("words__answer", {}) == "good"
            assert await stage.pod.call("bystander__answer", {}) == "here"
            entry = stage.skill("words")
            assert (entry["state"], entry["generation"]) == ("live", 1)
            assert entry["error"]["code"] == event.error.code  # type: ignore[union-attr]  # SAFE: _says_why asserts it is there
            await stage.change(lambda: replace_file(handler, saying("mended")), Kind.SWAPPED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "mended"
            assert stage.skill("words")["error"] is None
            await eventually(lambda: len(descendants()) <= processes + 2)

    asyncio.run(scenario())


@pytest.mark.parametrize("harm", AT_IMPORT)
def test_a_new_skill_that_is_hostile_when_it_loads_is_never_callable(harm: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "bystander", handler=saying("here"))
        async with running(skills, home) as stage:
            event = await stage.change(
                lambda: drop_skill(skills, "words", handler=AT_IMPORT[harm], manifest=QUICK), Kind.REFUSED, Kind.HELD, skill="words"
            )
            _says_why(event.error, harm)
            assert stage.names() == ["bystander__answer"]
            with pytest.raises(SkillpodError) as refusal:
                await stage.pod.call("words__answer", {})
            assert refusal.value.code == stage.skill("words")["error"]["code"]
            assert await stage.pod.call("bystander__answer", {}) == "here"

    asyncio.run(scenario())


def _says_why(error: SkillpodError | None, harm: str) -> None:
    assert error is not None
    assert error.message
    said = str(error.as_dict())
    assert REASONS.get(harm, "").lower() in said.lower(), said
    assert "/site-packages/" not in said
    assert "skillpod/sandbox" not in said  # the skill's own frames, never the host's


@pytest.mark.parametrize("harm", IN_A_CALL)
def test_a_call_that_is_hostile_fails_alone(harm: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "bystander", handler=saying("here"))
        write_skill(skills, "words", handler=IN_A_CALL[harm], manifest=QUICK)
        async with running(skills, home) as stage:
            if not await _mounted(stage):
                return
            await stage.pod.call("bystander__answer", {})
            outcome = (await asyncio.gather(stage.pod.call("words__answer", {}), return_exceptions=True))[0]
            assert outcome == "done" or isinstance(outcome, SkillFailed), outcome
            assert outcome == "done" or str(outcome)
            assert await stage.pod.call("bystander__answer", {}) == "here"

    asyncio.run(scenario())


async def _mounted(stage: Stage) -> bool:
    """Whether the audit let the hostile handler through; when it did not, it said why and nothing is callable."""
    entry = stage.skill("words")
    if entry["state"] != "live":
        assert entry["error"]["message"]
        assert stage.names() == ["bystander__answer"]
        with pytest.raises(SkillpodError):
            await stage.pod.call("words__answer", {})
    return bool(entry["state"] == "live")


@pytest.mark.parametrize("what", BAD_RESULTS)
def test_a_result_that_is_no_answer_is_an_error_that_says_so(what: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=BAD_RESULTS[what])
        async with running(skills, home) as stage:
            for _ in range(2):
                with pytest.raises(SkillFailed) as failure:
                    await stage.pod.call("words__answer", {})
                assert failure.value.message
                assert len(str(failure.value)) < 2000  # never the ten megabytes themselves

    asyncio.run(scenario())


def test_a_result_of_another_type_than_declared_names_the_tool(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=returning("'text'", "int"))
        async with running(skills, home) as stage:
            with pytest.raises(ResultInvalid, match="words__answer"):
                await stage.pod.call("words__answer", {})

    asyncio.run(scenario())


@pytest.mark.parametrize("arguments", [None, [], "text", 3, {"name": 3}, {"unknown": 1}, {"name": float("nan")}, {"name": {1, 2}}, {1: 2}])
def test_arguments_that_do_not_fit_are_refused_before_any_guest_sees_them(arguments: Any, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "greeter")
        async with running(skills, home) as stage:
            with pytest.raises(ArgumentsInvalid):
                await stage.pod.call("greeter__greet", arguments)
            assert await stage.pod.call("greeter__greet", {"name": "Ann"}) == "hello Ann"

    asyncio.run(scenario())


def test_an_unknown_tool_gets_a_hint(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "greeter")
        async with running(skills, home) as stage:
            with pytest.raises(UnknownTool) as unknown:
                await stage.pod.call("greeter__great", {})
            assert "greeter__greet" in unknown.value.hint

    asyncio.run(scenario())


def test_a_version_that_keeps_crashing_in_its_trial_is_rolled_back_at_once(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("good")) / "handler.py"
        async with running(skills, home) as stage:
            await stage.change(lambda: replace_file(handler, IN_A_CALL["crashes the interpreter"]), Kind.SWAPPED, skill="words")
            mark = stage.mark()
            for _ in range(3):
                with pytest.raises(SkillFailed):
                    await stage.pod.call("words__answer", {})
            await stage.until(Kind.ROLLED_BACK, skill="words", after=mark)
            assert await stage.pod.call("words__answer", {}) == "good"
            await stage.pod.settled()
            assert await stage.pod.call("words__answer", {}) == "good"  # and the reconciler leaves it so

    asyncio.run(scenario())


def test_a_first_version_that_keeps_crashing_is_quarantined_until_it_is_resumed_or_mended(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=IN_A_CALL["crashes the interpreter"]) / "handler.py"
        async with running(skills, home) as stage:
            for _ in range(3):
                with pytest.raises(SkillFailed):
                    await stage.pod.call("words__answer", {})
            await stage.until(Kind.QUARANTINED, skill="words")
            await stage.pod.settled()
            assert stage.skill("words")["state"] == "quarantined"
            with pytest.raises(Quarantined, match="resume words"):
                await stage.pod.call("words__answer", {})
            await stage.pod.resume("words")
            assert stage.skill("words")["state"] == "live"
            await stage.change(lambda: replace_file(handler, saying("good")), Kind.SWAPPED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "good"

    asyncio.run(scenario())


def test_what_a_guest_prints_is_kept_apart_from_its_result(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        printing = saying("word").replace("    return", "    print('to stdout')\n    return")
        write_skill(skills, "words", handler=printing)
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "word"
            await eventually(lambda: "to stdout" in stage.pod.output("words"))

    asyncio.run(scenario())


def test_an_error_of_the_skill_has_its_own_traceback_and_no_frame_of_the_host(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=IN_A_CALL["raises"])
        async with running(skills, home) as stage:
            with pytest.raises(SkillFailed) as failure:
                await stage.pod.call("words__answer", {})
            shape = failure.value.as_dict()
            assert shape["exception"] == "RuntimeError"
            assert "the call went wrong" in shape["message"]
            assert "skill://words/handler.py" in shape["traceback"]
            assert "sandbox" not in shape["traceback"]

    asyncio.run(scenario())
