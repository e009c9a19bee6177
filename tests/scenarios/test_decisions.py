"""What the policy holds or refuses never runs, and the operator's orders outlive the reconciler."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import ApprovalNeeded, UnknownDigest, UnknownTool
from skillpod.model.event import Kind
from tests.scenarios.stage import descendants, running
from tests.support.skills import replace_file, saying, write_skill

WRITE_TIER: dict[str, Any] = {"tier": "write", "permissions": {"volumes": [{"name": "notes", "access": "write"}]}}


def guests() -> set[int]:
    """Every process below this one but those that read skills."""
    return {pid for pid in descendants() if b"skillpod.sandbox.forker" not in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_a_write_tier_skill_without_leave_is_tried_and_never_serves(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            processes = guests()
            held = await stage.change(
                lambda: write_skill(skills, "words", handler=saying("ran"), manifest=WRITE_TIER), Kind.HELD, skill="words"
            )
            assert isinstance(held.error, ApprovalNeeded)
            assert held.error.message
            assert stage.skill("words")["state"] == "held"
            assert stage.names() == []
            with pytest.raises(ApprovalNeeded):
                await stage.pod.call("words__answer", {})
            await stage.pod.settled()
            assert (await stage.pod.held("words"))["trial"]["error"] is None
            assert guests() <= processes  # nothing of its trial is left
            assert not stage.of(Kind.MOUNTED)

    asyncio.run(scenario())


def test_an_update_that_asks_for_more_is_held_and_the_version_before_serves(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("before"))
        async with running(skills, home) as stage:
            await stage.change(
                lambda: write_skill(skills, "words", handler=saying("asking"), version="1.1.0", manifest=WRITE_TIER),
                Kind.HELD,
                skill="words",
            )
            assert await stage.pod.call("words__answer", {}) == "before"
            assert stage.skill("words")["error"]["code"] == "approval_needed"

    asyncio.run(scenario())


def test_a_rollback_is_not_undone_by_the_reconciler_and_ends_when_the_folder_changes(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("one")) / "handler.py"
        async with running(skills, home) as stage:
            await stage.change(lambda: replace_file(handler, saying("two")), Kind.SWAPPED, skill="words")
            entry = await stage.pod.rollback("words")
            assert await stage.pod.call("words__answer", {}) == "one"
            assert entry["generation"] == 3
            for _ in range(3):
                await stage.pod.settled()
            replace_file(handler, saying("two"))  # the same bytes again: the folder has not changed
            await stage.pod.settled()
            assert await stage.pod.call("words__answer", {}) == "one"
            assert stage.skill("words")["mode"] == "pinned"
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "one"
            await stage.change(lambda: replace_file(handler, saying("three")), Kind.SWAPPED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "three"
            assert stage.skill("words")["mode"] == "follow"

    asyncio.run(scenario())


def test_a_pin_ends_on_reload(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("one")) / "handler.py"
        async with running(skills, home) as stage:
            await stage.change(lambda: replace_file(handler, saying("two")), Kind.SWAPPED, skill="words")
            await stage.pod.rollback("words")
            await stage.pod.reload("words")
            assert await stage.pod.call("words__answer", {}) == "two"

    asyncio.run(scenario())


def test_any_version_comes_back_by_its_digest(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("0")) / "handler.py"
        digests = []
        async with running(skills, home) as stage:
            digests.append(stage.skill("words")["digest"])
            for word in ("1", "2", "3"):
                await stage.change(lambda word=word: replace_file(handler, saying(word)), Kind.SWAPPED, skill="words")  # type: ignore[misc]  # SAFE: a default binds the loop's value
                digests.append(stage.skill("words")["digest"])
            for word in ("0", "2", "1"):
                await stage.pod.rollback("words", to=digests[int(word)])
                assert await stage.pod.call("words__answer", {}) == word
                await stage.pod.settled()
                assert await stage.pod.call("words__answer", {}) == word
            with pytest.raises(UnknownDigest):
                await stage.pod.rollback("words", to="sha256:" + "0" * 64)
            assert await stage.pod.call("words__answer", {}) == "1"

    asyncio.run(scenario())


def test_an_unmount_is_not_undone_by_the_reconciler_nor_by_saves_nor_by_a_restart(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("one")) / "handler.py"
        async with running(skills, home) as stage:
            await stage.pod.unmount("words")
            await stage.pod.settled()
            replace_file(handler, saying("two"))
            await stage.pod.settled()
            assert stage.names() == []
            assert stage.skill("words")["state"] == "absent"
        async with running(skills, home) as stage:
            assert stage.names() == []
            with pytest.raises(UnknownTool):
                await stage.pod.call("words__answer", {})
            await stage.pod.reload("words")
            assert await stage.pod.call("words__answer", {}) == "two"

    asyncio.run(scenario())


def test_a_mounted_path_survives_the_reconciler_and_a_restart_without_its_folder(skills: Path, home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        outside = write_skill(tmp_path / "elsewhere", "words", handler=saying("operator's"))
        async with running(skills, home) as stage:
            entry = await stage.pod.mount(outside)
            assert entry["source"] == str(outside)
            await stage.pod.settled()
            assert await stage.pod.call("words__answer", {}) == "operator's"
        outside.rename(outside.with_name("moved"))  # it runs from the store: what was mounted is what runs
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "operator's"

    asyncio.run(scenario())


def test_reading_the_folder_again_after_a_refusal_needs_no_change(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "needs", handler=saying("needs"), manifest={"requires": {"skills": {"base": ">=2"}}})
        write_skill(skills, "base", handler=saying("base"), version="1.0.0")
        async with running(skills, home) as stage:
            assert stage.skill("needs")["state"] == "waiting"
            assert "base" in stage.skill("needs")["error"]["message"]
            mark = stage.mark()
            write_skill(skills, "base", handler=saying("base"), version="2.0.0")
            await stage.until(Kind.MOUNTED, skill="needs", after=mark)
            assert await stage.pod.call("needs__answer", {}) == "needs"

    asyncio.run(scenario())


def test_a_required_skill_that_appears_mounts_those_that_wait(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            waiting = await stage.change(
                lambda: write_skill(skills, "needs", handler=saying("n"), manifest={"requires": {"skills": {"base": ">=1.0"}}}),
                Kind.WAITING,
                skill="needs",
            )
            assert "base" in str(waiting.error)
            mark = stage.mark()
            write_skill(skills, "base", handler=saying("b"))
            await stage.until(Kind.MOUNTED, skill="needs", after=mark)
            assert stage.names() == ["base__answer", "needs__answer"]

    asyncio.run(scenario())
