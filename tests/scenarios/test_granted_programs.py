"""Granted programs from pod.yaml to the call: bound, shown, journaled, rebound, taken away, and ended with the call that started them."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from skillpod.cli.portrait import sections
from skillpod.errors import ConfigInvalid, DeadlineExceeded, GuestDied, ProgramUnusable, ToolRaised, UnknownTool
from skillpod.journal.replay import read
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.testing import Recorder, context
from tests.sandbox.test_programs import CAT, GIT, GIT_READS, SH, committed, living
from tests.scenarios.stage import PATIENCE, Stage, act_under
from tests.support.skills import write_skill

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "git_history"
RUNNER = '''\
from skillpod import Context, ProgramError, tool


@tool
def run(words: list[str], ctx: Context) -> list[str]:
    """Start a program."""
    done = ctx.run(words, stdin="in")
    return [str(done.status), done.text, done.by]


@tool
def tried(words: list[str], ctx: Context) -> str:
    """What it is told when it can't."""
    try:
        return ctx.run(words).check().text
    except ProgramError as refusal:
        return f"refused: {refusal}"


@tool
def started_itself() -> str:
    """Start one past the host."""
    import os

    os.execv("/bin/sh", ["sh"])
    return ""
'''
RUNS: Mapping[str, Any] = {"tier": "system", "permissions": {"programs": ["sh"]}, "limits": {"wall": "5s"}}
POLICY = """
policy: 1
name: default
rules:
  - {id: plain, match: {tier: read-only}, outcome: allow, reason: It asks for nothing.}
  - id: runs
    match: {tier: system, permissions: [programs, volumes], verdict: review}
    outcome: allow
    grant: {programs: asked, volumes: asked}
    reason: A test binds them.
...
"""


def bind(home: Path, programs: Mapping[str, object], volumes: Mapping[str, object] | None = None) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    fresh = home / "pod.yaml.new"
    fresh.write_text(yaml.safe_dump({"programs": dict(programs), "volumes": dict(volumes or {})}))
    fresh.replace(home / "pod.yaml")


def shell(*reads: str, **environment: str) -> dict[str, Any]:
    sleep = os.path.realpath(shutil.which("sleep") or "")
    return {"path": SH, "reads": [CAT, sleep, *reads], "environment": environment}


def act(skills: Path, home: Path, scenario: Callable[[Stage], Awaitable[None]]) -> None:
    """Run a scenario in a pod whose policy grants programs and volumes."""
    act_under(POLICY, skills, home, scenario)


def entries(home: Path, fact: Fact) -> list[Entry]:
    return [recorded.entry for recorded in read(home / "journal") if recorded.entry.fact is fact]


@pytest.mark.skipif(GIT is None, reason="needs git")
def test_the_example_tells_the_history_of_a_bound_repository(skills: Path, home: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    committed(repository)
    reads = [path for path in GIT_READS if os.path.isdir(path)]
    git = {"path": GIT, "reads": reads, "environment": {"GIT_CONFIG_NOSYSTEM": "1"}}
    bind(home, {"git": git}, {"repository": {"path": str(repository)}})
    shutil.copytree(EXAMPLE, skills / "git_history")

    async def scenario(stage: Stage) -> None:
        assert stage.skill("git_history")["error"] is None
        (commit,) = await stage.pod.call("git_history__commits", {})
        assert (commit["author"], commit["subject"]) == ("Ann", "The first")
        assert await stage.pod.call("git_history__commits", {"path": "--output=x"}) == []
        assert "+one" in await stage.pod.call("git_history__show", {"commit": commit["hash"]})
        result = await stage.pod.invoke("git_history__commits", {"path": "a.txt"})
        assert result.usage.reach.programs == {"git": 1}

    act(skills, home, scenario)
    assert entries(home, Fact.CALL)[-1].usage["reach"]["programs"] == {"git": 1}


def test_the_examples_own_words_to_git_hold_whatever_a_path_is_called() -> None:
    spec = importlib.util.spec_from_file_location("git_history", EXAMPLE / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    handler = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(handler)
    recorder = Recorder(programs={"git": "1a2b3c4\x1f2026-11-30\x1fAnn\x1fThe first\x1e\n"})
    (commit,) = handler.commits(context(recorder=recorder), path="--output=x", most=1)
    assert commit == {"hash": "1a2b3c4", "day": "2026-11-30", "author": "Ann", "subject": "The first"}
    assert recorder.runs[0][-2:] == ("--", "--output=x")


def test_a_bound_program_is_shown_and_journaled_with_what_it_is(skills: Path, home: Path) -> None:
    bind(home, {"sh": shell(SECRET="hunter2")})
    write_skill(skills, "runner", handler=RUNNER, manifest=RUNS)

    async def scenario(stage: Stage) -> None:
        assert await stage.pod.call("runner__run", {"words": ["sh", "-c", "cat; exit 4"]}) == ["4", "in", ""]
        shown = stage.pod.show("runner")
        (program,) = shown["programs"]
        found = os.stat(SH)
        assert (program["path"], program["file"]) == (SH, f"{found.st_dev}:{found.st_ino}")
        text = "\n".join("".join(span if isinstance(span, str) else span[0] for span in line) for line in sections(shown))
        assert f"sh is {SH}" in text
        assert "hunter2" not in str(shown)

    act(skills, home, scenario)
    (published,) = entries(home, Fact.PUBLISHED)
    assert [program["path"] for program in published.details["programs"]] == [SH]
    assert "hunter2" not in str([entry.details for entry in entries(home, Fact.PUBLISHED)])


def test_what_was_not_granted_is_not_started_and_is_told(skills: Path, home: Path) -> None:
    bind(home, {"sh": shell(), "cat": {"path": CAT}})
    write_skill(skills, "runner", handler=RUNNER, manifest=RUNS)

    async def scenario(stage: Stage) -> None:
        for word in ("cat", "/usr/bin/cat", SH, "../sh", "sh ", ""):
            said = await stage.pod.call("runner__tried", {"words": [word]})
            assert said == f"refused: the skill was granted no program {word!r}; it has sh (see permissions.programs)"
        told = await stage.until(Kind.ATTEMPTED, skill="runner")
        assert "execute" in told.message
        assert "takes a list of texts" in await stage.pod.call("runner__tried", {"words": []})
        with pytest.raises((ToolRaised, GuestDied)):
            await stage.pod.call("runner__started_itself", {})

    act(skills, home, scenario)
    assert {entry.details["by"] for entry in entries(home, Fact.ATTEMPTED)} >= {"broker"}


def test_without_a_binding_it_waits_and_is_mounted_when_there_is_one(skills: Path, home: Path) -> None:
    bind(home, {})
    write_skill(skills, "runner", handler=RUNNER, manifest=RUNS)

    async def scenario(stage: Stage) -> None:
        error = stage.skill("runner")["error"]
        assert (error["code"], error["at"]) == (ProgramUnusable.code, "pod.yaml:programs.sh")
        bind(home, {"sh": shell()})
        await stage.pod.settled()
        assert await stage.pod.call("runner__run", {"words": ["sh", "-c", "exit 0"]}) == ["0", "", ""]

    act(skills, home, scenario)


def test_another_binding_is_another_generation_and_none_takes_the_skill_away(skills: Path, home: Path) -> None:
    bind(home, {"sh": shell(WORD="one")})
    write_skill(skills, "runner", handler=RUNNER, manifest=RUNS)

    async def scenario(stage: Stage) -> None:
        says = {"words": ["sh", "-c", "echo $WORD"]}
        assert (await stage.pod.call("runner__run", says))[1] == "one\n"
        first = stage.skill("runner")["generation"]
        bind(home, {"sh": shell(WORD="two")})
        await stage.pod.settled()
        assert (await stage.pod.call("runner__run", says))[1] == "two\n"
        assert stage.skill("runner")["generation"] > first
        bind(home, {})
        await stage.pod.settled()
        with pytest.raises((UnknownTool, ProgramUnusable)):
            await stage.pod.call("runner__run", says)

    act(skills, home, scenario)


def test_a_binding_that_may_not_be_is_told_with_its_place(skills: Path, home: Path, tmp_path: Path) -> None:
    bind(home, {"sh": {"path": SH, "reads": ["/etc"]}, "own": {"path": str(home / "program")}})
    with pytest.raises(ConfigInvalid) as refused:
        act(skills, home, _nothing)
    assert {reason.at for reason in refused.value.reasons} == {"pod.yaml:programs.sh.reads", "pod.yaml:programs.own.path"}


async def _nothing(stage: Stage) -> None:
    raise AssertionError("it must not start")


def test_a_call_that_ends_takes_its_program_with_it(skills: Path, home: Path) -> None:
    bind(home, {"sh": shell()})
    write_skill(skills, "runner", handler=RUNNER, manifest={**RUNS, "limits": {"wall": "1s"}})
    seconds = f"97{os.getpid()}"
    sleeps = {"words": ["sh", "-c", f"sleep {seconds} & sleep {seconds}"]}

    async def scenario(stage: Stage) -> None:
        with pytest.raises(DeadlineExceeded):
            await stage.pod.call("runner__run", sleeps)
        await _until_none(seconds)
        left = asyncio.create_task(stage.pod.call("runner__run", sleeps))
        while not living(seconds):
            await asyncio.sleep(0.01)
        left.cancel()
        await _until_none(seconds)

    act(skills, home, scenario)


async def _until_none(word: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while living(word):
            await asyncio.sleep(0.01)
