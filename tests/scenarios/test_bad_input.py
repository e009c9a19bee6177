"""Bad input gets a clear error and loses nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from skillpod.errors import PathUnusable, SkillpodError
from skillpod.manager import SkillManager
from skillpod.model.event import Kind
from tests.scenarios.stage import running
from tests.support.skills import saying, skill_files, write_skill


def test_a_skills_directory_that_is_a_file_or_not_there_is_refused(tmp_path: Path, home: Path) -> None:
    (tmp_path / "file").write_text("text")
    for root in (tmp_path / "file", tmp_path / "nowhere"):
        with pytest.raises(PathUnusable) as refusal:
            asyncio.run(SkillManager(root, home=home).start())
        assert str(root) in refusal.value.message
        assert refusal.value.hint


def test_a_home_that_is_a_file_is_refused(skills: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(PathUnusable):
        asyncio.run(SkillManager(skills, home=tmp_path / "file").start())


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

MANIFESTS: dict[str, str] = {
    "a list": "- manifest\n- 1\n",
    "a text": "just words\n",
    "empty": "",
    "no YAML": "{[\n",
    "anchors": BOMB,
    "anchors by the megabyte": BOMB * 3000,
    "a python object": "name: !!python/object/apply:os.system ['true']\n",
    "a duplicate key": "name: words\nname: words\n",
    "a bare number for a version": "manifest: 1\nname: words\nversion: 1.20\ndescription: d\nauthor: a\n",
    "an unknown key": "manifest: 1\nname: words\nversion: '1.0.0'\ndescription: d\nauthor: a\nlimts: {}\n",
    "very deep": "a: " + "[" * 5000 + "]" * 5000 + "\n",
    "not text": "\x00\x01",
}


@pytest.mark.parametrize("what", MANIFESTS)
def test_a_manifest_that_is_not_one_is_refused_with_the_reason(what: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "bystander", handler=saying("here"))
        async with running(skills, home) as stage:
            refused = await stage.change(
                lambda: write_skill(skills, "words", handler=saying("x"), manifest=MANIFESTS[what]), Kind.REFUSED, skill="words"
            )
            assert refused.error is not None
            assert "manifest.yaml" in str(refused.error.as_dict())
            assert len(str(refused.error)) < 4000
            assert await stage.pod.call("bystander__answer", {}) == "here"

    asyncio.run(scenario())


def _link(folder: Path) -> None:
    (folder / "link.py").symlink_to("/etc/passwd")


def _hard_link(folder: Path) -> None:
    os.link(folder / "handler.py", folder / "twin.py")


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def _native(folder: Path) -> None:
    (folder / "native.so").write_bytes(b"\x7fELF")


def _latin(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("x")


def _case(folder: Path) -> None:
    (folder / "Handler.py").write_text("x")


def _many(folder: Path) -> None:
    for number in range(600):
        (folder / f"file{number}.txt").touch()


def _large(folder: Path) -> None:
    (folder / "large.bin").write_bytes(b"\0" * (17 * 1024 * 1024))


@pytest.mark.parametrize(
    "spoil", [_link, _hard_link, _fifo, _native, _latin, _case, _many, _large], ids=lambda spoil: spoil.__name__.strip("_")
)
def test_a_folder_with_what_no_skill_may_hold_is_refused_and_what_was_live_stays(
    spoil: Callable[[Path], None], skills: Path, home: Path
) -> None:
    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("good"))
        async with running(skills, home) as stage:
            refused = await stage.change(lambda: spoil(folder), Kind.REFUSED, skill="words")
            assert refused.error is not None
            assert refused.error.code == "bundle_refused"
            assert await stage.pod.call("words__answer", {}) == "good"

    asyncio.run(scenario())


def test_a_file_that_may_not_be_read_is_said(skills: Path, home: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")

    async def scenario() -> None:
        folder = write_skill(skills, "words", handler=saying("good"))
        async with running(skills, home) as stage:
            refused = await stage.change(lambda: (folder / "handler.py").chmod(0), Kind.REFUSED, skill="words")
            assert "handler.py" in str(refused.error)
            assert await stage.pod.call("words__answer", {}) == "good"
            (folder / "handler.py").chmod(0o600)

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["", "nowhere", "a\0b", "/dev/null", "/etc/passwd", "/", "..", "x" * 5000])
def test_mounting_what_is_no_skill_folder_is_refused(path: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "bystander", handler=saying("here"))
        async with running(skills, home) as stage:
            with pytest.raises(SkillpodError) as refusal:
                await stage.pod.mount(path)
            assert refusal.value.code != "internal"
            assert await stage.pod.call("bystander__answer", {}) == "here"
            assert [entry["name"] for entry in stage.pod.skills()] == ["bystander"]

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["", "nobody", "..", ".", "a/b", "../skills/bystander", "a\0b", "x" * 5000])
def test_ordering_something_of_no_skill_is_refused(name: str, skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "bystander", handler=saying("here"))
        async with running(skills, home) as stage:
            for order in (stage.pod.unmount, stage.pod.reload, stage.pod.rollback, stage.pod.resume):
                with pytest.raises(SkillpodError) as refusal:
                    await order(name)
                assert refusal.value.code in ("unknown_skill", "command_invalid"), refusal.value.as_dict()
            assert [entry["name"] for entry in stage.pod.skills()] == ["bystander"]

    asyncio.run(scenario())


def test_a_folder_without_a_manifest_or_without_a_handler_is_said_and_not_silent(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        files = skill_files("words")
        async with running(skills, home) as stage:
            (skills / "words").mkdir()
            for name in ("handler.py", "manifest.yaml"):
                mark = stage.mark()
                (skills / "words" / name).write_bytes(files[name])
                missing = {"handler.py": "manifest.yaml", "manifest.yaml": "handler.py"}[name]
                refused = await stage.until(Kind.REFUSED, skill="words", after=mark)
                assert missing in str(refused.error)
                (skills / "words" / name).unlink()
                await stage.pod.settled()
            (skills / "words").rmdir()

    asyncio.run(scenario())


def test_files_beside_the_folders_are_left_alone(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        async with running(skills, home) as stage:
            (skills / "README.md").write_text("# skills\n")
            (skills / ".hidden").mkdir()
            (skills / "Bad Name").mkdir()
            (skills / "Bad Name" / "manifest.yaml").write_text("manifest: 1\n")
            await stage.pod.settled()
            assert stage.names() == []

    asyncio.run(scenario())
