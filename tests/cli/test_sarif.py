"""SARIF for code scanning: rules with their pages, places in characters, fingerprints that stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skillpod.cli.rulebook import rules
from tests.cli.conftest import CommandLine
from tests.support.skills import write_skill

PICK = 'class Row:\n    def pick(self, name):\n        return "ä", getattr(self, name)\n'


def run(cli: CommandLine, *paths: object) -> dict[str, Any]:
    told = cli("check", *map(str, paths), "--format", "sarif").json()
    assert told["version"] == "2.1.0"
    (only,) = told["runs"]
    assert isinstance(only, dict)
    return only


def test_every_rule_is_described_and_results_point_to_theirs(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "one", files={"more.py": PICK})
    write_skill(skills, "two", files={"more.py": "import subprocess\n"})
    found = run(cli, skills)
    described = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == list(rules())
    assert [(result["ruleId"], result["level"]) for result in found["results"]] == [("REF-003", "warning"), ("IMP-001", "error")]
    assert all(described[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])
    rule = next(rule for rule in described if rule["id"] == "REF-003")
    assert rule["helpUri"].endswith("/470.html")
    assert rule["defaultConfiguration"] == {"level": "error"}  # the worst it can be
    assert "external/cwe/cwe-470" in rule["properties"]["tags"]
    assert rule["help"]["markdown"].startswith("# REF-003 ")


def test_a_place_is_in_characters_below_the_root(cli: CommandLine, skills: Path, monkeypatch: Any) -> None:
    write_skill(skills, "one", files={"ä b.py": PICK})
    monkeypatch.chdir(skills.parent)
    found = run(cli, skills.name)
    assert found["columnKind"] == "unicodeCodePoints"
    (result,) = found["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": f"{skills.name}/one/%C3%A4%20b.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 3, "startColumn": 21, "endColumn": 40, "snippet": {"text": '        return "ä", getattr(self, name)'}},
    }
    assert "SRCROOT" in found["originalUriBaseIds"]
    assert str(skills.parent) not in str(found)


def test_a_fingerprint_stays_when_lines_move_and_tells_twins_apart(cli: CommandLine, skills: Path) -> None:
    twice = PICK.replace("getattr(self, name)", "getattr(self, name), getattr(self, name)")
    folder = write_skill(skills, "one", files={"more.py": twice})
    before = [result["partialFingerprints"] for result in run(cli, folder)["results"]]
    (folder / "more.py").write_text(f"# moved\n\n{twice}")
    assert [result["partialFingerprints"] for result in run(cli, folder)["results"]] == before
    assert len({str(each) for each in before}) == 2


def test_a_folder_that_cannot_be_read_is_a_result_too(cli: CommandLine, skills: Path) -> None:
    (write_skill(skills, "linked") / "more.py").symlink_to("/etc/passwd")
    found = run(cli, skills)
    (result,) = found["results"]
    assert result["level"] == "error"
    assert found["tool"]["driver"]["rules"][-1]["id"] == result["ruleId"]
    assert [(skill["name"], skill["verdict"]) for skill in found["properties"]["skills"]] == [("linked", "deny")]


def test_the_exit_code_is_that_of_every_format(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "one", files={"more.py": "import subprocess\n"})
    assert cli("check", str(skills), "--format", "sarif").code == 1
