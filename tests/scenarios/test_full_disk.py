"""A whole pod on a disk that is full: what lets in stops and says why, what takes away goes on, and nothing that was said is lost."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from skillpod.errors import JournalUnwritable, PathUnusable, SkillpodError
from skillpod.journal.check import Checked, check
from skillpod.journal.hashes import HashFile
from skillpod.journal.replay import read
from skillpod.journal.signed import read_log_key
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from skillpod.serve.answers import Exit, answer
from tests.scenarios.stage import Stage, descendants, eventually, running
from tests.scenarios.test_trust import revoke
from tests.support.disks import small_filesystem, use_up
from tests.support.skills import saying, write_skill

SIZE = "24m"


def checked(home: Path) -> Checked:
    """The log held against all that was signed of it, by the key it says is its own."""
    directory = os.open(home / "journal", os.O_RDONLY)
    try:
        return check(directory, read_log_key(directory))
    finally:
        os.close(directory)


def _kept(home: Path) -> int:
    directory = os.open(home / "journal", os.O_RDONLY)
    hashes = HashFile(directory)
    try:
        return hashes.size
    finally:
        hashes.close()
        os.close(directory)


async def _call_until_refused(stage: Stage, tool: str) -> tuple[int, SkillpodError]:
    """How many calls were answered before one was not, and why."""
    for count in range(100_000):
        try:
            await stage.pod.call(tool, {})
        except SkillpodError as error:
            return count, error
    raise AssertionError("the disk never was full")


def _answers(home: Path) -> Counter[str]:
    return Counter(seen.entry.skill for seen in read(home / "journal") if seen.entry.fact is Fact.CALL and seen.entry.outcome == "ok")


def test_on_a_full_disk_a_pod_takes_away_and_lets_nothing_in_and_loses_nothing(tmp_path: Path, skills: Path, policies: Path) -> None:
    async def scenario(home: Path) -> int:
        for name in ("words", "bad", "stays"):
            write_skill(skills, name, handler=saying(name))
        async with running(skills, home, policies=policies) as stage:
            use_up(home / "ballast")
            answered, error = await _call_until_refused(stage, "stays__answer")
            assert (error.code, answer(error).exit) == ("journal_unwritable", Exit.JOURNAL)
            assert "No space left on device" in error.message
            assert "free space" in error.hint
            write_skill(skills, "late", handler=saying("late"))
            told = await stage.until(Kind.TROUBLE)
            assert "No space left" in told.message
            await stage.pod.unmount("words")
            await stage.change(lambda: revoke(policies, digest=stage.skill("bad")["digest"]), Kind.UNMOUNTED, skill="bad")
            assert stage.names() == ["stays__answer"]
            with pytest.raises(JournalUnwritable):
                await stage.pod.call("stays__answer", {})
            (home / "ballast").unlink()
            await stage.until(Kind.MOUNTED, skill="late")
            assert await stage.pod.call("late__answer", {}) == "late"
            assert await stage.pod.call("stays__answer", {}) == "stays"
            await eventually(lambda: checked(home).sealed is not None and checked(home).sealed.checkpoint.size == checked(home).tree.size)  # type: ignore[union-attr]
            await eventually(lambda: _kept(home) == checked(home).tree.size)
            return answered + 1

    before = descendants()
    with small_filesystem(tmp_path / "full", SIZE) as home:
        answered = asyncio.run(scenario(home))
        assert _answers(home) == {"stays": answered, "late": 1}
        taken = [(seen.entry.fact, seen.entry.skill) for seen in read(home / "journal") if seen.entry.fact is Fact.UNMOUNTED]
        assert {name for _, name in taken} >= {"words", "bad"}
    assert descendants() <= before


def test_a_pod_on_a_full_disk_does_not_start_and_says_so_and_starts_when_there_is_room(tmp_path: Path, skills: Path) -> None:
    async def scenario(home: Path) -> None:
        write_skill(skills, "words", handler=saying("word"))
        async with running(skills, home):
            pass
        before = {
            path: path.read_bytes() for path in (home / "journal" / "000001.jsonl", home / "journal" / "checkpoint", home / "index.sqlite")
        }
        use_up(home / "ballast")
        with pytest.raises(PathUnusable, match="the index of the journal can't be opened") as refused:
            async with running(skills, home):
                pass
        assert "space left" in refused.value.hint
        assert {path: path.read_bytes() for path in before} == before
        (home / "ballast").unlink()
        async with running(skills, home) as stage:
            assert await stage.pod.call("words__answer", {}) == "word"
        assert checked(home).tree.size == checked(home).sealed.checkpoint.size  # type: ignore[union-attr]

    with small_filesystem(tmp_path / "full", SIZE) as home:
        asyncio.run(scenario(home))


async def _put_in_the_way(path: Path) -> None:
    """A directory where a file is to be made: as root, no permission would stop us. The file may be there for the moment."""

    def made() -> bool:
        with suppress(FileExistsError):
            path.mkdir()
        return path.is_dir()

    await eventually(made)


def test_a_checkpoint_that_can_not_be_written_is_told_once_and_made_when_it_can(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "words", handler=saying("word"))
        async with running(skills, home) as stage:
            in_the_way = home / "journal" / "checkpoint.new"
            await _put_in_the_way(in_the_way)
            signed = checked(home).sealed
            mark = stage.mark()
            await stage.pod.call("words__answer", {})
            told = await stage.until(Kind.TROUBLE, after=mark)
            assert "the log has no newer checkpoint" in told.message
            await stage.pod.call("words__answer", {})
            await asyncio.sleep(2.5)  # it is tried again every second: nothing tells of what is not told
            assert stage.of(Kind.TROUBLE, after=mark) == [told]
            assert checked(home).sealed == signed
            in_the_way.rmdir()
            await eventually(lambda: checked(home).sealed != signed)
            await _put_in_the_way(in_the_way)
            mark = stage.mark()
            await stage.pod.unmount("words")
            await stage.until(Kind.TROUBLE, after=mark)
            in_the_way.rmdir()

    asyncio.run(scenario())
    assert checked(home).tree.size == checked(home).sealed.checkpoint.size  # type: ignore[union-attr]
