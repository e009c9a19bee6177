"""An Agent Skill that ships: no manifest, programs with argparse, a reference; mounted as it is."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from skillpod.cli.checkup import examine
from skillpod.cli.offline import HomeReader
from skillpod.errors import ArgumentsInvalid, SkillFailed
from skillpod.intake.snapshot import freeze
from skillpod.model.finding import Severity, Verdict
from tests.scenarios.stage import running
from tests.skills.shipped import SKILLS
from tests.support.apart import examiner

FOLDER = SKILLS / "meeting-notes"
NOTES = """\
We met at ten.
- [ ] @ada Send the figures (2026-12-01)
- [x] @bob Book the room
ACTION: write to the printer
  TODO @eve: order paper by 2026-12-05
todos were discussed
"""


def test_its_notes_become_items_and_its_points_a_timetable(home: Path, skills: Path) -> None:
    async def scenario() -> None:
        shutil.copytree(FOLDER, skills / FOLDER.name)
        async with running(skills, home) as stage:
            assert stage.names() == ["meeting-notes__action_items", "meeting-notes__agenda_times"]
            found = await stage.pod.call("meeting-notes__action_items", {"format": "json", "open_only": True, "stdin": NOTES})
            assert [(item["task"], item["owner"], item["due"]) for item in json.loads(found["stdout"])] == [
                ("Send the figures", "ada", "2026-12-01"),
                ("write to the printer", "nobody", ""),
                ("order paper", "eve", "2026-12-05"),
            ]
            mine = await stage.pod.call("meeting-notes__action_items", {"owner": "Bob", "stdin": NOTES})
            assert mine == {"stdout": "done  bob: Book the room\n", "stderr": "", "exit_code": 0}
            times = await stage.pod.call(
                "meeting-notes__agenda_times", {"points": ["Welcome=5", "--Budget=20"], "start": "13:55", "pause": 5}
            )
            assert times["stdout"] == "13:55  Welcome (5 min)\n14:05  --Budget (20 min)\n14:25  end\n"
            with pytest.raises(SkillFailed, match=r"a point is TITLE=MINUTES, not 'x'"):
                await stage.pod.call("meeting-notes__agenda_times", {"points": ["x"]})
            with pytest.raises(ArgumentsInvalid):
                await stage.pod.call("meeting-notes__action_items", {"format": "xml"})
            assert "references/format.md" in stage.pod.instructions("meeting-notes")

    asyncio.run(scenario())


def test_nothing_in_it_asks_for_a_person() -> None:
    checked = examine(FOLDER, examiner(), None)
    assert checked.verdict is Verdict.ALLOW
    assert [(finding.rule, finding.file, finding.severity) for finding in checked.findings] == [
        ("SKL-010", "scripts/notes_format.py", Severity.NOTICE),
    ]


def test_its_tools_say_what_their_command_lines_take() -> None:
    survey = examiner().survey(freeze(FOLDER), folder="meeting-notes")
    shapes = {spec.name: (sorted(spec.input_schema["properties"]), spec.input_schema.get("required")) for spec in survey.tools}
    assert shapes == {
        "action_items": (["format", "open_only", "owner", "stdin"], None),
        "agenda_times": (["pause", "points", "start", "stdin"], ["points"]),
    }
    assert all(spec.script and not spec.script.is_plain for spec in survey.tools)
    assert survey.require().version == "1.0.0"


def test_what_the_audit_saw_is_shown_without_a_pod_too(home: Path, skills: Path) -> None:
    async def mounted() -> None:
        shutil.copytree(FOLDER, skills / FOLDER.name)
        async with running(skills, home) as stage:
            live = stage.pod.show("meeting-notes")["findings"]
        assert HomeReader(home).show("meeting-notes")["findings"] == live
        assert [finding["rule"] for finding in live] == ["SKL-010"]

    asyncio.run(mounted())
