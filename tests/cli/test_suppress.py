"""Accepting a finding from the command line, and what check then says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from skillpod.cli.checkup import today
from skillpod.resources import packaged_text
from tests.cli.conftest import CommandLine, Ended
from tests.support.skills import write_skill

PICK = "class Row:\n    def pick(self, name):\n        return getattr(self, name)\n"
REASON = "rows are plain dicts here"


@pytest.fixture
def demo(skills: Path) -> Path:
    return write_skill(skills, "demo", files={"more.py": PICK})


def accept(cli: CommandLine, folder: Path, policies: Path, *more: str, rule: str = "REF-003", **changed: str) -> Ended:
    said = {"reason": REASON, "by": "Jane Doe", "until": str(today() + timedelta(days=30)), "policies": str(policies), **changed}
    return cli("suppress", str(folder), rule, *more, *(word for key, value in said.items() for word in (f"--{key}", value)))


def checked(cli: CommandLine, folder: Path, *more: object) -> dict[str, Any]:
    told: dict[str, Any] = cli("check", str(folder), *map(str, more), "--json").json()
    return told


def test_what_is_accepted_is_admitted_and_stays_in_sight(cli: CommandLine, demo: Path, policies: Path) -> None:
    assert checked(cli, demo, "--policies", policies)["skills"][0]["decision"] == "hold"
    told = accept(cli, demo, policies)
    assert told.code == 0
    assert "accepted REF-003 in demo (more.py:3:16)" in told.out
    (skill,) = checked(cli, demo, "--policies", policies)["skills"]
    assert (skill["verdict"], skill["decision"]) == ("allow", "admit")
    assert skill["findings"][0]["suppressed"]["reason"] == REASON
    text = cli("check", str(demo), "--policies", str(policies)).out
    assert "accepted[REF-003]: " in text
    assert f"by Jane Doe until {today() + timedelta(days=30)}: {REASON}" in text
    assert "1 allow, 1 finding accepted" in text
    (run,) = cli("check", str(demo), "--policies", str(policies), "--format", "sarif").json()["runs"]
    (suppression,) = run["results"][0]["suppressions"]
    assert (suppression["kind"], suppression["status"], suppression["justification"]) == ("external", "accepted", REASON)


def test_without_the_operators_file_nothing_is_accepted(cli: CommandLine, demo: Path, policies: Path) -> None:
    accept(cli, demo, policies)
    assert checked(cli, demo)["skills"][0]["verdict"] == "review"
    assert checked(cli, demo, "--suppressions", policies / "suppressions.yaml")["skills"][0]["verdict"] == "allow"


def test_when_the_code_changes_it_is_asked_again_and_the_file_is_told_of(cli: CommandLine, demo: Path, policies: Path) -> None:
    accept(cli, demo, policies)
    (demo / "more.py").write_text("# moved\n\n" + PICK)
    assert checked(cli, demo, "--policies", policies)["skills"][0]["verdict"] == "allow"
    (demo / "more.py").write_text(PICK.replace("        return", "        name = name + '_'\n        return"))
    told = checked(cli, demo, "--policies", policies)
    assert told["skills"][0]["verdict"] == "review"
    assert [notice["rule"] for notice in told["notices"]] == ["suppression_unmatched"]
    text = cli("check", str(demo), "--policies", str(policies)).out
    assert "notice[suppression_unmatched]: accepted[0]: REF-003 of demo" in text
    (run,) = cli("check", str(demo), "--policies", str(policies), "--format", "sarif").json()["runs"]
    (notification,) = run["invocations"][0]["toolConfigurationNotifications"]
    assert notification["descriptor"]["id"] == "suppression_unmatched"


def test_what_is_accepted_already_is_told_with_who_did(cli: CommandLine, demo: Path, policies: Path) -> None:
    accept(cli, demo, policies)
    again = accept(cli, demo, policies, by="Joe Bloggs")
    assert again.code == 2
    assert f"Jane Doe accepted it already, until {today() + timedelta(days=30)}" in again.err


def test_the_next_command_that_is_told_works_in_a_folder_without_a_policy(cli: CommandLine, demo: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    told = accept(cli, demo, tmp_path / "none").out.partition("next: skillpod ")[2].partition(";")[0]
    assert "1 finding accepted" in cli(*told.split()).out


def test_one_of_several_is_chosen_by_its_line(cli: CommandLine, demo: Path, policies: Path) -> None:
    (demo / "more.py").write_text(PICK + "\n\n" + PICK.replace("pick", "choose"))
    told = accept(cli, demo, policies)
    assert told.code == 2
    assert "more.py:3:16, more.py:8:16" in told.err
    assert accept(cli, demo, policies, "--line", "4").code == 2
    assert not (policies / "suppressions.yaml").exists()
    assert accept(cli, demo, policies, "--line", "8").code == 0
    (skill,) = checked(cli, demo, "--policies", policies)["skills"]
    assert [finding["suppressed"] is not None for finding in skill["findings"]] == [False, True]


def test_what_is_in_the_file_stays_as_it_is(cli: CommandLine, demo: Path, policies: Path) -> None:
    file = policies / "suppressions.yaml"
    before = "# ours\nsuppressions: 1   # the format\naccepted:\n# nothing yet\n"
    file.write_text(before)
    file.chmod(0o640)
    assert accept(cli, demo, policies).code == 0
    one = file.read_text()
    assert one.startswith(before)
    (demo / "more.py").write_text(PICK.replace("pick", "choose"))
    assert accept(cli, demo, policies).code == 0
    assert file.read_text().startswith(one)
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in policies.iterdir()) == ["default.yaml", "suppressions.yaml"]


@pytest.mark.parametrize("text", ["suppressions: 1\naccepted: []  # none\n", "accepted:\nsuppressions: 1\n"])
def test_the_entry_goes_where_the_list_is(cli: CommandLine, demo: Path, policies: Path, text: str) -> None:
    (policies / "suppressions.yaml").write_text(text)
    assert accept(cli, demo, policies).code == 0
    assert checked(cli, demo, "--policies", policies)["skills"][0]["verdict"] == "allow"


def test_a_file_of_another_shape_is_left_alone_with_what_to_add(cli: CommandLine, demo: Path, policies: Path) -> None:
    file = policies / "suppressions.yaml"
    assert accept(cli, demo, policies).code == 0
    text = yaml.safe_dump(yaml.safe_load(file.read_text()), default_flow_style=True)
    file.write_text(text)
    (demo / "more.py").write_text(PICK.replace("pick", "choose"))
    told = accept(cli, demo, policies)
    assert told.code == 3
    assert "add this to it by hand" in told.err
    assert "sha256:" in told.err
    assert file.read_text() == text


def test_a_file_that_cannot_be_read_ends_check_and_suppress(cli: CommandLine, demo: Path, policies: Path) -> None:
    (policies / "suppressions.yaml").write_text("accepted: [1]\n")
    assert accept(cli, demo, policies).code == 3
    assert cli("check", str(demo), "--policies", str(policies)).code == 3
    assert cli("check", str(demo), "--suppressions", str(policies / "nothing.yaml")).code == 3


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"rule": "TAM-03"}, "did you mean `TAM-003`?"),
        ({"rule": "SRC-005"}, "can't be accepted"),
        ({"rule": "TAM-001"}, "there is no finding of TAM-001"),
        ({"until": "2020-01-01"}, "is over"),
        ({"until": "2999-01-01"}, "more than a year ahead"),
        ({"until": "soon"}, "is not a day"),
        ({"reason": "ok"}, "too little"),
        ({"by": " "}, "nobody accepts it"),
    ],
)
def test_what_cannot_be_accepted_is_wrong_usage(cli: CommandLine, demo: Path, policies: Path, changed: dict[str, str], what: str) -> None:
    told = accept(cli, demo, policies, **changed)
    assert told.code == 2
    assert what in told.err
    assert not (policies / "suppressions.yaml").exists()


def test_a_notice_needs_no_acceptance(cli: CommandLine, demo: Path, policies: Path) -> None:
    (demo / "more.py").write_text("def load(name):\n    return open(name)\n")
    told = accept(cli, demo, policies, rule="CAP-004")
    assert told.code == 2
    assert "counts for nothing as it is" in told.err


def test_a_skill_cannot_accept_its_own_findings(cli: CommandLine, demo: Path, policies: Path) -> None:
    accept(cli, demo, policies)
    (policies / "suppressions.yaml").rename(demo / "suppressions.yaml")
    assert checked(cli, demo)["skills"][0]["verdict"] == "review"
    for option in (("--suppressions", demo / "suppressions.yaml"), ("--policies", demo)):
        (demo / "default.yaml").write_bytes(packaged_text("policy/default.yaml"))
        told = cli("check", str(demo), *map(str, option))
        assert told.code == 2
        assert "a skill can't accept its own findings" in told.err
    assert accept(cli, demo, demo).code == 2


def test_what_a_subject_holds_is_quoted(cli: CommandLine, demo: Path, policies: Path) -> None:
    (demo / "more.py").write_text("class Row:\n    def pick(self, name):\n        return getattr(self, name + 'ä\"\\\\\u2014\\x1b')\n")
    assert accept(cli, demo, policies, by='J. "Ö" \U0001f642\\').code == 0
    (skill,) = checked(cli, demo, "--policies", policies)["skills"]
    assert skill["findings"][0]["suppressed"]["by"] == 'J. "Ö" \U0001f642\\'
