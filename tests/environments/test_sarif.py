"""What ``check --format sarif`` prints is valid under the official JSON schema of SARIF 2.1.0."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from skillpod.cli import sarif
from skillpod.cli.checkup import Checked, examine, skill_folders
from skillpod.model.finding import Finding, Severity
from tests.environments.conftest import ROOT
from tests.support.apart import examiner
from tests.support.skills import write_skill

SCHEMA = ROOT / ".environments" / "sarif" / "sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    if not SCHEMA.exists():
        pytest.skip("the schema of SARIF is not there: make environments")
    return Draft4Validator(json.loads(SCHEMA.read_bytes()))


def checked(*folders: Path) -> list[Checked]:
    return [examine(folder, examiner(), None) for folder in skill_folders(list(folders))]


def faults(validator: Draft4Validator, log: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(json.dumps(log)))]


def test_the_log_of_skills_of_every_kind_is_valid(validator: Draft4Validator, tmp_path: Path) -> None:
    write_skill(tmp_path, "good")
    write_skill(tmp_path, "reviewed", files={"more.py": "class Row:\n    def pick(self, name):\n        return getattr(self, name)\n"})
    write_skill(tmp_path, "denied", files={"ä b.py": "import os\nos.system('ä'); x = '\x1b'\n", "x.bin": "\x7fELF"})
    write_skill(tmp_path, "odd", manifest={"limits": {"wal": "10s"}})
    (write_skill(tmp_path, "linked") / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "empty").mkdir()
    log = sarif.log(
        checked(tmp_path), [Finding(rule="suppression_expired", severity=Severity.NOTICE, file="p/s.yaml", line=3, message="m")]
    )
    assert len(log["runs"][0]["results"]) > 6
    assert faults(validator, log) == []


def test_the_log_of_our_own_skills_is_valid(validator: Draft4Validator) -> None:
    assert faults(validator, sarif.log(checked(ROOT / "skills"))) == []


def test_a_log_that_is_not_sarif_is_told(validator: Draft4Validator, tmp_path: Path) -> None:
    log = sarif.log(checked(write_skill(tmp_path, "good")))
    log["runs"][0]["columnKind"] = "bytes"
    assert faults(validator, log)
