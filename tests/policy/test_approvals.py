"""Questions, and what people's answers do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skillpod.errors import PolicyRefused
from skillpod.model.approval import Answer, Approval
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NOTHING, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.finding import Verdict
from skillpod.policy.decide import decide
from skillpod.policy.document import Policy
from skillpod.policy.request import Request
from tests.policy.documents import HOUR, NOW, SIGNED, answer, policy, report, request

DAY = 24 * HOUR
ASKS: dict[str, Any] = {"id": "asks", "outcome": "require_approval"}
WRITER = request(tier=Tier.WRITE, permissions=Permissions(volumes=frozenset({VolumeAsk("data", "write")})))
OTHER = Bundle.freeze({"handler.py": b"other"}).digest


def asked(under: Policy, *approvals: Approval, of: Request = WRITER) -> Decision:
    return decide(replace(of, approvals=approvals), under)


def admitted(decision: Decision) -> Admission:
    assert isinstance(decision, Admission)
    return decision


def held(decision: Decision) -> Hold:
    assert isinstance(decision, Hold)
    return decision


def refused(decision: Decision) -> Refusal:
    assert isinstance(decision, Refusal)
    return decision


# --- how many ------------------------------------------------------------------------------------------------------------------------


def test_one_approval_lets_in_by_the_rule_that_asked_and_until_it_ends() -> None:
    under = policy(ASKS)
    ann = answer(WRITER, under, "ann", until=NOW + DAY)
    found = admitted(asked(under, ann))
    assert (found.rule, found.approvals, found.valid_until) == ("asks", (ann,), NOW + DAY)


def test_as_many_people_must_agree_as_the_rule_that_wants_most() -> None:
    under = policy({**ASKS, "id": "one"}, {**ASKS, "id": "three", "approvals": 3})
    ann, bob, carl = (answer(WRITER, under, name, until=NOW + hours * HOUR) for name, hours in (("ann", 1), ("bob", 3), ("carl", 2)))
    waiting = held(asked(under, ann, bob))
    assert (waiting.needed, waiting.given, waiting.rule) == (3, (bob, ann), "one")
    assert "3 people must approve; bob and ann did, 1 more is needed" in waiting.question
    assert admitted(asked(under, ann, bob, carl)).valid_until == NOW + HOUR


def test_it_rests_on_those_that_last_longest() -> None:
    under = policy(ASKS)
    ann, bob = answer(WRITER, under, "ann", until=NOW + HOUR), answer(WRITER, under, "bob", until=NOW + DAY)
    assert admitted(asked(under, ann, bob)).approvals == (bob,)


def test_one_person_s_two_approvals_are_one() -> None:
    under = policy({**ASKS, "approvals": 2})
    assert held(asked(under, answer(WRITER, under, "ann"), answer(WRITER, under, "ann", at=NOW - 1))).needed == 2


def test_nobody_approves_what_they_asked_for_and_where_nobody_is_known_nobody_approves() -> None:
    under = policy(ASKS)
    ann = answer(WRITER, under, "ann")
    assert held(asked(under, ann, of=replace(WRITER, requester="ann"))).given == ()
    unknown = held(asked(under, ann, of=replace(WRITER, requester="")))
    assert (unknown.given, "no yes counts while it is not known who asks" in unknown.question) == ((), True)
    assert admitted(asked(under, ann, of=replace(WRITER, requester="bob")))


@pytest.mark.parametrize(
    "changed",
    [
        replace(WRITER, digest=OTHER, report=replace(WRITER.report, digest=OTHER)),
        replace(WRITER, evidence=OTHER),
        replace(WRITER, report=report(Verdict.REVIEW)),
        replace(WRITER, manifest=replace(WRITER.manifest, tier=Tier.SYSTEM)),
        replace(WRITER, manifest=replace(WRITER.manifest, permissions=NOTHING)),
        replace(WRITER, manifest=replace(WRITER.manifest, name="another_skill")),
    ],
    ids=["digest", "evidence", "findings", "tier", "permissions", "name"],
)
def test_an_approval_is_for_exactly_what_was_asked(changed: Request) -> None:
    under = policy(ASKS)
    ann = answer(WRITER, under, "ann")
    assert admitted(asked(under, ann))
    assert held(asked(under, ann, of=changed)).given == ()


def test_an_approval_is_void_under_another_policy() -> None:
    ann = answer(WRITER, policy(ASKS), "ann")
    assert held(asked(policy({**ASKS, "reason": "because this test says something else"}), ann)).given == ()


# --- how long ------------------------------------------------------------------------------------------------------------------------


def test_an_approval_ends_when_it_says_or_when_the_rule_says() -> None:
    under = policy({**ASKS, "valid_for": "2h"}, {**ASKS, "id": "longer", "valid_for": "30d"})
    ann = answer(WRITER, under, "ann", at=NOW - HOUR, until=NOW + DAY)
    assert admitted(asked(under, ann)).valid_until == NOW + HOUR
    assert held(asked(under, ann, of=replace(WRITER, now=NOW + HOUR))).given == ()
    short = answer(WRITER, under, "ann", until=NOW + 60)
    assert admitted(asked(under, short)).valid_until == NOW + 60
    assert held(asked(under, short, of=replace(WRITER, now=NOW + 60))).given == ()


def test_an_allowance_may_end_too_and_does_not_when_it_says_nothing() -> None:
    assert admitted(decide(request(), policy({"valid_for": "90d"}))).valid_until == NOW + 90 * DAY
    assert admitted(decide(request(), policy({}))).valid_until == float("inf")


# --- no ------------------------------------------------------------------------------------------------------------------------------


def test_one_person_s_no_is_a_refusal_that_says_who_and_why() -> None:
    under = policy(ASKS)
    no = answer(WRITER, under, "bob", answer=Answer.DENY)
    found = refused(asked(under, answer(WRITER, under, "ann"), no, answer(WRITER, under, "carl")))
    assert (found.rule, [type(reason) for reason in found.reasons]) == ("answer", [PolicyRefused])
    assert found.reasons[0].message == "bob said no to it: bob has looked at it"
    assert refused(asked(under, no, of=replace(WRITER, requester="bob"))).rule == "answer"
    assert held(asked(under, no, of=replace(WRITER, now=NOW + HOUR))).given == ()


def test_a_no_counts_also_where_nothing_asks_any_more() -> None:
    under = policy({})
    plain = request()
    assert refused(asked(under, answer(plain, under, "bob", answer=Answer.DENY), of=plain)).rule == "answer"
    assert admitted(asked(under, answer(plain, under, "bob"), of=plain)).approvals == ()


def test_a_person_s_last_answer_is_their_answer() -> None:
    under = policy(ASKS)
    yes, no = (answer(WRITER, under, "ann", at=NOW - 10), answer(WRITER, under, "ann", answer=Answer.DENY, at=NOW - 20))
    assert admitted(asked(under, yes, no)).approvals == (yes,)
    later = replace(no, at=NOW - 5, until=NOW + 60)
    assert refused(asked(under, later, yes)).rule == "answer"
    assert held(asked(under, later, yes, of=replace(WRITER, now=NOW + 60))).given == ()
    assert refused(asked(under, yes, replace(no, at=yes.at))).rule == "answer"


# --- broken glass --------------------------------------------------------------------------------------------------------------------


def test_broken_glass_stands_for_any_number_of_approvals_until_it_ends() -> None:
    under = policy({**ASKS, "approvals": 9})
    glass = answer(WRITER, under, "ann", answer=Answer.BREAK_GLASS)
    found = admitted(asked(under, glass, answer(WRITER, under, "bob")))
    assert (found.approvals, found.valid_until) == ((glass,), NOW + HOUR)
    assert admitted(asked(under, glass, of=replace(WRITER, requester="ann")))
    assert held(asked(under, glass, of=replace(WRITER, now=NOW + HOUR))).needed == 9


def test_glass_is_not_leant_on_where_enough_people_agreed() -> None:
    under = policy(ASKS)
    glass, bob = answer(WRITER, under, "ann", answer=Answer.BREAK_GLASS), answer(WRITER, under, "bob")
    assert admitted(asked(under, glass, bob)).approvals == (bob,)


def test_broken_glass_is_never_over_a_refusal() -> None:
    deny = policy(ASKS, {"id": "no", "match": {"tier": "write"}, "outcome": "deny"})
    glass = Answer.BREAK_GLASS
    assert refused(asked(deny, answer(WRITER, deny, "ann", answer=glass))).rule == "no"
    nothing = policy()
    assert refused(asked(nothing, answer(WRITER, nothing, "ann", answer=glass))).rule == "default-deny"
    under = policy(ASKS)
    bad = request(verdict=Verdict.DENY)
    assert refused(asked(under, answer(bad, under, "ann", answer=glass), of=bad)).rule == "audit"
    no = answer(WRITER, under, "bob", answer=Answer.DENY)
    assert refused(asked(under, no, answer(WRITER, under, "ann", answer=glass))).rule == "answer"


# --- what a yes gives ----------------------------------------------------------------------------------------------------------------

MUCH = replace(
    WRITER,
    manifest=replace(
        WRITER.manifest,
        permissions=Permissions(
            volumes=frozenset({VolumeAsk("data", "write"), VolumeAsk("more", "read")}),
            network=frozenset({NetworkAsk("api.example.com", (443,))}),
        ),
    ),
)


def test_a_yes_gives_what_is_asked_or_what_the_rule_says_and_the_question_says_so() -> None:
    under = policy(ASKS)
    assert admitted(asked(under, answer(MUCH, under, "ann"), of=MUCH)).grants == MUCH.manifest.permissions
    less = policy({**ASKS, "grant": {"volumes": "asked"}})
    assert admitted(asked(less, answer(MUCH, less, "ann"), of=MUCH)).grants == Permissions(volumes=MUCH.manifest.permissions.volumes)
    assert "A yes gives volumes data to write, more to read, and it runs without network." in held(asked(less, of=MUCH)).question


def test_a_yes_gives_what_all_that_ask_give_in_whatever_order() -> None:
    rules = (
        {**ASKS, "id": "a", "grant": {"volumes": [{"name": "data", "access": "write"}, {"name": "other", "access": "read"}]}},
        {**ASKS, "id": "b", "grant": {"volumes": "asked", "network": "asked"}},
        {**ASKS, "id": "c"},
    )
    for order in (rules, rules[::-1]):
        under = policy(*order)
        found = admitted(asked(under, answer(MUCH, under, "ann"), of=MUCH))
        assert found.grants == Permissions(volumes=frozenset({VolumeAsk("data", "write")}))
    none = policy({**ASKS, "grant": {}})
    assert admitted(asked(none, answer(MUCH, none, "ann"), of=MUCH)).grants == NOTHING
    assert "A yes gives none of what it asks, and it runs without network, volumes." in held(asked(none, of=MUCH)).question


def test_of_what_allows_the_first_gives() -> None:
    match = {"tier": "network", "permissions": ["volumes", "network"]}
    both = policy(
        {"id": "one", "match": match, "grant": {"network": "asked"}},
        {"id": "other", "match": match, "grant": {"volumes": "asked"}},
    )
    found = admitted(decide(MUCH, both))
    assert (found.rule, found.grants) == ("one", Permissions(network=MUCH.manifest.permissions.network))


# --- who asks, and where -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "of", "is_covered"),
    [
        ({"principal": "ci-*"}, {"requester": "ci-7"}, True),
        ({"principal": "ci-*"}, {"requester": "ann"}, False),
        ({"principal": "*"}, {"requester": ""}, False),
        ({"role": ["operator"]}, {"roles": ("operator",)}, True),
        ({"role": ["operator"]}, {"roles": ("admin",)}, True),
        ({"role": ["operator"]}, {"roles": ("viewer", "reviewer")}, False),
        ({"role": ["operator"]}, {}, False),
        ({"environment": "test-*"}, {"environment": "test-1"}, True),
        ({"environment": "test-*"}, {"environment": "prod"}, False),
        ({"environment": "*"}, {}, False),
        ({"version": ">=1,<2", "signed": True}, {"version": "1.9", "provenance": SIGNED}, True),
        ({"version": ">=1,<2", "signed": True}, {"version": "1.9rc1", "provenance": SIGNED}, False),
        ({"version": ">=1.9rc1", "signed": True}, {"version": "1.9rc1", "provenance": SIGNED}, True),
        ({"version": ">=1,<2", "signed": True}, {"version": "2", "provenance": SIGNED}, False),
        ({"version": ">=1,<2", "signed": True}, {"version": "1.9"}, False),
        ({"version": ">=1", "signed": True}, {"version": "no version", "provenance": SIGNED}, False),
        ({"publisher": "*"}, {}, False),
    ],
)
def test_an_allowance_covers_only_what_is_known(match: dict[str, Any], of: dict[str, Any], is_covered: bool) -> None:
    assert isinstance(decide(request(**of), policy({"match": match})), Admission) is is_covered


@pytest.mark.parametrize(
    ("match", "of", "is_hit"),
    [
        ({"principal": "ci-*"}, {"requester": "ci-7"}, True),
        ({"principal": "ci-*"}, {"requester": "ann"}, False),
        ({"principal": "ci-*"}, {"requester": ""}, True),
        ({"role": ["operator"]}, {"roles": ("operator",)}, True),
        ({"role": ["operator"]}, {"roles": ("viewer",)}, True),
        ({"role": ["operator"]}, {}, True),
        ({"role": ["operator"]}, {"roles": ("admin",)}, False),
        ({"role": ["operator"]}, {"roles": ("reviewer",)}, False),
        ({"environment": "prod"}, {"environment": "prod"}, True),
        ({"environment": "prod"}, {"environment": "test"}, False),
        ({"environment": "prod"}, {}, True),
        ({"version": "<1.4"}, {"version": "1.3"}, True),
        ({"version": "<1.4"}, {"version": "1.4rc1"}, True),
        ({"version": "<1.4"}, {"version": "1.4"}, False),
        ({"version": "<=1.4"}, {"version": "1.4"}, True),
        ({"version": "<=1.4"}, {"version": "1.4+mine"}, True),
        ({"version": "<=1.4"}, {"version": "1.4.post1"}, False),
        ({"version": "<1.4"}, {"version": "no version"}, True),
    ],
)
def test_a_restriction_hits_also_what_is_not_known(match: dict[str, Any], of: dict[str, Any], is_hit: bool) -> None:
    found = decide(request(**of), policy({}, {"id": "no", "match": match, "outcome": "deny"}))
    assert isinstance(found, Refusal) is is_hit


def test_a_yes_lets_in_only_whom_the_question_would_cover_as_an_allowance() -> None:
    under = policy({**ASKS, "match": {"role": ["operator"], "environment": "test"}})
    operator = replace(WRITER, requester="ann", roles=("operator",), environment="test")
    bob = answer(WRITER, under, "bob")
    assert admitted(asked(under, bob, of=operator))
    assert admitted(asked(under, bob, of=replace(operator, roles=("admin",))))
    assert refused(asked(under, bob, of=replace(operator, roles=("viewer",)))).rule == "default-deny"
    assert refused(asked(under, bob, of=replace(operator, environment=""))).rule == "default-deny"
    assert isinstance(asked(under, of=replace(operator, roles=("admin",))), Hold)


def test_what_is_hit_and_let_in_by_two_questions_needs_the_yeses_of_both() -> None:
    under = policy(
        {**ASKS, "id": "hits", "match": {"role": ["operator"]}},
        {**ASKS, "id": "lets-in", "match": {"environment": "test"}, "approvals": 2},
        {**ASKS, "id": "easier", "match": {"environment": "test", "name": "other_*"}},
    )
    viewer = replace(WRITER, environment="test")
    found = held(asked(under, answer(WRITER, under, "bob"), of=viewer))
    assert (found.needed, found.rule) == (2, "hits")
    assert admitted(asked(under, answer(WRITER, under, "bob"), answer(WRITER, under, "carl"), of=viewer)).rule == "hits"
