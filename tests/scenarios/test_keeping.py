"""What a real pod keeps of calls: by tool, as pod.yaml says now, and nothing that is secret; and salts that are erased while it runs."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from skillpod.config import NOTHING_SAID
from skillpod.errors import NotAllowed, SaltGone
from skillpod.home import Home
from skillpod.journal.erasing import matches, plan
from skillpod.journal.replay import read
from skillpod.journal.writer import JournalWriter
from skillpod.model.canonical import canonical
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.model.principal import Principal, Role
from skillpod.model.selection import Selection
from tests.scenarios.stage import Stage, eventually, running
from tests.support.skills import replace_file, write_skill

TOKEN = "ghp_" + "q3Zv9fK2hTqLrWm4sXb7dNc1oPe5gUy8aJi0"
ECHO = """
from typing import Any
from skillpod import tool

@tool
def say(word: str, password: str = "") -> dict[str, Any]:
    return {"word": word, "password": password}

@tool
def fail(word: str) -> None:
    raise ValueError(f"can't {word}")
"""


def entries(home: Path, fact: Fact = Fact.CALL) -> list[tuple[int, Entry]]:
    return [(recorded.seq, recorded.entry) for recorded in read(home / "journal") if recorded.entry.fact is fact]


async def calls(stage: Stage, count: int) -> list[tuple[int, Entry]]:
    await eventually(lambda: len(entries(stage.home)) >= count)
    return entries(stage.home)


def pod_yaml(home: Path, **log: Any) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    replace_file(home / "pod.yaml", json.dumps({"log": log}))


def test_each_tool_is_kept_as_pod_yaml_says_and_a_change_counts_at_once_and_leaves_its_own_entry(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        for name in ("one", "two", "three"):
            write_skill(skills, name, handler=ECHO)
        pod_yaml(home, tools={"one__*": "none", "two__*": "full"})
        async with running(skills, home) as stage:
            for name in ("one", "two", "three"):
                await stage.pod.call(f"{name}__say", {"word": f"use {TOKEN}", "password": "hunter2"})
            two, three = (entry for _, entry in await calls(stage, 2))
            assert two.arguments["values"] == {"word": "use [redacted: a GitHub token]", "password": {"redacted": "its name"}}
            assert two.result["values"] == two.arguments["values"]
            assert (three.skill, sorted(three.arguments), three.result) == ("three", ["bytes", "hmac"], {})
            with pytest.raises(Exception, match="can't go"):
                await stage.pod.call("one__fail", {"word": "go"})
            _, failed = (await calls(stage, 3))[-1]
            assert (failed.skill, failed.outcome, dict(failed.error)) == ("one", "error", {"code": "tool_raised"})

            changed = await stage.change(lambda: pod_yaml(home, calls="none"), Kind.RULES_CHANGED)
            assert changed.details["log"] == {"calls": "none"}
            await stage.pod.call("two__say", {"word": "unheard"})
            with pytest.raises(Exception, match="can't stop"):
                await stage.pod.call("two__fail", {"word": "stop"})
            _, last = (await calls(stage, 4))[-1]
            assert last.tool == "fail"
        rules = [entry for _, entry in entries(home, Fact.RULES)]
        assert [entry.trigger for entry in rules] == ["start", "config"]
        assert [dict(entry.details["log"]) for entry in rules] == [
            {"calls": "metadata", "tools": {"one__*": "none", "two__*": "full"}},
            {"calls": "none"},
        ]
        before, after = (entry.details["rules"]["config"] for entry in rules)
        assert NOTHING_SAID != before != after == rules[1].config
        assert len(entries(home)) == 4
        text = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file() and "store" not in path.parts)
        assert TOKEN[4:].encode() not in text
        assert b"hunter2" not in text

    asyncio.run(scenario())


def test_a_change_of_pod_yaml_that_says_nothing_of_the_log_leaves_an_entry_too_and_a_bad_one_does_not(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            await stage.change(lambda: replace_file(home / "pod.yaml", "trial: 30s\n"), Kind.RULES_CHANGED)
            await stage.change(lambda: replace_file(home / "pod.yaml", "trail: 30s\n"), Kind.TROUBLE)
            await stage.change(lambda: (home / "pod.yaml").unlink(), Kind.RULES_CHANGED)
        said = [entry.config for _, entry in entries(home, Fact.RULES)]
        assert len(said) == 3
        assert said[0] == said[2] == NOTHING_SAID != said[1]

    asyncio.run(scenario())


def test_salts_are_erased_while_the_pod_runs_by_an_admin_who_sees_all(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "one", handler=ECHO)
        arguments = {"word": "1234", "password": ""}
        async with running(skills, home) as stage:
            for _ in range(3):
                await stage.pod.call("one__say", arguments)
            numbers = [number for number, _ in await calls(stage, 3)]
            journal, salts = home / "journal", home / "salts"
            assert all(matches(journal, salts, number, canonical(arguments)) for number in numbers)
            only = Selection(entries=frozenset(numbers[:2]))
            for principal in (
                Principal(name="op", roles=frozenset({Role.OPERATOR, Role.REVIEWER})),
                Principal(name="part", roles=frozenset({Role.ADMIN}), sees=("one",)),
            ):
                with pytest.raises(NotAllowed):
                    await stage.pod.erase_salts(only, principal=principal)
            admin = Principal(name="root", roles=frozenset({Role.ADMIN}))
            erased = await stage.pod.erase_salts(only, principal=admin, reason="she asked")
            assert erased["salts"] == 2
            for number in numbers[:2]:
                with pytest.raises(SaltGone):
                    matches(journal, salts, number, canonical(arguments))
            assert matches(journal, salts, numbers[2], canonical(arguments))
            await stage.pod.call("one__say", arguments)
            number, _ = (await calls(stage, 4))[-1]
            assert matches(journal, salts, number, canonical(arguments))
        ((number, entry),) = entries(home, Fact.LOG_ERASED)
        assert (number, entry.actor, entry.reason, entry.details["salts"]) == (erased["entry"], "root", "she asked", 2)
        assert len(entries(home, Fact.NOT_ALLOWED)) == 2

    asyncio.run(scenario())


SECRETIVE = f"""
from skillpod import tool

