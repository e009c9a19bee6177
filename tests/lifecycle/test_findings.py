"""The function from a bundle to a report, as a program uses it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import skillpod
from skillpod.cli.checkup import examine
from tests.support.apart import examiner
from tests.support.skills import write_skill


def test_a_bundle_becomes_a_report_as_check_says_it(tmp_path: Path) -> None:
    write_skill(tmp_path, "good")
    write_skill(tmp_path, "denied", files={"more.py": "import os\nos.system('x')\n", ".DS_Store": "x"})
    write_skill(tmp_path, "faulty", manifest="name: other\nversion: 1\n")
    for folder in sorted(tmp_path.iterdir()):
        report = skillpod.check(skillpod.freeze(folder), folder=folder.name)
        assert report.findings == examine(folder, examiner(), None).findings
        assert report.digest == skillpod.freeze(folder).digest


def test_threads_may_ask_at_once(tmp_path: Path) -> None:
    bundle = skillpod.freeze(write_skill(tmp_path, "good"))
    with ThreadPoolExecutor(4) as threads:
        assert {report.verdict.value for report in threads.map(skillpod.check, [bundle] * 12)} == {"allow"}
    assert threading.active_count() >= 1


def test_nothing_is_left_when_the_program_ends(tmp_path: Path) -> None:
    write_skill(tmp_path, "good")
    program = """\
import json, sys
import skillpod
report = skillpod.check(skillpod.freeze(sys.argv[1]))
print(json.dumps([report.verdict.value, "skillpod.manager" in sys.modules]))
"""
    command = [sys.executable, "-W", "error", "-c", program, str(tmp_path / "good")]
    told = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert (json.loads(told.stdout), told.stderr) == (["allow", False], b"")
