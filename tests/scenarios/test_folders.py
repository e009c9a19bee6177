"""Folders that come, go and come back; whole, in pieces, renamed and copied."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from skillpod.errors import UnknownTool
from skillpod.model.event import Kind
from tests.scenarios.stage import eventually, running
from tests.support.skills import drop_skill, put_back, saying, skill_files, take_out, write_skill


def test_a_folder_that_is_renamed_in_is_callable(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            await stage.change(lambda: drop_skill(skills, "words", handler=saying("hello")), Kind.MOUNTED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "hello"
            assert stage.names() == ["words__answer"]

    asyncio.run(scenario())


def test_a_folder_that_is_copied_in_is_callable(skills: Path, home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        source = write_skill(tmp_path / "elsewhere", "words", handler=saying("hello"))
        async with running(skills, home) as stage:
            await stage.change(lambda: shutil.copytree(source, skills / "words"), Kind.MOUNTED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "hello"

    asyncio.run(scenario())


def test_a_half_written_folder_is_told_and_mounts_when_it_is_whole(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        files = skill_files("words", handler=saying("hello"))
        async with running(skills, home) as stage:
            folder = skills / "words"
            folder.mkdir()
            (folder / "handler.py").write_bytes(files["handler.py"])
            mark = stage.mark()
            refused = await stage.until(Kind.REFUSED, skill="words", after=0)
            assert refused.error is not None
            assert "manifest.yaml" in str(refused.error)
            (folder / "manifest.yaml").write_bytes(files["manifest.yaml"])
            await stage.until(Kind.MOUNTED, skill="words", after=mark)
            assert await stage.pod.call("words__answer", {}) == "hello"
            assert stage.skill("words")["error"] is None

    asyncio.run(scenario())


def test_a_folder_renamed_out_is_unmounted_and_renamed_in_is_back(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        drop_skill(skills, "words", handler=saying("hello"))
        async with running(skills, home) as stage:
            mark = stage.mark()
            outside = take_out(skills, "words")
            await stage.until(Kind.UNMOUNTED, skill="words", after=mark)
            with pytest.raises(UnknownTool):
                await stage.pod.call("words__answer", {})
            await stage.change(lambda: put_back(skills, outside), Kind.MOUNTED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "hello"
            assert stage.skill("words")["generation"] == 2

    asyncio.run(scenario())


def test_a_folder_renamed_within_the_directory_leaves_its_old_name(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        drop_skill(skills, "before", handler=saying("hello"))
        async with running(skills, home) as stage:
            mark = stage.mark()
            (skills / "before").rename(skills / "after")
            await stage.until(Kind.UNMOUNTED, skill="before", after=mark)
            refused = await stage.until(Kind.REFUSED, skill="after", after=mark)
            assert "before" in str(refused.error)  # the manifest still says so
            assert stage.names() == []

    asyncio.run(scenario())


def test_a_deleted_folder_is_unmounted_and_a_restored_one_is_mounted_again(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("hello"))
        async with running(skills, home) as stage:
            await stage.change(lambda: shutil.rmtree(skills / "words"), Kind.UNMOUNTED, skill="words")
            assert stage.names() == []
            await stage.change(lambda: write_skill(skills, "words", handler=saying("again")), Kind.MOUNTED, skill="words")
            assert await stage.pod.call("words__answer", {}) == "again"

    asyncio.run(scenario())


def test_a_folder_deleted_while_no_pod_ran_stays_deleted(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("hello"))
        async with running(skills, home) as stage:
            assert stage.names() == ["words__answer"]
        shutil.rmtree(skills / "words")
        for _ in range(2):
            async with running(skills, home) as stage:
                assert stage.names() == []

    asyncio.run(scenario())


def test_a_link_to_a_folder_is_never_followed(skills: Path, home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        outside = write_skill(tmp_path / "elsewhere", "words", handler=saying("hello"))
        async with running(skills, home) as stage:
            mark = stage.mark()
            (skills / "words").symlink_to(outside)
            await stage.pod.settled()
            told = await stage.until(Kind.TROUBLE, Kind.REFUSED, after=mark)
            assert "words" in f"{told.skill} {told.message}"
            assert stage.names() == []

    asyncio.run(scenario())


def test_a_whole_directory_that_is_moved_away_keeps_what_is_mounted_and_says_so(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("hello"))
        async with running(skills, home) as stage:
            mark = stage.mark()
            moved = skills.rename(skills.with_name("moved"))
            await stage.until(Kind.TROUBLE, after=mark)
            assert await stage.pod.call("words__answer", {}) == "hello"
            moved.rename(skills)
            await stage.pod.settled()
            assert await stage.pod.call("words__answer", {}) == "hello"

    asyncio.run(scenario())


def test_many_folders_at_once_are_all_callable(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            for number in range(20):
                drop_skill(skills, f"words-{number}", handler=saying(f"{number}"))
            await eventually(lambda: len(stage.names()) == 20)
            answers = await asyncio.gather(*(stage.pod.call(f"words-{number}__answer", {}) for number in range(20)))
            assert answers == [str(number) for number in range(20)]

    asyncio.run(scenario())