@tool
def say() -> str:
    return "hello"

raise RuntimeError("no such account: {TOKEN}")
"""


def test_what_is_refused_leaves_no_value_of_its_config_and_no_secret_that_its_code_quotes(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        schema = {"type": "object", "properties": {"key": {"type": "integer"}}}
        write_skill(skills, "unfit", handler=ECHO, manifest={"config": {"schema": schema}})
        write_skill(skills, "loud", handler=SECRETIVE)
        home.mkdir(mode=0o700)
        (home / "pod.yaml").write_text(json.dumps({"skills": {"unfit": {"config": {"key": "hunter2"}}}}))
        async with running(skills, home) as stage:
            assert "hunter2" in stage.pod.show("unfit")["error"]["message"]  # who may look is told what to mend

    asyncio.run(scenario())
    unfit, loud = sorted((entry for _, entry in entries(home, Fact.REFUSED)), key=lambda entry: entry.skill, reverse=True)
    assert (unfit.error["code"], unfit.error["at"]) == ("config_refused", "config:key")
    assert "RuntimeError: no such account: [redacted: a GitHub token]" in loud.reason
    written = b"".join(path.read_bytes() for path in (home / "journal").iterdir())
    assert b"hunter2" not in written
    assert TOKEN.encode() not in written


def test_a_pod_that_was_killed_before_its_salts_were_erased_erases_them_at_its_next_start(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "one", handler=ECHO)
        async with running(skills, home) as stage:
            await stage.pod.call("one__say", {"word": "hello"})
        ((number, call),) = entries(home)
        text = canonical({"word": "hello"})
        assert matches(home / "journal", home / "salts", number, text)
        writer = JournalWriter(home / "journal", node=Home(home).node(), epoch=time.time, salts=home / "salts")
        await writer.open()
        await writer.record(plan(home / "journal", home / "salts", Selection(skill=call.skill)).entry("jane", ("admin",), ""))
        await writer.close()  # as far as it came
        async with running(skills, home):
            with pytest.raises(SaltGone):
                matches(home / "journal", home / "salts", number, text)

    asyncio.run(scenario())


def test_what_was_called_just_before_salts_are_erased_is_erased_with_them(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "one", handler=ECHO)
        async with running(skills, home) as stage:
            await stage.pod.call("one__say", {"word": "a"})
            await calls(stage, 1)
            await asyncio.gather(*(stage.pod.call("one__say", {"word": "a"}) for _ in range(5)))
            assert await stage.pod.erase_salts(Selection(skill="one")) == {"entry": entries(home, Fact.LOG_ERASED)[0][0], "salts": 6}
            for number, _ in await calls(stage, 6):
                with pytest.raises(SaltGone):
                    matches(home / "journal", home / "salts", number, canonical({"word": "a"}))

    asyncio.run(scenario())
