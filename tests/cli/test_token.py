"""Making, listing and revoking the tokens of the HTTP door."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillpod.model.principal import Role
from skillpod.serve.tokens import Tokens
from tests.cli.conftest import CommandLine


def test_a_token_is_printed_once_and_opens_the_door(cli: CommandLine, home: Path) -> None:
    told = cli("token", "new", "ada", "--skills", "text_*", "--skills", "notes", "--role", "viewer", "--role", "reviewer")
    assert told.code == 0
    token = told.out.strip()
    assert "not shown again" in told.err
    found = Tokens(home).holder(token)
    assert found is not None
    assert (found.name, found.skills, found.roles) == ("ada", ("text_*", "notes"), frozenset({Role.VIEWER, Role.REVIEWER}))
    listed = cli("token", "list")
    assert token not in listed.out
    assert "ada   reviewer, viewer  text_*, notes" in listed.out


def test_a_token_counts_for_as_long_as_was_said(cli: CommandLine) -> None:
    for said, days in (("12h", 0.5), ("90d", 90), ("366d", 366)):
        made = cli("token", "new", f"t{days:.0f}", "--expires", said, "--json").json()
        assert made["expires"] - made["created"] == days * 86400
    assert cli("token", "new", "standing", "--expires", "never", "--json").json()["expires"] is None
    assert "until it is revoked" in cli("token", "new", "more", "--expires", "never").err
    assert cli("token", "list").out.count("never") == 2


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (("--expires", "367d"), "`never`, when it must not end"),
        (("--expires", "0d"), "`never`, when it must not end"),
        (("--expires", "soon"), "as in 12h, 90d or never"),
        (("--expires", "٩d"), "as in 12h, 90d or never"),
        (("--role", "reviewr"), "did you mean `reviewer`?"),
        (("--role", "king"), "one of: viewer, operator, reviewer, admin, break-glass"),
    ],
)
def test_a_role_or_a_time_that_is_none_makes_no_token(cli: CommandLine, wrong: tuple[str, str], hint: str) -> None:
    told = cli("token", "new", "ada", *wrong)
    assert (told.code, told.out) == (2, "")
    assert hint in told.err
    assert cli("token", "list", "--json").json()["tokens"] == []


def test_for_a_machine_everything_is_one_object(cli: CommandLine) -> None:
    made = cli("token", "new", "ada", "--json").json()
    assert (made["name"], made["skills"], made["token"][:4]) == ("ada", ["*"], "skp_")
    del made["token"]
    assert cli("token", "list", "--json").json() == {"asked": True, "tokens": [made]}
    assert cli("token", "revoke", "ada", "--json").json() == {"tokens": []}
    assert cli("token", "list", "--json").json() == {"asked": True, "tokens": []}


def test_the_last_revocation_says_that_nobody_comes_in_any_more(cli: CommandLine) -> None:
    assert "open to this machine only" in cli("token", "list").err
    cli("token", "new", "ada")
    told = cli("token", "revoke", "ada")
    assert (told.code, told.out) == (0, "revoked ada\n")
    assert "nobody comes in" in told.err
    assert "nobody comes through" in cli("token", "list").err


def test_a_token_that_is_not_there_ends_in_2(cli: CommandLine) -> None:
    told = cli("token", "revoke", "ada")
    assert told.code == 2
    assert "error[unknown_token]" in told.err
    assert cli("token", "new", "owner").code == 2
    assert cli("token", "frob").code == 2
