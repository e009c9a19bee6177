"""Every skill that ships and brings no code of others mounts under the default policy, in the jail, and answers there as it does by plain
import."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import running
from tests.skills.shipped import NAMES, SKILLS

CALLS: list[tuple[str, dict[str, Any], Any]] = [
    ("text_tools__slugify", {"text": "Über uns"}, "uber-uns"),
    ("cron_explain__explain", {"expression": "@hourly"}, "At minute 0 of every hour."),
    ("invoices__split", {"amount": "10.00", "weights": [1, 1, 1]}, ["3.34", "3.33", "3.33"]),
    ("pace__backoff", {"attempts": 2}, [0.5, 1.0]),
]


def test_every_skill_that_ships_mounts_under_the_default_policy(home: Path, skills: Path) -> None:
    async def scenario() -> None:
        for name in NAMES:
            shutil.copytree(SKILLS / name, skills / name)
        async with running(skills, home) as stage:
            states = {entry["name"]: (entry["state"], entry["error"]) for entry in stage.pod.skills()}
            assert states == dict.fromkeys(NAMES, ("live", None))
            assert {entry["isolation"] for entry in stage.pod.skills()} == {"jail"}
            for name in NAMES:
                assert stage.pod.instructions(name) == (SKILLS / name / "README.md").read_text()
            for tool, arguments, expected in CALLS:
                assert await stage.pod.call(tool, arguments) == expected
            scan = await stage.pod.call("find_vulnerability__scan", {"package": "lodash", "version": "4.17.20"})
            assert scan["upgrade_to"] == "4.17.21"
            sentence, picture = await stage.pod.call("chart__bars", {"values": {"mon": 3, "tue": -1}})
            assert (sentence["type"], picture["type"], picture["mimeType"]) == ("text", "image", "image/png")
            waits = await asyncio.gather(*(stage.pod.call("pace__wait", {"seconds": 0.3}) for _ in range(16)))
            assert all(wait["complete"] for wait in waits)

    asyncio.run(scenario())


def test_a_notebook_keeps_its_notes_over_calls_updates_and_restarts(home: Path, skills: Path) -> None:
    async def scenario() -> None:
        shutil.copytree(SKILLS / "notebook", skills / "notebook")
        async with running(skills, home) as stage:
            numbers = await asyncio.gather(*(stage.pod.call("notebook__add", {"text": f"note {index}"}) for index in range(8)))
            assert sorted(note["number"] for note in numbers) == list(range(1, 9))
            manifest = skills / "notebook" / "manifest.yaml"
            manifest.write_text(manifest.read_text().replace('version: "1.0.0"', 'version: "1.0.1"'))
            await stage.pod.settled()
            assert stage.skill("notebook")["version"] == "1.0.1"
            assert len(await stage.pod.call("notebook__notes", {})) == 8
        async with running(skills, home) as stage:
            assert len(await stage.pod.call("notebook__notes", {})) == 8

    asyncio.run(scenario())


@pytest.mark.parametrize("name", NAMES)
def test_a_skill_that_ships_has_a_manual_tests_and_a_licence(name: str) -> None:
    manual = (SKILLS / name / "README.md").read_text()
    assert manual.startswith(f"# {name}\n")
    assert "When to use" in manual
    manifest = (SKILLS / name / "manifest.yaml").read_text()
    assert "tests:" in manifest
    assert "license: Apache-2.0" in manifest
