"""in_words in a pod: its package built from a wheel, agreed to by a person, and answering by it."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from skillpod.cli.program import run
from skillpod.errors import PackageUnusable
from skillpod.model.event import Kind
from skillpod.store.packages import PackageStore
from tests.scenarios.stage import Stage, running
from tests.skills.shipped import EXAMPLES, SKILLS

WHEELS = Path(__file__).parents[2] / ".environments" / "wheels"

needs_wheels = pytest.mark.skipif(not (WHEELS / ".installed").exists(), reason="needs `make environments`, which fetches the wheels")


@needs_wheels
def test_it_is_held_for_a_person_and_then_answers_by_its_package(home: Path, skills: Path) -> None:
    shutil.copytree(EXAMPLES / "in_words", skills / "in_words")
    build(skills, home)
    assert [stored.package.name for stored in PackageStore(home / "packages").all()] == ["humanize"]

    async def scenario() -> None:
        async with running(skills, home) as stage:
            assert stage.skill("in_words")["state"] == "held"
            await approve(stage)
            assert stage.skill("in_words")["state"] == "live"
            assert await stage.pod.call("in_words__number", {"value": 3_400_000}) == "3.4 million"
            assert await stage.pod.call("in_words__size", {"count": 1_048_576, "binary": True}) == "1.0 MiB"
            assert await stage.pod.call("in_words__duration", {"seconds": 7500}) == "2 hours and 5 minutes"
            assert await stage.pod.call("in_words__listing", {"items": ["red", "green"]}) == "red and green"

    asyncio.run(scenario())


def test_agreed_to_before_it_is_built_it_says_what_to_do_and_mounts_when_that_is_done(home: Path, skills: Path) -> None:
    for folder in (EXAMPLES / "in_words", SKILLS / "text_tools"):
        shutil.copytree(folder, skills / folder.name)

    async def scenario() -> None:
        async with running(skills, home) as stage:
            with pytest.raises(PackageUnusable, match=r"humanize 4\.17\.0 is not built") as refused:
                await approve(stage)
            assert f"skillpod deps build {skills / 'in_words'} --home {home}" in refused.value.hint
            assert await stage.pod.call("text_tools__slugify", {"text": "Über uns"}) == "uber-uns"
            if not (WHEELS / ".installed").exists():
                pytest.skip("needs `make environments`, which fetches the wheels")
            await stage.change(lambda: build(skills, home), Kind.MOUNTED, skill="in_words")

    asyncio.run(scenario())


def build(skills: Path, home: Path) -> None:
    assert run(["deps", "build", str(skills), "--home", str(home), "--wheels", str(WHEELS)]) == 0


async def approve(stage: Stage) -> None:
    held = await stage.pod.held("in_words")
    await stage.pod.approve("in_words", held["digest"], reason="humanize is known to us")
