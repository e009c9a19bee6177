"""A skill that tries what it was not granted: an event, an entry and a line of `show` that a reviewer can act on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from skillpod.errors import ToolRaised
from skillpod.journal.replay import read
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import running
from tests.support.skills import drop_skill

NOSY = '''\
from skillpod import tool


@tool
def look(path: str) -> str:
    """Read any file."""
    return open(path).read()
'''


def test_it_is_told_once_journaled_once_and_counted(tmp_path: Path) -> None:
    async def act() -> None:
        skills = tmp_path / "skills"
        skills.mkdir()
        drop_skill(skills, "nosy", handler=NOSY)
        async with running(skills, tmp_path / "home") as stage:
            for _ in range(3):
                with pytest.raises(ToolRaised):
                    await stage.pod.call("nosy__look", {"path": "/etc/shadow"})
            event = await stage.until(Kind.ATTEMPTED, skill="nosy")
            assert "open /etc/shadow" in event.message
            assert event.details["tool"] == "look"
            assert event.details["by"] == "guest"
            assert event.details["asked"] == []
            assert event.details["audit"], "the audit read the open, and a reviewer sees it beside"
            assert len(stage.of(Kind.ATTEMPTED)) == 1
            shown = stage.pod.show("nosy")
            assert [(attempt["target"], attempt["count"], attempt["granted"]) for attempt in shown["attempts"]] == [
                ("/etc/shadow", 3, False)
            ]
            assert shown["asks"]["volumes"] == []

    asyncio.run(act())
    entries = [recorded.entry for recorded in read(tmp_path / "home" / "journal") if recorded.entry.fact is Fact.ATTEMPTED]
    assert [(entry.skill, entry.tool, entry.outcome, entry.details["target"]) for entry in entries] == [
        ("nosy", "look", "denied", "/etc/shadow")
    ]


def test_many_different_ones_are_told_up_to_a_bound_and_counted_beyond(tmp_path: Path) -> None:
    async def act() -> None:
        skills = tmp_path / "skills"
        skills.mkdir()
        drop_skill(skills, "nosy", handler=NOSY.replace("return open(path).read()", MANY), manifest={"lifetime": "skill"})
        async with running(skills, tmp_path / "home") as stage:
            for first in range(0, 90, 30):
                await stage.pod.call("nosy__look", {"path": str(first)})
            shown = stage.pod.show("nosy")
            assert len(shown["attempts"]) == 32
            assert shown["more_attempts"] == 58

    asyncio.run(act())


MANY = """\
for number in range(int(path), int(path) + 30):
        try:
            open(f"/etc/secret{number}")
        except OSError:
            continue
    return 'done'"""
