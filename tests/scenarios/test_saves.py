"""Saving a file: the last save always wins, whoever saves and however, and nothing grows."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, descendants, descriptors, eventually, resident, running, threads
from tests.support.skills import numbered, overwrite_file, replace_file, saying, write_skill

MIB = 1024 * 1024


def test_ten_saves_grow_nothing(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "counter", handler=numbered(0), manifest={"lifetime": "skill"})
        async with running(skills, home) as stage:
            for number in range(1, 6):  # until everything that is kept (a previous generation, warm threads) is there
                await _save(stage, number)
            before = _kept()
            memory = resident()
            for number in range(6, 16):
                await _save(stage, number)
            # A drained guest is still being closed when its end is told: what it held goes a moment later.
            await eventually(lambda: all(now <= then for now, then in zip(_kept(), before, strict=True)))
            assert resident() - memory < 2 * MIB

    asyncio.run(scenario())


def _kept() -> tuple[int, int, int]:
    return len(descendants()), descriptors(), threads()


async def _save(stage: Stage, number: int) -> None:
    mark = stage.mark()
    replace_file(stage.skills / "counter" / "handler.py", numbered(number))
    await stage.until(Kind.DRAINED, skill="counter", after=mark)
    assert await stage.pod.call("counter__answer", {}) == number


def test_a_same_size_edit_within_the_same_second_runs_the_new_code_fifty_times_of_fifty(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "counter", handler=numbered(0)) / "handler.py"
        stamp = handler.stat()
        answers = []
        async with running(skills, home) as stage:
            for number in range(1, 51):

                def edit(number: int = number) -> None:
                    overwrite_file(handler, numbered(number))
                    os.utime(handler, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # the very same time, to the nanosecond

                await stage.change(edit, Kind.SWAPPED, skill="counter")
                assert handler.stat().st_size == stamp.st_size
                answers.append(await stage.pod.call("counter__answer", {}))
        assert answers == list(range(1, 51))

    asyncio.run(scenario())


def vim(path: Path, text: str) -> None:
    """What vim does with `backup` and `writebackup`: probe with 4913, move the old file aside, write the new one, remove the backup."""
    probe = path.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = path.with_name(path.name + "~")
    path.rename(backup)
    path.write_text(text)
    backup.unlink()


def vim_with_swap_file(path: Path, text: str) -> None:
    swap = path.with_name(f".{path.name}.swp")
    swap.write_bytes(b"b0VIM 9.0" + b"\0" * 4000)
    path.write_text(text)
    swap.unlink()


def visual_studio_code(path: Path, text: str) -> None:
    """Truncate, then write."""
    overwrite_file(path, text)


def atomic(path: Path, text: str) -> None:
    """PyCharm's "safe write", and most formatters."""
    replace_file(path, text)


def emacs(path: Path, text: str) -> None:
    lock = path.with_name(f".#{path.name}")
    lock.symlink_to("someone@somewhere.1234:1700000000")
    path.with_name(f"#{path.name}#").write_text("autosaved")
    path.with_name(f"{path.name}~").write_text("backup")
    path.write_text(text)
    path.with_name(f"#{path.name}#").unlink()
    lock.unlink()


@pytest.mark.parametrize("editor", [vim, vim_with_swap_file, visual_studio_code, atomic, emacs], ids=lambda editor: editor.__name__)
def test_an_editors_save_is_one_swap_to_what_was_saved(editor: Callable[[Path, str], None], skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("before")) / "handler.py"
        async with running(skills, home) as stage:
            await stage.change(lambda: editor(handler, saying("after!")), Kind.SWAPPED, skill="words")
            await stage.pod.settled()
            assert await stage.pod.call("words__answer", {}) == "after!"
            assert len(stage.of(Kind.SWAPPED)) == 1
            assert not stage.of(Kind.REFUSED)

    asyncio.run(scenario())


def test_the_last_of_a_hundred_quick_saves_wins(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "counter", handler=numbered(0)) / "handler.py"
        async with running(skills, home) as stage:
            for number in range(1, 101):
                overwrite_file(handler, numbered(number))
            await eventually(lambda: _answers(stage, 100))
            await stage.pod.settled()
            assert await stage.pod.call("counter__answer", {}) == 100
            assert len(stage.of(Kind.SWAPPED)) < 20

    asyncio.run(scenario())


async def _answers(stage: Stage, number: int) -> bool:
    return bool(await stage.pod.call("counter__answer", {}) == number)


def test_pytest_run_inside_the_folder_changes_nothing(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        test = "from handler import answer\n\n\ndef test_answer() -> None:\n    assert answer() == 'word'\n"
        folder = write_skill(skills, "words", handler=saying("word"), files={"tests/test_words.py": test})
        async with running(skills, home) as stage:
            before = stage.skill("words")
            environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
            run = await asyncio.create_subprocess_exec(
                *[sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "--rootdir", ".", "-c", "/dev/null"],
                cwd=folder,
                env={**environment, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            output, _ = await run.communicate()
            assert run.returncode == 0, output.decode()
            assert list(folder.rglob("__pycache__"))
            await stage.pod.settled()
            assert stage.skill("words") | {"calls": 0} == before | {"calls": 0}
            assert not stage.of(Kind.SWAPPED)
            assert not stage.of(Kind.REFUSED)

    asyncio.run(scenario())


def test_touching_a_file_without_changing_it_is_no_new_generation(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        handler = write_skill(skills, "words", handler=saying("word")) / "handler.py"
        async with running(skills, home) as stage:
            overwrite_file(handler, handler.read_bytes())
            await stage.pod.settled()
            assert stage.skill("words")["generation"] == 1
            assert not stage.of(Kind.SWAPPED)

    asyncio.run(scenario())
