"""The order in which things come: orders that wait for each other, rules that change while something is on its way."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import AuditDenied, PolicyRefused, SkillFailed
from skillpod.lifecycle.pipeline import Survey
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.ports import Journal
from tests.scenarios.stage import eventually, running
from tests.support.skills import doing, replace_file, saying, write_skill

PLAIN: dict[str, Any] = {"id": "plain", "match": {}, "outcome": "allow", "reason": "It asks for nothing at all."}


def rule(policies: Path, *rules: dict[str, Any]) -> None:
    """The rules from now on."""
    replace_file(policies / "default.yaml", json.dumps({"policy": 1, "name": "default", "rules": list(rules)}))


def test_what_comes_up_behind_an_order_that_failed_is_under_the_rules(skills: Path, home: Path, policies: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        rule(policies, PLAIN)
        bad = write_skill(tmp_path / "bad", "words", handler=doing("", imports="import ctypes"))
        good = write_skill(tmp_path / "good", "words", handler=saying("good"))
        async with running(skills, home, policies=policies) as stage:
            outcomes: list[object] = list(await asyncio.gather(stage.pod.mount(bad), stage.pod.mount(good), return_exceptions=True))
            assert isinstance(outcomes[0], AuditDenied)
            assert await stage.pod.call("words__answer", {}) == "good"
            rule(policies)
            await stage.pod.settled()
            with pytest.raises(PolicyRefused):
                await stage.pod.call("words__answer", {})

    asyncio.run(scenario())


class Waiting:
    """A journal that is asked to write that something was published, and takes its time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def record(self, entry: Entry) -> int:
        if entry.fact is Fact.PUBLISHED:
            self.asked.set()
            await self.let.wait()
        return await self._journal.record(entry)


def test_rules_that_change_while_the_journal_is_written_hold_for_what_is_published_then(
    skills: Path, home: Path, policies: Path, tmp_path: Path
) -> None:
    async def scenario() -> None:
        rule(policies, {**PLAIN, "match": {"environment": "test"}})
        home.mkdir(mode=0o700, exist_ok=True)
        replace_file(home / "pod.yaml", "environment: test\n")
        good = write_skill(tmp_path, "words", handler=saying("good"))
        async with running(skills, home, policies=policies) as stage:
            ledger = stage.pod._parts.ledger
            slow = Waiting(ledger._journal)
            ledger._journal = slow  # type: ignore[assignment]
            mounting = asyncio.create_task(stage.pod.mount(good))
            await slow.asked.wait()
            replace_file(home / "pod.yaml", "environment: production\n")
            await stage.pod._reload_config()
            slow.let.set()
            with pytest.raises(PolicyRefused):
                await mounting
            with pytest.raises(PolicyRefused):
                await stage.pod.call("words__answer", {})

    asyncio.run(scenario())


def test_what_is_revoked_after_it_was_replaced_ends_with_its_calls(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        rule(policies, PLAIN)
        folder = write_skill(skills, "words", handler=doing("time.sleep(8)", imports="import time"))
        async with running(skills, home, policies=policies) as stage:
            digest = stage.skill("words")["digest"]
            in_flight = asyncio.create_task(stage.pod.call("words__answer", {}))
            await eventually(lambda: stage.pod.stats()["guests"].get("busy", 0) == 1)
            await stage.change(lambda: replace_file(folder / "handler.py", saying("next")), Kind.SWAPPED, skill="words")
            revoked = {"digest": digest, "reason": "It was seen to do harm.", "by": "R. Reviewer", "date": "2026-11-30"}
            replace_file(policies / "revocations.yaml", json.dumps({"revocations": 1, "revoked": [revoked]}))
            await stage.pod.settled()
            with pytest.raises(SkillFailed):
                await in_flight
            assert await stage.pod.call("words__answer", {}) == "next"

    asyncio.run(scenario())


def test_what_can_not_be_judged_does_not_serve_and_keeps_nothing_else_from_being_judged(skills: Path, home: Path, policies: Path) -> None:
    async def scenario() -> None:
        rule(policies, PLAIN)
        for name in ("a", "b"):
            write_skill(skills, name, handler=saying(name))
        async with running(skills, home, policies=policies) as stage:
            judge, renewed = stage.pod._parts.judge, stage.pod._parts.judge._renewed

            def fails(survey: Survey) -> Survey:
                if survey.manifest is not None and survey.manifest.name == "a":
                    raise RecursionError
                return renewed(survey)

            judge._renewed = fails
            mark = stage.mark()
            rule(policies, {**PLAIN, "match": {"name": "a"}})
            await stage.until(Kind.UNMOUNTED, skill="a", after=mark)
            await stage.until(Kind.UNMOUNTED, skill="b", after=mark)
            assert stage.names() == []
            judge._renewed = renewed
            rule(policies, PLAIN)
            await stage.until(Kind.MOUNTED, skill="b", after=mark)  # the rules are still looked at

    asyncio.run(scenario())
