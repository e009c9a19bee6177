"""docs/what-reading-misses.md is true: each skill in it passes the audit, each attack is there, and is stopped by the walls named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from skillpod.audit.run import run
from skillpod.model.finding import Severity, Verdict
from tests.audit.vectors import Vector, vectors
from tests.escapes.collection import collected

PAGE = Path(__file__).parent.parent.parent / "docs" / "what-reading-misses.md"
UNSEEN = vectors("unseen")
ROW = re.compile(
    r"^\| (?P<what>[A-Z][^|]*) \| \[(?P<skill>\w+)\]\(\.\./tests/vectors/unseen/(?P=skill)\.py\) \| (?P<holds>[^|]+) \| (?P<idea>\w*) ?\|$"
)


def rows() -> list[re.Match[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and not line.startswith("| what")]
    found = [ROW.match(line) for line in lines]
    assert None not in found
    return [row for row in found if row is not None]


@pytest.mark.parametrize("vector", UNSEEN, ids=lambda vector: vector.name)
def test_the_audit_lets_it_pass(vector: Vector) -> None:
    report = run(vector.bundle, None)
    assert report.verdict is Verdict.ALLOW
    assert {finding.severity for finding in report.findings} <= {Severity.NOTICE}


def test_every_skill_has_its_row_and_every_row_its_skill() -> None:
    assert [row["skill"] for row in rows()] == list(dict.fromkeys(row["skill"] for row in rows()))
    assert {row["skill"] for row in rows()} == {vector.name for vector in UNSEEN}


def test_what_holds_is_what_stops_the_attack_in_the_jail() -> None:
    stops = {idea.name: idea.stopped_by for idea in collected()}
    for row in rows():
        held = tuple(name.strip(" `") for name in row["holds"].split(", "))
        if row["idea"]:
            assert held == stops[row["idea"]], row["skill"]
        else:
            assert row["holds"].startswith("nothing: "), row["skill"]
