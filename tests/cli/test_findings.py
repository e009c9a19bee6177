"""A finding as a person reads it: the line, the mark under what is meant, why and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillpod.cli.findings import excerpt
from tests.cli.conftest import CommandLine
from tests.support.skills import write_skill

PICK = "class Row:\n    def pick(self, name):\n        return getattr(self, name)\n"


def marked(text: str, column: int, end_column: int = 0, *, room: int = 40) -> str:
    """What of the line stands over the mark, by cells of a terminal in which every character takes one."""
    shown, before, length = excerpt(text, column, end_column, room=room)
    assert len(shown) <= room
    return shown[before : before + length]


def test_a_line_that_fits_is_whole_and_what_is_meant_is_underlined() -> None:
    assert excerpt("x = getattr(a, b)", 5, 18, room=40) == ("x = getattr(a, b)", 4, 13)
    assert excerpt("x = 1", 5, 0, room=40) == ("x = 1", 4, 1)


def test_tabs_are_blanks_and_the_mark_stands_right() -> None:
    assert excerpt("\t\tx = y", 7, 8, room=40) == ("        x = y", 12, 1)


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert excerpt("名前 = y", 6, 7, room=40) == ("名前 = y", 7, 1)
    assert excerpt("e\u0301 = y", 6, 7, room=40) == ("e\u0301 = y", 4, 1)
    assert excerpt("x = 名前", 5, 7, room=40) == ("x = 名前", 4, 4)


def test_what_a_terminal_would_obey_is_an_escape_of_its_length() -> None:
    assert excerpt("a\x1bb", 3, 4, room=40) == ("a\\x1bb", 5, 1)


@pytest.mark.parametrize("column", [1, 20, 40, 300, 5_000, 9_990])
def test_a_long_line_is_cut_around_what_is_meant(column: int) -> None:
    text = "".join(f"{number:05d}" for number in range(2_000))
    assert marked(text, column, column + 5) == text[column - 1 : column + 4]


def test_what_is_longer_than_the_room_is_marked_as_far_as_it_is_shown() -> None:
    shown, before, length = excerpt("x = f(" + "a, " * 100 + ")", 5, 306, room=40)
    assert (before, length) == (4, len(shown) - 4 - 1)
    assert shown.endswith("…")


def test_a_flood_of_characters_without_width_stays_short() -> None:
    shown, _, _ = excerpt("a" + "\u0301" * 100_000 + "b", 50_000, 0, room=40)
    assert len(shown) <= 42


def test_a_place_behind_the_end_of_the_line_is_marked_there() -> None:
    assert excerpt("ab", 9, 12, room=40) == ("ab", 2, 1)
    assert excerpt("", 1, 0, room=40) == ("", 0, 1)


# --- check -------------------------------------------------------------------------------------------------------------------------


def test_a_finding_says_what_where_why_and_what_to_do(cli: CommandLine, skills: Path) -> None:
    folder = write_skill(skills, "demo", files={"more.py": PICK})
    told = cli("check", str(folder))
    assert told.code == 0
    assert told.out == (
        "review[REF-003]: `getattr(self, name)`: which attribute it is, is only known when it runs\n"
        f"  --> {folder}/more.py:3:16\n"
        "   |\n"
        " 3 |         return getattr(self, name)\n"
        "   |                ^^^^^^^^^^^^^^^^^^^\n"
        "   = why: With the right name it is any attribute that REF-001 denies\n"
        '   = fix: use a dict of what may be chosen, or begin the name with a constant: getattr(self, "do_" + name)\n'
        "\n"
        "checked 1 skill: 1 review\n"
        "more about a rule: skillpod explain REF-003\n"
    )


def test_why_is_said_once_for_each_rule_and_skill(cli: CommandLine, skills: Path) -> None:
    for name in ("one", "two"):
        write_skill(skills, name, files={"more.py": PICK + PICK.replace("pick", "choose")})
    told = cli("check", str(skills))
    assert told.out.count("review[REF-003]") == 4
    assert told.out.count("= why: ") == 2
    assert told.out.count("skillpod explain") == 1


def test_several_skills_are_told_apart(cli: CommandLine, skills: Path) -> None:
    for name in ("one", "two"):
        write_skill(skills, name, files={"more.py": PICK})
    write_skill(skills, "quiet")
    lines = cli("check", str(skills)).out.splitlines()
    assert [line for line in lines if line.split()[:1] in (["one"], ["two"], ["quiet"])] == [
        f"{name}  {skills / name}" for name in ("one", "two")
    ]


def test_many_findings_end_with_how_many_there_are_of_each_rule(cli: CommandLine, skills: Path) -> None:
    many = "".join(PICK.replace("pick", f"pick_{number}") for number in range(11))
    write_skill(skills, "demo", files={"more.py": many, "runs.py": "import subprocess\n"})
    tail = cli("check", str(skills)).out.splitlines()[-7:]
    assert [line.split()[:3] for line in tail[1:4]] == [
        ["RULE", "SEVERITY", "FOUND"],
        ["IMP-001", "deny", "1"],
        ["REF-003", "review", "11"],
    ]
    assert tail[-1] == "more about a rule: skillpod explain IMP-001"


def test_what_can_be_in_no_skill_is_told_with_its_whole_path(cli: CommandLine, skills: Path) -> None:
    folder = write_skill(skills, "demo", files={"fast.so": "x"})
    told = cli("check", str(folder)).out
    assert f"  --> {folder}/fast.so\n" in told
    assert "  = fix: take it out of the folder\n" in told
    (run,) = cli("check", str(folder), "--format", "sarif").json()["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("/demo/fast.so")


def test_the_same_folders_give_the_same_bytes(cli: CommandLine, skills: Path) -> None:
    for name in ("one", "two"):
        write_skill(skills, name, files={"more.py": PICK, "runs.py": "import subprocess, os\nos.system('x')\n"})
    for format in ("text", "json"):
        assert cli("check", str(skills), "--format", format).out == cli("check", str(skills), "--format", format).out


def test_json_names_the_version_of_the_rules_and_what_each_finding_is_bound_to(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "demo", files={"more.py": PICK})
    told = cli("check", str(skills), "--json").json()
    assert (told["schema"], told["ruleset"]) == (1, 1)
    (finding,) = told["skills"][0]["findings"]
    assert finding["fingerprint"].startswith("sha256:")
    assert (finding["column"], finding["end_column"], finding["suppressed"]) == (16, 35, None)
