"""Making, listing and revoking the tokens of the HTTP door."""

from __future__ import annotations

from pathlib import Path

from skillpod.serve.tokens import Tokens
from tests.cli.conftest import CommandLine


def test_a_token_is_printed_once_and_opens_the_door(cli: CommandLine, home: Path) -> None:
    told = cli("token", "new", "ada", "--skills", "text_*", "--skills", "notes")
    assert told.code == 0
    token = told.out.strip()
    assert "not shown again" in told.err
    found = Tokens(home).holder(token)
    assert found is not None
    assert (found.name, found.skills) == ("ada", ("text_*", "notes"))
    listed = cli("token", "list")
    assert token not in listed.out
    assert "ada   text_*, notes" in listed.out


def test_for_a_machine_everything_is_one_object(cli: CommandLine) -> None:
    made = cli("token", "new", "ada", "--json").json()
    assert (made["name"], made["skills"], made["token"][:4]) == ("ada", ["*"], "skp_")
    assert cli("token", "list", "--json").json() == {"asked": True, "tokens": [{key: made[key] for key in ("name", "created", "skills")}]}
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
