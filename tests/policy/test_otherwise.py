"""What would have to be different for another decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from skillpod.model.capability import Permissions, Tier, VolumeAsk
from skillpod.model.finding import Verdict
from skillpod.policy.decide import decide
from skillpod.policy.document import Policy
from skillpod.policy.otherwise import Ways, unmet, ways_out
from skillpod.policy.request import Request
from skillpod.policy.rules import Coverage
from tests.policy.documents import SIGNED, answer, default_policy, policy, request
from tests.policy.test_laws import _ALLOWANCES, _REQUESTS

WRITER = request(tier=Tier.WRITE, permissions=Permissions(volumes=frozenset({VolumeAsk("data", "read")})))


def ways(asked: Request, under: Policy) -> Ways:
    return ways_out(asked, under, decide(asked, under))


def test_a_held_skill_is_told_what_to_lower_who_could_sign_and_how_many_must_approve() -> None:
    found = ways(WRITER, default_policy())
    assert (found.outcome, found.approvals) == ("admitted", 1)
    assert found.of_skill == (
        ("a trusted publisher had signed it",),
        ("its tier were read-only", "it asked for no volumes"),
    )
    assert found.of_policy == (
        (
            "the rule `above-read-only` did not ask",
            "the rule `asks-for-a-right` did not ask",
            "the rule `read-only-in-the-jail` also covered the tier write and volumes",
        ),
        (
            "the rule `above-read-only` did not ask",
            "the rule `asks-for-a-right` did not ask",
            "the rule `trusted-publisher` also covered what is not signed and what no publisher has signed",
        ),
    )


def test_approvals_that_are_there_already_are_not_asked_for_again() -> None:
    under = policy({"outcome": "require_approval", "approvals": 3})
    assert ways(replace(WRITER, approvals=(answer(WRITER, under, "ann"),)), under).approvals == 2


def test_of_several_tiers_that_would_do_the_highest_is_named() -> None:
    found = ways(request(tier=Tier.SYSTEM), policy({"match": {"tier": "write"}}))
    assert found.of_skill == (("its tier were write",),)
    assert found.of_policy == (("the rule `rule-0` also covered the tier system",),)


def test_where_nothing_leads_to_leave_what_leads_to_a_question_is_told() -> None:
    under = policy({"id": "no", "match": {"tier": "write"}, "outcome": "deny"}, {"id": "asks", "outcome": "require_approval"})
    found = ways(request(tier=Tier.WRITE), under)
    assert (found.outcome, found.of_skill, found.approvals) == ("held for an approval", (("its tier were read-only",),), 0)
    assert found.of_policy == (("the rule `no` did not deny it",),)


def test_what_the_audit_denies_no_policy_changes() -> None:
    found = ways(request(verdict=Verdict.DENY), default_policy())
    assert (found.of_skill, found.of_policy) == ((("the audit denied nothing",),), ())


def test_of_leave_it_is_told_what_it_hangs_on() -> None:
    found = ways(request(), default_policy())
    assert (found.outcome, found.of_policy) == ("refused", (("the rule `read-only-in-the-jail` did not allow it",),))
    assert ways(request(), policy({}, {})).is_empty


def test_who_asks_and_a_publisher_s_name_are_told_too() -> None:
    under = policy({"match": {"role": ["operator"]}}, {"id": "theirs", "match": {"publisher": "other-*"}})
    found = ways(request(provenance=SIGNED), under)
    assert found.of_skill == (("an admin asked for it",),)
    assert found.of_policy == (
        ("the rule `rule-0` also covered who has no role",),
        ("the rule `theirs` also covered the publisher acme",),
    )


@settings(deadline=None, max_examples=60)
@given(_ALLOWANCES, _REQUESTS)
def test_a_condition_is_told_exactly_when_it_does_not_hold(rule: dict[str, Any], asked: Request) -> None:
    match = policy(rule).rules[0].match
    assert isinstance(match, Coverage)
    assert (not unmet(match, asked.facts)) is match.speaks_of(asked.facts)
