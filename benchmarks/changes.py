"""From a change in the skills directory to a right answer of the new code: a folder renamed in, one copied in, one file saved."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.calls import fresh_call
from benchmarks.measure import Series
from benchmarks.pods import SAY, Ear, temporary, until_callable, write
from benchmarks.table import Row
from skillpod.model.event import Kind


async def drops_and_swaps(rounds: int) -> list[Row]:
    renamed, copied, swapped = Series(), Series(), Series()
    floor = Series()
    async with temporary() as (base, pod):
        ear = Ear(pod)
        aside, skills = base / "aside", base / "skills"
        write(skills, "fresh")
        saved = write(skills, "saved") / "handler.py"
        await pod.settled()
        for number in range(rounds):
            floor.add(await fresh_call(pod))
            first = write(aside, f"renamed{number}")
            renamed.add(await until_callable(pod, ear, Kind.MOUNTED, first.name, _rename(first, skills), "hello"))
            second = write(aside, f"copied{number}")
            copied.add(await until_callable(pod, ear, Kind.MOUNTED, second.name, _copy(second, skills), "hello"))
            version = f" v{number}"
            swapped.add(await until_callable(pod, ear, Kind.SWAPPED, "saved", _save(saved, version), "hello" + version))
            for name in (first.name, second.name):
                shutil.rmtree(skills / name)
                await ear.until(Kind.UNMOUNTED, name)
        ear.close()
    return [
        Row("drop to callable, folder renamed in", renamed, "fresh call", floor, target=0.060),
        Row("drop to callable, folder copied in", copied, "fresh call", floor),
        Row("swap: one file saved, new version answers", swapped, "fresh call", floor),
    ]


def _rename(folder: Path, skills: Path) -> Callable[[], object]:
    return lambda: folder.rename(skills / folder.name)


def _copy(folder: Path, skills: Path) -> Callable[[], object]:
    return lambda: shutil.copytree(folder, skills / folder.name)


def _save(handler: Path, version: str) -> Callable[[], object]:
    """An atomic save."""
    temporary = handler.with_name(".handler.tmp")

    def save() -> None:
        temporary.write_text(SAY % version)
        temporary.replace(handler)

    return save
