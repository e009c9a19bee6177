"""Policies tried on tables of tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from skillpod.config import load_policy
from skillpod.errors import PolicyUnreadable
from skillpod.policy import tables
from skillpod.policy.document import Policy, read_policy
from skillpod.policy.tables import Result, Table, read_table
from skillpod.resources import packaged_names, packaged_text
from tests.policy.documents import policy

ROOT = Path(__file__).parent.parent.parent
SCHEMA = packaged_text(tables.SCHEMA)
PACKAGED = packaged_names("policy", suffix=".yaml")


def table(**said: Any) -> Table:
    return read_table(json.dumps({"tests": 1, "policy": "probe", **said}).encode(), name="probe.yaml", schema=SCHEMA)


def one(under: Policy, **case: Any) -> Result:
    (result,) = table(cases=[{"name": "it is so", **case}]).tried(under)
    return result


@pytest.mark.parametrize("name", PACKAGED)
def test_a_shipped_policy_says_what_its_table_expects(name: str) -> None:
    path = ROOT / "policies" / "tests" / f"{name}.yaml"
    read = read_table(path.read_bytes(), name=path.name, schema=SCHEMA)
    assert read.policy == name
    assert {result.name: result.got for result in read.tried(load_policy(None, name)) if result.differs} == {}


@pytest.mark.parametrize("name", PACKAGED)
def test_every_rule_of_a_shipped_policy_is_named_by_its_table(name: str) -> None:
    read = read_table((ROOT / "policies" / "tests" / f"{name}.yaml").read_bytes(), name=name, schema=SCHEMA)
    under = load_policy(None, name)
    assert [rule.id for rule in under.rules if rule.id not in {result.rule for result in read.tried(under)}] == []


@pytest.mark.parametrize("name", PACKAGED)
def test_a_shipped_policy_is_in_the_repository_to_the_byte_and_speaks_of_unsigned_skills(name: str) -> None:
    assert (ROOT / "policies" / f"{name}.yaml").read_bytes() == packaged_text(f"policy/{name}.yaml")
    found = load_policy(None, name)
    assert (found.name, found.speaks_of_unsigned) == (name, True)
    assert all(len(rule.reason.split()) > 8 for rule in found.rules)


def test_what_differs_is_told_beside_the_rule_that_spoke() -> None:
    result = one(policy({"id": "yes"}), expect={"outcome": "hold", "rule": "ask", "needed": 2})
    assert result.expected == {"outcome": "hold", "rule": "ask", "needed": "2"}
    assert result.got == {"outcome": "admit", "rule": "yes", "needed": "-"}
    assert (result.differs, result.rule, result.at) == (("outcome", "rule", "needed"), "yes", "probe.yaml:cases[0]")


def test_grants_are_compared_whole_and_in_words() -> None:
    under = policy({"match": {"permissions": ["volumes"], "tier": "write"}, "grant": {"volumes": "asked"}})
    skill = {"permissions": {"volumes": [{"name": "data", "access": "write"}]}}
    assert one(under, skill=skill, expect={"outcome": "admit", "grants": skill["permissions"]}).differs == ()
    less = one(under, skill=skill, expect={"outcome": "admit", "grants": []})
    assert (less.differs, less.expected["grants"], less.got["grants"]) == (("grants",), "nothing", "volumes data write")
    assert one(policy(), expect={"outcome": "refuse"}).why.startswith("no rule of the policy 'probe' allows it")


def test_access_is_tried_as_a_caller_would_find_it() -> None:
    callers = {"id": "ops", "roles": ["operator"], "tools": "find_*", "may": "call", "outcome": "allow", "reason": "they work with it"}
    document = json.dumps({"policy": 1, "name": "probe", "rules": [], "access": [callers]}).encode()
    under = read_policy(document, name="probe.yaml", schema=packaged_text("policy/schema.json"))
    rows = [
        {"principal": "ann", "roles": ["operator"], "tool": "find_x", "expect": "call", "rule": "ops"},
        {"principal": "ann", "roles": ["operator"], "tool": "find_x", "approval": "always", "expect": "ask"},
        {"principal": "", "tool": "find_x", "expect": "nothing", "rule": "default-deny", "name": "nobody sees it"},
        {"principal": "ann", "tool": "find_x", "expect": "see"},
    ]
    results = list(table(access=rows).tried(under))
    assert [result.differs for result in results] == [(), (), (), ("may",)]
    assert [result.name for result in results] == ["ann operator: find_x", "ann operator: find_x", "nobody sees it", "ann: find_x"]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ({}, ""),
        ({"cases": [{"name": "x"}]}, ":cases[0].expect"),
        ({"cases": [{"name": "x", "expect": {"outcome": "allow"}}]}, ":cases[0].expect.outcome"),
        ({"cases": [{"name": "x", "signedby": "acme", "expect": {"outcome": "admit"}}]}, ":cases[0].signedby"),
        ({"access": [{"principal": "a", "tool": "b", "expect": "yes"}]}, ":access[0].expect"),
        ({"policy": "No Name", "cases": []}, ":policy"),
    ],
)
def test_a_table_is_read_whole_or_not_at_all(said: dict[str, Any], at: str) -> None:
    with pytest.raises(PolicyUnreadable) as refusal:
        table(**said)
    assert refusal.value.at == f"probe.yaml{at}"


@pytest.mark.parametrize("name", PACKAGED)
def test_a_shipped_policy_that_ends_after_any_line_lets_nothing_more_in(name: str) -> None:
    """Even if it says that it is whole."""
    lines = packaged_text(f"policy/{name}.yaml").splitlines(keepends=True)
    cases = read_table((ROOT / "policies" / "tests" / f"{name}.yaml").read_bytes(), name=name, schema=SCHEMA).cases
    whole = outcomes(load_policy(None, name), cases)
    read = 0
    for end in range(len(lines)):
        try:
            half = read_policy(b"".join([*lines[:end], b"...\n"]), name="half.yaml", schema=packaged_text("policy/schema.json"))
        except PolicyUnreadable:
            continue
        read += 1
        assert {case for case, outcome in outcomes(half, cases).items() if outcome == "admit" != whole[case]} == set()
    assert read > 0


def outcomes(under: Policy, cases: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {result.name: result.got["outcome"] for result in Table(name="", policy="", cases=cases, access=()).tried(under)}
