"""Answers from the command line: to what was looked at, for a time that is one, and with a reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.support.skills import replace_file, saying, write_skill

WHY = ("--reason", "I have read every line of it.")


@pytest.fixture
def digest(skills: Path, cli: CommandLine) -> str:
    """That of a skill which is held, on a HOME without a pod."""
    write_skill(skills, "words", handler=saying("one"), manifest={"tier": "write"})
    (held,) = cli("holds", "--json").json()["holds"]
    return str(held["digest"])


def test_without_a_terminal_the_digest_must_be_named(cli: CommandLine, digest: str) -> None:
    ended = cli("approve", "words", *WHY)
    assert (ended.code, f"--digest {digest[:19]}" in ended.err) == (2, True)
    assert cli("approve", "words", "--digest", digest, *WHY).code == 0
    assert cli("call", "words__answer").out == "one\n"
    assert f"by uid:{os.geteuid()}" in cli("log", "--fact", "approved").out  # as a running pod would have it
    assert cli("holds").err == "nothing waits for an answer\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--digest", "sha256:0123456789", *WHY), "is held"),
        (("--digest", "DIGEST", "--reason", "ok"), "10 to 1024 characters"),
        (("--digest", "DIGEST", *WHY, "--for", "soon"), "no span of time"),
        (("--digest", "DIGEST", *WHY, "--for", "400d"), "at most"),
    ],
)
def test_an_answer_that_is_none_changes_nothing(cli: CommandLine, digest: str, arguments: tuple[str, ...], said: str) -> None:
    ended = cli("approve", "words", *(digest if each == "DIGEST" else each for each in arguments))
    assert (ended.code, said in ended.err) == (2, True)
    assert len(cli("holds", "--json").json()["holds"]) == 1


def test_a_yes_that_was_taken_is_said_even_if_the_skill_can_not_be_mounted_yet(skills: Path, cli: CommandLine) -> None:
    asks = {"tier": "network", "permissions": {"secrets": [{"name": "TOKEN"}]}}
    write_skill(skills, "words", handler=saying("one"), manifest=asks)
    (held,) = cli("holds", "--json").json()["holds"]
    ended = cli("approve", "words", "--digest", str(held["digest"]), *WHY)
    assert (ended.code, "words is approved, and not mounted" in ended.out, "error[secret_unusable]" in ended.err) == (3, True, True)
    assert cli("holds").err == "nothing waits for an answer\n"


def test_what_a_reviewer_is_shown_says_what_would_change(cli: CommandLine, digest: str) -> None:
    shown = cli("holds", "words").out
    for words in (
        digest,
        "(claims)",
        "nobody",
        "0 of 1 person has approved",
        "new answer",
        "it started; its manifest has no tests",
        "+@tool",
    ):
        assert words in shown


def test_serve_beyond_this_machine_wants_a_policy_that_speaks_of_unsigned_skills(
    cli: CommandLine, policies: Path, skills: Path, home: Path
) -> None:
    assert cli("token", "new", "ci").code == 0
    rule = {"id": "plain", "match": {}, "outcome": "allow", "reason": "It asks for nothing at all."}
    replace_file(policies / "default.yaml", json.dumps({"policy": 1, "name": "default", "rules": [rule]}))
    ended = cli("serve", "--http", "0.0.0.0:0", "--policies", str(policies))
    assert (ended.code, "without saying so" in ended.err, "--policy strict" in ended.err) == (3, True, True)
