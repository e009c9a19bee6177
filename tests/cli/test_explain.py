"""The pages of the audit's rules, printed."""

from __future__ import annotations

import io

import pytest

from skillpod.cli.rulebook import page, rules
from tests.cli.conftest import CommandLine


@pytest.mark.parametrize("word", ["REF-003", "ref-003", "Ref_003"])
def test_a_rule_is_explained_however_it_is_spelled(cli: CommandLine, word: str) -> None:
    told = cli("explain", word)
    assert told.code == 0
    assert told.out.startswith(page("REF-003").text)
    assert "A person can accept one place: `skillpod suppress DIR REF-003`." in told.out


def test_what_nobody_can_accept_is_said_with_the_reason(cli: CommandLine) -> None:
    assert "Nobody can accept it: what then runs was never read" in cli("explain", "DYN-001").out


def test_an_unknown_rule_is_wrong_usage_and_the_one_that_was_meant_is_named(cli: CommandLine) -> None:
    told = cli("explain", "TAM-03")
    assert told.code == 2
    assert "did you mean `TAM-003`?" in told.err
    assert "`skillpod explain` lists the rules" in cli("explain", "nonsense").err


def test_what_is_found_before_the_audit_is_told_from_an_unknown_rule(cli: CommandLine) -> None:
    told = cli("explain", "document_invalid")
    assert told.code == 2
    assert "`document_invalid` is no rule of the audit" in told.err
    assert "docs/manifest.md" in told.err


def test_all_rules_are_one_table(cli: CommandLine) -> None:
    told = cli("explain")
    assert told.code == 0
    assert [line.split()[0] for line in told.out.splitlines()] == ["RULE", *rules()]


def test_for_a_machine_all_rules_are_a_list_and_one_has_its_page(cli: CommandLine) -> None:
    told = cli("explain", "--json").json()
    assert [rule["rule"] for rule in told["rules"]] == list(rules())
    one = cli("explain", "SKL-006", "--json").json()
    assert (one["severities"], one["page"]) == (["deny", "review"], page("SKL-006").text)


def test_on_a_terminal_a_page_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from skillpod.cli import render

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    render.page(page("REF-003").text)
    shown = screen.getvalue()
    assert "\x1b[" in shown
    assert "## Why" not in shown
    assert "```" not in shown
