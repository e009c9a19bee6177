"""Policies from the command line: shown, tried, asked why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CommandLine
from tests.policy.documents import REASON
from tests.support.skills import write_skill

ALLOW = {"id": "yes", "match": {"tier": "write", "permissions": ["volumes"]}, "outcome": "allow", "reason": REASON}
TABLE = {"tests": 1, "policy": "mine", "cases": [{"name": "a plain skill comes in", "expect": {"outcome": "admit", "rule": "yes"}}]}


def write_policy(folder: Path, *rules: dict[str, Any], **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "mine.yaml").write_text(json.dumps({"policy": 1, "name": "mine", "rules": list(rules), **more}))
    return folder


def write_table(folder: Path, table: dict[str, Any] = TABLE) -> Path:
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "mine.yaml").write_text(json.dumps(table))
    return folder / "tests" / "mine.yaml"


# --- show ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["default", "strict", "developer"])
def test_the_packaged_policies_are_there_by_their_names(cli: CommandLine, name: str) -> None:
    shown = cli("policy", "show", "--policy", name)
    assert (shown.code, shown.err) == (0, "")
    told = cli("policy", "show", "--policy", name, "--json").json()
    assert told["name"] == name
    assert all(rule["id"] in shown.out and " ".join(rule["reason"].split()) in shown.out for rule in told["rules"])


def test_a_rule_is_told_by_what_it_speaks_of(cli: CommandLine) -> None:
    shown = cli("policy", "show").out
    assert "tier read-only; asks for nothing; audit allow; signed or not" in shown
    assert "tier write and above; unsigned" in shown
    assert "2 approvals" in shown


def test_who_may_see_and_call_is_a_table_too(cli: CommandLine, tmp_path: Path) -> None:
    access = [
        {"id": "ops", "roles": ["operator"], "tools": "find_*", "may": "call", "outcome": "allow", "reason": REASON},
        {"id": "eyes", "tools": ["wipe_*", "drop_*"], "outcome": "require_approval", "reason": REASON},
    ]
    shown = cli("policy", "show", "--policies", str(write_policy(tmp_path / "p", ALLOW, access=access)), "--policy", "mine")
    assert "ops   allow call                role operator  find_*" in shown.out
    assert "eyes  each call is asked about  everyone       wipe_* or drop_*" in shown.out
    assert "it does not say of unsigned skills" in shown.err


def test_a_policy_that_is_not_packaged_says_which_are(cli: CommandLine) -> None:
    missed = cli("policy", "show", "--policy", "defualt")
    assert missed.code == 3
    assert "did you mean `default`?" in missed.err
    assert "packaged are default, developer, strict" in cli("policy", "show", "--policy", "zebra").err


# --- test ------------------------------------------------------------------------------------------------------------------------------


def test_tables_that_hold_are_told_row_by_row(cli: CommandLine, tmp_path: Path) -> None:
    write_table(write_policy(tmp_path, ALLOW))
    for arguments in ([str(tmp_path)], [str(tmp_path / "tests")], [str(tmp_path / "tests" / "mine.yaml")], ["--policies", str(tmp_path)]):
        tried = cli("policy", "test", *arguments)
        assert (tried.code, tried.err) == (0, "")
        assert "ok  a plain skill comes in  admit     yes" in tried.out
        assert "1 case, all as expected" in tried.out


def test_a_row_that_comes_out_otherwise_says_what_differs_and_who_spoke(cli: CommandLine, tmp_path: Path) -> None:
    ask = {**ALLOW, "id": "ask", "match": {}, "outcome": "require_approval"}
    file = write_table(write_policy(tmp_path, ALLOW, ask))
    tried = cli("policy", "test", str(file))
    assert tried.code == 1
    assert f"{file}:cases[0]: a plain skill comes in" in tried.out
    assert "outcome: expected admit, got hold" in tried.out
    assert "rule: expected yes, got ask" in tried.out
    assert f"`ask` spoke: {REASON}" in tried.out
    assert "1 case, 1 otherwise than expected" in tried.out
    (told,) = cli("policy", "test", str(file), "--json").json()["tables"]
    assert told["results"][0]["differs"] == ["outcome", "rule"]


def test_a_table_of_a_packaged_policy_needs_no_folder_of_policies(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(json.dumps({**TABLE, "policy": "strict"}))
    assert "outcome: expected admit, got refuse" in cli("policy", "test", str(file)).out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no table of tests here"),
        ("tests: 1\npolicy: mine\ncases: [{name: x}]\n", "cases[0].expect"),
        ("tests: 1\npolicy: nobodys\ncases: [{name: x, expect: {outcome: admit}}]\n", "nobodys"),
    ],
)
def test_what_can_t_be_tried_is_told(cli: CommandLine, tmp_path: Path, text: str, said: str) -> None:
    if text:
        (tmp_path / "mine.yaml").write_text(text)
    tried = cli("policy", "test", str(tmp_path))
    assert (tried.code, said in tried.err) == (3, True)


# --- explain ---------------------------------------------------------------------------------------------------------------------------


def test_an_admitted_skill_says_by_which_rule(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "demo")
    told = cli("policy", "explain", "demo")
    assert told.code == 0
    assert "demo 1.0.0 is admitted by the rule `read-only-in-the-jail` of the policy default: It asks for nothing" in told.out
    assert "It would be refused\n  if the rule `read-only-in-the-jail` did not allow it" in told.out


def test_a_held_skill_says_what_would_let_it_in(cli: CommandLine, skills: Path) -> None:
    folder = write_skill(skills, "demo", manifest={"tier": "write"})
    told = cli("policy", "explain", str(folder)).out
    assert "demo 1.0.0 is held by the rule `above-read-only`" in told
    assert "manifest.yaml:tier: it asks for the tier write" in told
    assert 'with 1 approval: `skillpod approve demo --reason "..."`' in told
    assert "\n  if its tier were read-only\n" in told
    assert "\n  if a trusted publisher had signed it\n" in told
    said = cli("policy", "explain", str(folder), "--json").json()
    assert (said["decision"], said["rule"], said["needed"], said["otherwise"]["approvals"]) == ("hold", "above-read-only", 1, 1)
    assert ["its tier were read-only"] in said["otherwise"]["skill"]


def test_who_asks_and_where_count(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    write_skill(skills, "demo")
    rule = {**ALLOW, "match": {"role": ["operator"], "environment": "test"}}
    under = ["--policies", str(write_policy(tmp_path / "p", rule)), "--policy", "mine"]
    refused = cli("policy", "explain", "demo", *under).out
    assert "is refused by the rule `default-deny`" in refused
    assert "if the rule `yes` also covered who has no role and a pod that names no environment" in refused
    asked = ["--requester", "ann", "--role", "operator", "--environment", "test"]
    assert "is admitted by the rule `yes`" in cli("policy", "explain", "demo", *under, *asked).out


def test_a_name_that_is_nowhere_is_told(cli: CommandLine, skills: Path) -> None:
    told = cli("policy", "explain", "nobody")
    assert (told.code, "none ever has" in told.err) == (3, True)
    assert skills.is_dir()


def test_a_skill_with_faults_is_told_them(cli: CommandLine, skills: Path) -> None:
    (write_skill(skills, "demo") / "manifest.yaml").write_text("nothing: here\n")
    told = cli("policy", "explain", "demo")
    assert (told.code, "manifest.yaml" in told.err) == (1, True)
