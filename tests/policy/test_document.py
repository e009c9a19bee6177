"""A policy is read whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import PolicyUnreadable
from skillpod.policy import tables
from skillpod.policy.document import read_policy
from skillpod.policy.rules import Outcome
from skillpod.policy.tables import read_table
from skillpod.resources import packaged_text
from tests.policy.documents import DIGEST, REASON, SCHEMA, SIGNED, default_policy, policy, request

ROOT = Path(__file__).parent.parent.parent


def unreadable(text: str | bytes) -> PolicyUnreadable:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(PolicyUnreadable) as refusal:
        read_policy(content, name="probe.yaml", schema=SCHEMA)
    return refusal.value


def one_rule(**changes: Any) -> str:
    rule = {"id": "only", "match": {}, "outcome": "allow", "reason": REASON, **changes}
    return json.dumps({"policy": 1, "name": "probe", "rules": [{key: value for key, value in rule.items() if value is not None}]})


def test_the_default_policy_allows_two_things_without_asking() -> None:
    found = default_policy()
    assert [rule.id for rule in found.rules if rule.outcome is Outcome.ALLOW] == ["read-only-in-the-jail", "trusted-publisher"]


def test_the_digest_is_over_values_not_over_layout() -> None:
    text = packaged_text("policy/default.yaml")
    again = read_policy(b"# another comment\n" + text, name="default.yaml", schema=SCHEMA)
    assert again.digest == default_policy().digest
    changed = read_policy(text.replace(b"tier: write", b"tier: network"), name="default.yaml", schema=SCHEMA)
    assert changed.digest != again.digest


@pytest.mark.parametrize("text", ["", "- a list", "policy: 1\nname: x\nrules: [", "a: &b 1\nc: *b\n", b"\xff", "policy: 1\npolicy: 1\n"])
def test_a_text_that_is_no_policy_is_unreadable_and_says_where(text: str | bytes) -> None:
    assert unreadable(text).at.startswith("probe.yaml")


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"surprise": 1}, "rules[0].surprise"),
        ({"match": {"teir": "write"}}, "rules[0].match.teir"),
        ({"match": {"tier": "root"}}, "rules[0].match.tier"),
        ({"match": {"verdict": "deny"}}, "rules[0].match.verdict"),
        ({"match": {"permissions": ["everything"]}}, "rules[0].match.permissions[0]"),
        ({"match": {"name": []}}, "rules[0].match.name"),
        ({"match": {"signed": "yes"}}, "rules[0].match.signed"),
        ({"outcome": "maybe"}, "rules[0].outcome"),
        ({"outcome": None}, "rules[0].outcome"),
        ({"match": None}, "rules[0].match"),
        ({"reason": None}, "rules[0].reason"),
        ({"reason": "too short"}, "rules[0].reason"),
        ({"reason": "            "}, "rules[0].reason"),
        ({"id": "Not An Id"}, "rules[0].id"),
        ({"grant": {"volumes": True}}, "rules[0].grant.volumes"),
        ({"without": [{"wall": "landlock"}]}, "rules[0].without[0].reason"),
        ({"outcome": "require_approval", "approvals": 0}, "rules[0].approvals"),
        ({"outcome": "require_approval", "approvals": 10}, "rules[0].approvals"),
        ({"valid_for": "1 year"}, "rules[0].valid_for"),
        ({"unsigned": "refused"}, "rules[0].unsigned"),
        ({"match": {"role": ["boss"]}}, "rules[0].match.role[0]"),
        ({"match": {"principal": []}}, "rules[0].match.principal"),
    ],
)
def test_what_the_schema_does_not_know_is_refused_with_its_path(changes: dict[str, Any], at: str) -> None:
    assert unreadable(one_rule(**changes)).at == f"probe.yaml:{at}"


def test_an_unknown_key_says_which_one_was_meant() -> None:
    assert "did you mean `tier`?" in unreadable(one_rule(match={"teir": "write"})).hint


def test_all_faults_are_said_at_once() -> None:
    text = json.dumps({"policy": 1, "name": "probe", "rules": [{"id": "a", "outcome": "allow"}, {"id": "b", "match": {}}]})
    assert len(unreadable(text).reasons) == 4


def test_two_rules_of_one_id_are_refused() -> None:
    rule = {"id": "twin", "match": {}, "outcome": "deny", "reason": REASON}
    fault = unreadable(json.dumps({"policy": 1, "name": "probe", "rules": [rule, rule]}))
    assert fault.at == "probe.yaml:rules[1].id"


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"match": {"signed": False}}, "match.signed"),
        ({"match": {"author": "Jane*"}}, "match.author"),
        ({"match": {"isolation": "module"}}, "match.isolation"),
        ({"match": {"isolation": "module", "signed": True}}, "match.isolation"),
        ({"match": {"isolation": "module", "signed": True, "publisher": "acme", "permissions": ["volumes"]}}, "match.permissions"),
        ({"match": {"isolation": "module", "signed": True, "publisher": "acme", "tier": "write"}}, "match.tier"),
        ({"match": {"isolation": "module", "signed": True, "publisher": "acme"}, "grant": {"volumes": "asked"}}, "grant"),
        ({"outcome": "deny", "match": {"signed": True}}, "match.signed"),
        ({"outcome": "require_approval", "match": {"publisher": "acme"}}, "match.publisher"),
        ({"outcome": "deny", "match": {"permissions": []}}, "match.permissions"),
        ({"outcome": "deny", "grant": {}}, "grant"),
        ({"outcome": "require_approval", "without": [{"wall": "x", "reason": REASON}]}, "without"),
        ({"match": {"version": ">=1"}}, "match.version"),
        ({"match": {"version": "new", "signed": True}}, "match.version"),
        ({"outcome": "deny", "match": {"version": ">=1"}}, "match.version"),
        ({"outcome": "deny", "match": {"version": "==1.4"}}, "match.version"),
        ({"outcome": "require_approval", "match": {"version": "<2,>=1"}}, "match.version"),
        ({"outcome": "deny", "match": {"version": "old"}}, "match.version"),
        ({"match": {"signed": True}, "unsigned": "accepted"}, "unsigned"),
        ({"match": {"publisher": "acme"}, "unsigned": "accepted"}, "unsigned"),
        ({"outcome": "require_approval", "unsigned": "accepted"}, "unsigned"),
        ({"approvals": 2}, "approvals"),
        ({"outcome": "deny", "approvals": 2}, "approvals"),
        ({"outcome": "deny", "valid_for": "90d"}, "valid_for"),
    ],
)
def test_a_rule_that_evidence_could_count_against_or_that_means_nothing_is_refused(changes: dict[str, Any], at: str) -> None:
    fault = unreadable(one_rule(**changes))
    assert fault.at == f"probe.yaml:rules[0].{at}"
    assert fault.hint


def test_an_empty_policy_reads_and_allows_nothing() -> None:
    assert policy().rules == ()


@pytest.mark.parametrize(
    ("rules", "speaks"),
    [
        ([], True),
        ([{}], False),
        ([{"unsigned": "accepted"}], True),
        ([{"match": {"signed": True}}, {"id": "b", "match": {"publisher": "*"}}], True),
        ([{"unsigned": "accepted"}, {"match": {"tier": "write"}}], False),
        ([{"outcome": "require_approval"}, {"outcome": "deny", "match": {"signed": False}}], True),
    ],
)
def test_a_policy_speaks_of_unsigned_skills_when_every_allowance_does(rules: list[dict[str, Any]], speaks: bool) -> None:
    assert policy(*rules).speaks_of_unsigned is speaks


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("find_*", "find_vulnerability", True),
        ("find_*", "xfind_y", False),
        ("*", "anything", True),
        ("?", "a", True),
        ("?", "ab", False),
        ("a.c", "abc", False),
        ("A*", "abc", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("*ab*ab", "xabab", True),
        ("**a**", "bab", True),
        ("[ab]", "a", False),
        (["x", "y*"], "yes", True),
        (["x", "y*"], "no", False),
    ],
)
def test_patterns_are_globs_and_nothing_more(pattern: str | list[str], name: str, fits: bool) -> None:
    rule = policy({"match": {"name": pattern}}).rules[0]
    assert rule.match.name is not None
    assert (rule.match.name.fullmatch(name) is not None) is fits


def test_a_hostile_pattern_is_not_slow() -> None:
    rule = policy({"match": {"name": "*a" * 128}}).rules[0]
    assert rule.match.name is not None
    assert rule.match.name.fullmatch("a" * 127 + "b") is None


def test_requests_of_the_tests_are_of_one_digest() -> None:
    assert request().digest == request().report.digest == DIGEST
    assert SIGNED.is_signed


def test_what_is_shown_in_the_docs_reads() -> None:
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    blocks = [block.split("```", 1)[0] for block in page.split("```yaml\n")[1:]]
    head, *parts = blocks
    allowance = "policy: 1\nname: shown\nrules:\n  - id: shown\n    match: {}\n    outcome: allow\n    reason: it is shown in the docs\n"
    assert read_policy(head.encode(), name="docs", schema=SCHEMA).name == "default"
    for part in parts:
        if part.startswith("tests:"):
            assert read_table(part.encode(), name="docs", schema=packaged_text(tables.SCHEMA)).cases
            continue
        indented = "".join(f"    {line}\n" for line in part.splitlines())
        text = f"policy: 1\nname: shown\nrules:\n{indented}" if part.startswith("- id:") else allowance + indented
        text = allowance + part if part.startswith("access:") else text
        assert len(read_policy(f"{text}...\n".encode(), name="docs", schema=SCHEMA).rules) == 1
