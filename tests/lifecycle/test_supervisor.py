"""What goes wrong in the pod itself is told, tried again, and never makes it spin or fall silent."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from skillpod import SkillManager
from skillpod.errors import JournalUnwritable
from skillpod.lifecycle.supervisor import Supervisor
from skillpod.model.entry import Entry, Fact
from tests.support.skills import drop_skill, replace_file, saying, write_skill


def test_waiting_for_tasks_that_are_done_already_ends(tmp_path: Path) -> None:
    async def scenario() -> None:
        skills = tmp_path / "skills"
        skills.mkdir()
        async with SkillManager(skills, home=tmp_path / "home") as pod:
            supervisor: Supervisor = pod._supervisor

            async def nothing() -> None:
                return

            for _ in range(50):
                supervisor.spawn(nothing())
                for task in tuple(supervisor._work):
                    await task  # done, and its callback not yet run
                async with asyncio.timeout(10):
                    await supervisor.quiet()

    asyncio.run(scenario())


def test_a_store_that_can_not_be_written_is_told_and_mended_without_a_change_of_the_folder(tmp_path: Path) -> None:
    async def scenario() -> None:
        skills, home = tmp_path / "skills", tmp_path / "home"
        skills.mkdir()
        write_skill(skills, "first", handler=saying("first"))
        async with SkillManager(skills, home=home) as pod:
            shutil.move(home / "store", home / "kept")
            (home / "store").write_text("in the way")
            drop_skill(skills, "second", handler=saying("second"))
            await pod.settled()
            second = next(skill for skill in pod.skills() if skill["name"] == "second")
            assert second["state"] == "refused"
            assert "store" in second["error"]["message"] + second["error"]["hint"] + second["error"]["at"]
            (home / "store").unlink()
            shutil.move(home / "kept", home / "store")
            async with asyncio.timeout(20):
                while "second" not in {skill["name"] for skill in pod.skills() if skill["state"] == "live"}:
                    await asyncio.sleep(0.05)
                    await pod.settled()

    asyncio.run(scenario())


def test_a_fault_in_work_behind_the_scenes_is_an_event(tmp_path: Path) -> None:
    async def scenario() -> str:
        skills = tmp_path / "skills"
        skills.mkdir()
        async with SkillManager(skills, home=tmp_path / "home") as pod:

            async def fail() -> None:
                raise ZeroDivisionError("a fault of ours")

            events = pod.events()
            listening = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            pod._supervisor.spawn(fail())
            async with asyncio.timeout(10):
                return (await listening).message

    assert "a fault of ours" in asyncio.run(scenario())


def test_a_rollback_stands_when_the_journal_fails_just_after_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        skills = tmp_path / "skills"
        skills.mkdir()
        folder = write_skill(skills, "words", handler=saying("one"))
        async with SkillManager(skills, home=tmp_path / "home") as pod:
            replace_file(folder / "handler.py", saying("two"))
            await pod.settled()
            ledger = pod._parts.ledger
            record = ledger._journal.record

            async def until_the_rollback(entry: Entry) -> int:
                if entry.fact is Fact.ROLLED_BACK:
                    raise JournalUnwritable("the disk is full")
                return await record(entry)

            ledger._journal.record = until_the_rollback  # type: ignore[method-assign]  # SAFE: a disk that fills up in this very moment
            await pod.rollback("words")
            assert await pod.call("words__answer", {}) == "one"
            assert [skill["mode"] for skill in pod.skills()] == ["pinned"]

    asyncio.run(scenario())
