"""Two of one name: the second is refused, and both are named."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from skillpod.errors import NameTaken
from skillpod.model.event import Kind
from tests.scenarios.stage import running
from tests.support.skills import saying, write_skill


def test_mounting_a_path_whose_name_is_taken_is_refused_and_names_both(skills: Path, home: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        first = write_skill(skills, "words", handler=saying("first"))
        second = write_skill(tmp_path / "elsewhere", "words", handler=saying("second"))
        async with running(skills, home) as stage:
            with pytest.raises(NameTaken) as taken:
                await stage.pod.mount(second)
            assert str(first) in taken.value.message
            assert str(second) in taken.value.message
            assert await stage.pod.call("words__answer", {}) == "first"

    asyncio.run(scenario())


def test_a_folder_whose_name_an_operator_has_mounted_is_refused_and_mounts_when_the_name_is_free(
    skills: Path, home: Path, tmp_path: Path
) -> None:
    async def scenario() -> None:
        outside = write_skill(tmp_path / "elsewhere", "words", handler=saying("operator's"))
        async with running(skills, home) as stage:
            await stage.pod.mount(outside)
            refused = await stage.change(lambda: write_skill(skills, "words", handler=saying("folder's")), Kind.REFUSED, skill="words")
            assert isinstance(refused.error, NameTaken)
            assert str(outside) in refused.error.message
            assert await stage.pod.call("words__answer", {}) == "operator's"
            await stage.pod.unmount("words")
            shutil.rmtree(skills / "words")
            await stage.pod.settled()
            assert stage.names() == []

    asyncio.run(scenario())


def test_two_skills_that_export_one_tool_name_are_not_both_mounted(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        # `a__b` + `c` and `a` + `b__c` would both export `a__b__c`: a skill's name can't have two underscores, a tool's can.
        tool = saying("x").replace("answer", "b__c")
        write_skill(skills, "a", handler=tool)
        async with running(skills, home) as stage:
            refused = await stage.change(lambda: write_skill(skills, "a__b", handler=saying("y").replace("answer", "c")), Kind.REFUSED)
            assert refused.error is not None
            assert await stage.pod.call("a__b__c", {}) == "x"

    asyncio.run(scenario())


def test_a_manifest_that_names_another_skill_than_its_folder_is_refused(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        write_skill(skills, "real", handler=saying("real"))
        async with running(skills, home) as stage:
            refused = await stage.change(
                lambda: write_skill(skills, "impostor", handler=saying("fake"), manifest={"name": "real"}), Kind.REFUSED, skill="impostor"
            )
            assert "impostor" in str(refused.error)
            assert await stage.pod.call("real__answer", {}) == "real"

    asyncio.run(scenario())
