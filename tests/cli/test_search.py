"""``skillpod search``: as a table, as JSON, and what is said when nothing fits."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CommandLine
from tests.support.skills import GREETER, saying, write_skill


def test_what_fits_is_a_table_with_the_best_first(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "greeter", handler=GREETER)
    write_skill(skills, "oracle", handler=saying("yes"))
    told = cli("search", "greeting", "someone")
    assert told.code == 0
    heading, best, *_ = told.out.splitlines()
    assert heading.split() == ["NAME", "KIND", "WHAT", "IT", "DOES"]
    assert best.split() == ["greeter__greet", "tool", "Greet", "someone."]
    assert "oracle" not in told.out


def test_for_a_machine_it_is_what_an_agent_gets(cli: CommandLine, skills: Path) -> None:
    write_skill(skills, "greeter", handler=GREETER)
    (found,) = cli("search", "greet", "--limit", "1", "--json").json()
    assert set(found) == {"name", "kind", "skill", "description", "score"}


def test_nothing_that_fits_is_said_on_stderr(cli: CommandLine) -> None:
    told = cli("search", "zebra")
    assert (told.code, told.out) == (0, "")
    assert "nothing that is mounted fits" in told.err
    assert cli("search", "zebra", "--json").out == "[]\n"


def test_a_limit_that_is_none_ends_in_2(cli: CommandLine) -> None:
    told = cli("search", "zebra", "--limit", "0")
    assert told.code == 2
    assert "limit: expected at least 1, got 0" in told.err
