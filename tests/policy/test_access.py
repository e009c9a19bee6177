"""Who may see and call which tools."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import PolicyUnreadable
from skillpod.model.access import May, ToolAccess
from skillpod.model.principal import Role
from skillpod.policy.access import OPEN, access
from skillpod.policy.document import Policy, read_policy
from tests.policy.documents import REASON, SCHEMA, default_policy

READERS = {"id": "readers", "roles": ["viewer"], "tools": "*", "may": "see", "outcome": "allow"}
CALLERS = {"id": "callers", "roles": ["operator"], "tools": "*", "may": "call", "outcome": "allow"}
AGENTS = {"id": "agents", "principals": "agent-*", "tools": "find_*", "may": "call", "outcome": "allow"}


def text_of(*rules: dict[str, Any]) -> bytes:
    whole = [{"id": f"rule-{index}", "tools": "*", "reason": REASON, **rule} for index, rule in enumerate(rules)]
    return json.dumps({"policy": 1, "name": "probe", "rules": [], "access": whole}).encode()


def matrix(*rules: dict[str, Any]) -> Policy:
    return read_policy(text_of(*rules), name="probe.yaml", schema=SCHEMA)


def asked(policy: Policy, principal: str = "ann", *roles: str, tool: str = "find_x") -> ToolAccess:
    return access(policy, principal=principal, roles=roles, tool=tool)


def test_a_policy_without_the_section_lets_everyone_call() -> None:
    assert default_policy().access is OPEN
    assert (asked(default_policy(), "").may, asked(default_policy()).rule) == (May.CALL, "no-access-rules")


def test_an_empty_section_lets_nobody_see_anything() -> None:
    found = asked(matrix(), "owner", "admin", "break-glass")
    assert (found.may, found.rule) == (May.NOTHING, "default-deny")


def test_calling_includes_seeing_and_seeing_does_not_include_calling() -> None:
    assert asked(matrix(READERS), "ann", "viewer").may is May.SEE
    assert asked(matrix(CALLERS), "ann", "operator").may is May.CALL


def test_of_several_allowances_the_one_that_reaches_farthest_counts_and_is_named() -> None:
    both = asked(matrix(READERS, CALLERS), "ann", "operator")
    assert (both.may, both.rule, both.reason) == (May.CALL, "callers", REASON)


def test_an_allowance_for_a_role_covers_who_has_a_role_that_includes_it() -> None:
    assert asked(matrix(CALLERS), "ann", "admin").may is May.CALL
    assert asked(matrix(CALLERS), "ann", "viewer").may is May.NOTHING
    assert asked(matrix(CALLERS), "ann", "break-glass").may is May.NOTHING
    assert asked(matrix(CALLERS), "ann", "emperor").may is May.NOTHING


def test_a_restriction_on_a_role_hits_who_has_no_role_beyond_it() -> None:
    everyone = {"principals": "*", "may": "call", "outcome": "allow"}
    under = matrix(everyone, {"id": "not-theirs", "roles": ["operator"], "tools": "wipe_*", "may": "call", "outcome": "deny"})
    assert [asked(under, "ann", *roles, tool="wipe_x").may for roles in ([], ["viewer"], ["operator"], ["viewer", "operator"])] == [
        May.SEE,
        May.SEE,
        May.SEE,
        May.SEE,
    ]
    assert asked(under, "ann", "reviewer", tool="wipe_x").may is May.CALL
    assert asked(under, "ann", "admin", tool="wipe_x").may is May.CALL


def test_principals_are_patterns_and_both_conditions_must_hold() -> None:
    assert asked(matrix(AGENTS), "agent-7").may is May.CALL
    assert asked(matrix(AGENTS), "ann").may is May.NOTHING
    assert asked(matrix(AGENTS), "agent-7", tool="wipe_x").may is May.NOTHING
    both = matrix({**AGENTS, "roles": ["operator"]})
    assert (asked(both, "agent-7").may, asked(both, "agent-7", "operator").may) == (May.NOTHING, May.CALL)


def test_a_caller_whose_name_is_not_known_is_covered_by_no_name_and_hit_by_every_one() -> None:
    everyone = {"id": "all", "principals": "*", "may": "call", "outcome": "allow"}
    assert asked(matrix(everyone), "").may is May.NOTHING
    named = {"id": "not-bob", "principals": "bob", "may": "see", "outcome": "deny"}
    by_role = {"id": "callers", "roles": ["operator"], "may": "call", "outcome": "allow"}
    assert asked(matrix(by_role, named), "", "operator").may is May.NOTHING
    assert asked(matrix(by_role, named), "ann", "operator").may is May.CALL


@pytest.mark.parametrize(("may", "left"), [("see", May.NOTHING), ("call", May.SEE)])
def test_deny_overrides_allow_from_what_it_names(may: str, left: May) -> None:
    found = asked(matrix(CALLERS, {"id": "no", "tools": "find_?", "may": may, "outcome": "deny"}), "ann", "operator")
    assert (found.may, found.rule) == (left, "no")


def test_a_question_takes_the_call_away_until_a_person_agrees_and_gives_nothing() -> None:
    asks = {"id": "asks", "tools": "find_*", "outcome": "require_approval"}
    found = asked(matrix(CALLERS, asks), "ann", "operator")
    assert (found.may, found.rule) == (May.ASK, "asks")
    assert asked(matrix(READERS, asks), "ann", "viewer").may is May.SEE
    assert asked(matrix(asks), "ann", "operator").may is May.NOTHING
    denied = {"id": "no", "may": "call", "outcome": "deny"}
    assert asked(matrix(CALLERS, asks, denied), "ann", "operator").may is May.SEE


def test_an_author_may_want_each_call_approved_and_can_do_away_with_nothing() -> None:
    call, see = (asked(matrix(rule), "ann", "admin") for rule in (CALLERS, READERS))
    assert (call.refined({"approval": "always"}).may, call.refined({"approval": "always"}).rule) == (May.ASK, "manifest")
    assert call.refined({"approval": "never"}) is call.refined({}) is call
    assert see.refined({"approval": "always"}) is see
    asks = asked(matrix(CALLERS, {"id": "asks", "outcome": "require_approval"}), "ann", "operator")
    assert asks.refined({"approval": "never"}) is asks


# --- reading -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "at"),
    [
        ({"may": "call", "outcome": "allow"}, "principals"),
        ({"principals": "*", "outcome": "allow"}, "may"),
        ({"outcome": "deny"}, "may"),
        ({"outcome": "require_approval", "may": "call"}, "may"),
        ({"roles": ["viewr"], "may": "see", "outcome": "allow"}, "roles[0]"),
        ({"roles": [], "may": "see", "outcome": "allow"}, "roles"),
        ({"principals": [], "may": "see", "outcome": "allow"}, "principals"),
        ({"principals": "*", "may": "use", "outcome": "allow"}, "may"),
        ({"principals": "*", "may": "call", "outcome": "allow", "approval": "required"}, "approval"),
        ({"principals": "*", "may": "call", "outcome": "allow", "reason": "so"}, "reason"),
    ],
)
def test_a_rule_that_says_too_little_or_what_nobody_knows_is_refused_with_its_place(rule: dict[str, Any], at: str) -> None:
    with pytest.raises(PolicyUnreadable) as refusal:
        matrix(rule)
    assert refusal.value.at == f"probe.yaml:access[0].{at}"


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(PolicyUnreadable) as refusal:
        matrix(READERS, READERS)
    assert (refusal.value.at, "access[0]" in refusal.value.message) == ("probe.yaml:access[1].id", True)


def test_the_section_is_part_of_the_policy_s_digest() -> None:
    assert matrix(READERS).digest != matrix(CALLERS).digest != matrix().digest


# --- laws ----------------------------------------------------------------------------------------------------------------------------

_WORDS = [role.value for role in Role]
_GLOBS = st.sampled_from(["*", "a*", "ann", "bob", "find_*", "wipe_?"])
_WHO = st.fixed_dictionaries({"principals": _GLOBS}, optional={"roles": st.lists(st.sampled_from(_WORDS), min_size=1, unique=True)})
_REST = {"tools": _GLOBS, "may": st.sampled_from(["see", "call"])}
_ALLOW = st.builds(lambda who, rest: {**who, **rest, "outcome": "allow"}, _WHO, st.fixed_dictionaries(_REST))
_DENY = st.builds(lambda who, rest: {**who, **rest, "outcome": "deny"}, _WHO, st.fixed_dictionaries(_REST))
_ASK = st.builds(lambda who, tools: {**who, "tools": tools, "outcome": "require_approval"}, _WHO, _GLOBS)
_RULES = st.lists(_ALLOW | _DENY | _ASK, max_size=6)
_ROLES = st.lists(st.sampled_from(_WORDS), unique=True, max_size=3).map(tuple)
_NAMES = st.sampled_from(["ann", "bob", "", "agent"])
_TOOLS = st.sampled_from(["find_x", "wipe_x", "ann"])


@settings(deadline=None, max_examples=80)
@given(_RULES, _NAMES, _ROLES, st.sampled_from(_WORDS), _TOOLS)
def test_showing_less_of_oneself_never_gives_more(
    rules: list[dict[str, Any]], name: str, roles: tuple[str, ...], more: str, tool: str
) -> None:
    under = matrix(*rules)
    known = access(under, principal=name, roles=(*roles, more), tool=tool).may
    assert access(under, principal=name, roles=roles, tool=tool).may <= known
    assert access(under, principal="", roles=(*roles, more), tool=tool).may <= known


@settings(deadline=None, max_examples=80)
@given(_RULES, _DENY | _ASK, _NAMES, _ROLES, _TOOLS)
def test_one_more_restriction_never_gives_more(
    rules: list[dict[str, Any]], more: dict[str, Any], name: str, roles: tuple[str, ...], tool: str
) -> None:
    before = access(matrix(*rules), principal=name, roles=roles, tool=tool).may
    assert access(matrix(*rules, more), principal=name, roles=roles, tool=tool).may <= before


@settings(deadline=None, max_examples=60)
@given(_RULES, _NAMES, _ROLES, _TOOLS)
def test_the_order_of_rules_changes_nothing(rules: list[dict[str, Any]], name: str, roles: tuple[str, ...], tool: str) -> None:
    there, back = matrix(*rules), matrix(*reversed(rules))
    assert access(there, principal=name, roles=roles, tool=tool).may is access(back, principal=name, roles=roles, tool=tool).may


# --- asked for every listed tool and every call --------------------------------------------------------------------------------------


def test_names_that_callers_make_up_are_not_remembered_without_end() -> None:
    under = matrix(AGENTS)
    for index in range(20_000):
        asked(under, f"agent-{index}", tool=f"find_{index}")
    assert asked(under, "agent-1").may is May.CALL
    assert len(under.access._answers) <= 8192
    assert len(under.access._applying) <= 8192


def test_an_answer_that_was_given_before_takes_a_look_up() -> None:
    rules = [{**AGENTS, "id": f"agents-{index}", "tools": f"find_{index}"} for index in range(50)]
    under, bare, key = matrix(*rules), {("agent-7", ("operator",), "find_49"): 1}, ("agent-7", ("operator",), "find_49")
    assert asked(under, "agent-7", "operator", tool="find_49").may is May.CALL
    ours = fastest(lambda: access(under, principal="agent-7", roles=("operator",), tool="find_49"))
    assert ours < 15 * fastest(lambda: bare.get(key))


def fastest(act: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(200):
        begun = perf_counter()
        for _ in range(50):
            act()
        best = min(best, perf_counter() - begun)
    return best
