"""Making skills and checking them, without running anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from skillpod.model.digest import is_digest
from tests.cli.conftest import CommandLine
from tests.support.skills import write_skill

# --- new ---------------------------------------------------------------------------------------------------------------------------


def test_a_new_skill_passes_its_check_and_is_told_with_what_to_do_next(cli: CommandLine, skills: Path) -> None:
    told = cli("new", "demo", "--into", str(skills))
    assert told.code == 0
    assert f"skillpod test {skills / 'demo'}" in told.out
    assert f"skillpod serve --skills {skills}" in told.out
    assert cli("check", str(skills / "demo")).code == 0
    assert sorted(path.name for path in skills.iterdir()) == ["demo"]


def test_a_new_skill_for_a_machine_lists_its_files(cli: CommandLine, skills: Path) -> None:
    told = cli("new", "demo", "--into", str(skills), "--json").json()
    assert told["path"] == str(skills / "demo")
    assert "manifest.yaml" in told["files"]
    assert all((skills / "demo" / name).is_file() for name in told["files"])


@pytest.mark.parametrize("leftover", ["folder", "file", "dead link"])
def test_nothing_that_is_there_is_written_over(cli: CommandLine, skills: Path, leftover: str) -> None:
    target = skills / "demo"
    match leftover:
        case "folder":
            target.mkdir()
        case "file":
            target.write_text("mine")
        case _:
            target.symlink_to("nowhere")
    before = sorted(skills.rglob("*"))
    told = cli("new", "demo", "--into", str(skills))
    assert told.code == 3
    assert "it is there already; nothing was written" in told.err
    assert sorted(skills.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "better"), [("My Skill", "my_skill"), ("Über-Tool", "ber_tool"), ("a__b", "a_b"), ("CamelCase", "camelcase")]
)
def test_a_name_that_cannot_be_a_skills_is_refused_with_one_that_can(cli: CommandLine, skills: Path, name: str, better: str) -> None:
    told = cli("new", name, "--into", str(skills))
    assert told.code == 2
    assert f"`{better}` would do" in told.err
    assert list(skills.iterdir()) == []


@pytest.mark.parametrize("name", ["..", "../escape", "9lives", "a" * 65, "a/b", ""])
def test_a_name_that_leads_elsewhere_is_refused(cli: CommandLine, skills: Path, name: str) -> None:
    assert cli("new", name, "--into", str(skills)).code == 2
    assert list(skills.parent.iterdir()) == [skills]


# --- check -------------------------------------------------------------------------------------------------------------------------


def entries(cli: CommandLine, *arguments: str) -> dict[str, dict[str, Any]]:
    return {skill["name"]: skill for skill in cli("check", *arguments, "--format", "json").json()["skills"]}


def test_good_skills_are_one_quiet_line(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "one")
    write_skill(skills, "two")
    told = cli("check", str(skills))
    assert (told.code, told.out, told.err) == (0, "checked 2 skills: 2 allow\n", "")


def test_a_fault_is_shown_with_its_line_a_mark_and_the_fix(cli: CommandLine, skills: Path) -> None:
    folder = write_skill(skills, "demo")
    with (folder / "manifest.yaml").open("a") as manifest:
        manifest.write("limits:\n  wal: 10s\n")
    number = len((folder / "manifest.yaml").read_text().splitlines())
    margin = " " * len(str(number))
    told = cli("check", str(folder))
    assert told.code == 1
    assert told.out == (
        f"deny[document_invalid]: limits.wal: unknown key\n"
        f"  --> {folder}/manifest.yaml:{number}:3\n"
        f" {margin} |\n"
        f" {number} |   wal: 10s\n"
        f" {margin} |   ^\n"
        f" {margin} = fix: did you mean `wall`?\n"
        f"\n"
        f"checked 1 skill: 1 deny\n"
    )


def test_every_folder_has_an_entry_also_one_that_cannot_be_read(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "good")
    linked = write_skill(skills, "linked")
    (linked / "more.py").symlink_to("/etc/passwd")
    (skills / "empty").mkdir()
    (skills / "elsewhere").symlink_to(skills / "good")
    (skills / "notes.txt").write_text("not a skill")
    (skills / ".git").mkdir()
    (skills / "__pycache__").mkdir()
    told = cli("check", str(skills), "--json").json()
    assert told["schema"] == 1
    found = {skill["name"]: skill for skill in told["skills"]}
    assert sorted(found) == ["elsewhere", "empty", "good", "linked"]
    assert set(found["good"]) == {"path", "name", "digest", "verdict", "findings", "capabilities", "comparison"}
    assert found["good"]["verdict"] == "allow"
    assert is_digest(found["good"]["digest"])
    for name in ("elsewhere", "linked"):
        assert (found[name]["digest"], found[name]["verdict"]) == (None, "deny")
    assert found["empty"]["verdict"] == "deny"
    assert "manifest.yaml" in found["empty"]["findings"][0]["message"] + found["empty"]["findings"][1]["message"]


def test_a_folder_that_may_not_be_read_has_an_entry(cli: CommandLine, skills: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("root may read everything")
    folder = write_skill(skills, "locked")
    folder.chmod(0)
    try:
        found = entries(cli, str(skills))["locked"]
        assert (found["digest"], found["verdict"]) == (None, "deny")
    finally:
        folder.chmod(0o700)


def test_a_skill_may_be_checked_from_inside(cli: CommandLine, skills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_skill(skills, "demo"))
    assert cli("check", ".").code == 0


def test_paths_that_hold_no_skill_are_told_before_anything_is_checked(cli: CommandLine, skills: Path) -> None:
    (skills / "file").write_text("")
    missing, file, empty = cli("check", str(skills / "nope")), cli("check", str(skills / "file")), cli("check", str(skills))
    assert (missing.code, file.code, empty.code) == (3, 3, 2)
    assert "is not there" in missing.err
    assert "is not a directory" in file.err
    assert "error[not_a_skill]" in empty.err


def test_what_an_author_wrote_cannot_move_the_cursor(cli: CommandLine, skills: Path) -> None:
    folder = write_skill(skills, "demo")
    with (folder / "manifest.yaml").open("a") as manifest:
        manifest.write('"\\e[2J": 1\n')
    told = cli("check", str(folder))
    assert told.code == 1
    assert "\x1b" not in told.out


def test_a_policy_that_is_named_gives_its_decision(cli: CommandLine, skills: Path) -> None:
    from skillpod.resources import packaged_text

    policies = skills.parent / "policies"
    policies.mkdir()
    (policies / "default.yaml").write_bytes(packaged_text("policy/default.yaml"))
    write_skill(skills, "reader")
    write_skill(skills, "writer", manifest={"tier": "write"})
    found = entries(cli, str(skills), "--policies", str(policies))
    assert found["reader"]["decision"] == "admit"
    assert found["reader"]["rule"]
    assert found["writer"]["decision"] == "hold"
    assert found["writer"]["reasons"]
    told = cli("check", str(skills), "--policies", str(policies))
    assert told.code == 0
    assert "writer: the policy would hold" in told.out


def test_a_policy_that_is_not_there_ends_in_3(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "demo")
    told = cli("check", str(skills), "--policies", str(skills.parent), "--policy", "strict")
    assert told.code == 3
    assert "strict.yaml" in told.err


def test_a_format_we_do_not_print_is_wrong_usage(cli: CommandLine, skills: Path) -> None:
    assert cli("check", str(skills), "--format", "xml").code == 2


def test_what_is_left_out_is_named_in_a_notice(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "words", files={".DS_Store": "a file manager's"})
    told = cli("check", str(skills / "words"), "--format", "json")
    assert told.code == 0
    (skill,) = told.json()["skills"]
    assert [(seen["file"], seen["severity"]) for seen in skill["findings"] if seen["rule"] == "left_out"] == [(".DS_Store", "notice")]
