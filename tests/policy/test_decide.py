"""What the policy answers, and what no policy can change."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import ApprovalNeeded, AuditDenied, PolicyRefused
from skillpod.model.capability import NOTHING, Isolation, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.comparison import Asked, Comparison, Standing
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.digest import Digest
from skillpod.model.finding import Finding, Severity, Verdict
from skillpod.model.manifest import PackageAsk, Requires
from skillpod.model.provenance import UNSIGNED, Provenance
from skillpod.policy.decide import decide
from skillpod.policy.request import Request
from skillpod.policy.rules import KINDS
from tests.policy.documents import DIGEST, SIGNED, answer, default_policy, policy, report, request

PACKAGE = Path(__file__).parent.parent.parent / "skillpod"
ONE_OF_EACH = {
    "volumes": Permissions(volumes=frozenset({VolumeAsk("data", "read")})),
    "network": Permissions(network=frozenset({NetworkAsk("api.example.com", (443,))})),
    "secrets": Permissions(secrets=frozenset({"TOKEN"})),
    "environment": Permissions(environment=frozenset({"TZ"})),
    "programs": Permissions(programs=frozenset({"git"})),
}


def refusal(decision: Decision) -> Refusal:
    assert isinstance(decision, Refusal)
    return decision


def hold(decision: Decision) -> Hold:
    assert isinstance(decision, Hold)
    return decision


def admission(decision: Decision) -> Admission:
    assert isinstance(decision, Admission)
    return decision


# --- the default policy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provenance", [UNSIGNED, SIGNED], ids=["unsigned", "signed"])
def test_a_read_only_skill_is_admitted_to_the_jail_with_no_grants(provenance: Provenance) -> None:
    found = admission(decide(request(provenance=provenance), default_policy()))
    assert (found.isolation, found.grants, found.tier) == (Isolation.JAIL, NOTHING, Tier.READ_ONLY)
    assert (found.skill, found.digest, found.rule) == ("probe_skill", DIGEST, "read-only-in-the-jail")
    assert found.policy == default_policy().digest
    assert found.opted_out == ()


@pytest.mark.parametrize("tier", [Tier.WRITE, Tier.NETWORK, Tier.SYSTEM])
def test_a_higher_tier_is_held_and_the_message_says_what_to_do(tier: Tier) -> None:
    found = hold(decide(request(tier=tier), default_policy()))
    assert f"it asks for the tier {tier.word} (manifest.yaml:tier)" in found.question
    assert '`skillpod approve probe_skill --reason "..."`' in found.question
    assert "write `tier: read-only`" in found.question
    assert [reason.at for reason in found.reasons] == ["manifest.yaml:tier"]
    assert found.trial is not None
    assert (found.trial.grants, found.trial.isolation, found.trial.opted_out) == (NOTHING, Isolation.JAIL, ())
    assert (found.needed, found.given, found.trial.rule) == (2 if tier is Tier.SYSTEM else 1, (), found.rule)


@pytest.mark.parametrize("kind", KINDS)
def test_any_permission_is_held_and_named_with_its_place(kind: str) -> None:
    found = hold(decide(request(permissions=ONE_OF_EACH[kind]), default_policy()))
    assert f"manifest.yaml:permissions.{kind}" in [reason.at for reason in found.reasons]
    assert f"remove `permissions.{kind}`" in found.question
    assert all(isinstance(reason, ApprovalNeeded) for reason in found.reasons)


def test_a_review_is_held_and_the_line_is_named() -> None:
    found = hold(decide(request(verdict=Verdict.REVIEW), default_policy()))
    assert "REF-003: it looks odd (handler.py:7:5)" in found.question
    assert found.rule == "audit-needs-eyes"
    assert [(reason.at, reason.hint) for reason in found.reasons] == [("handler.py:7:5", "mend it")]


def test_a_manifest_that_understates_its_tier_is_judged_by_what_it_asks() -> None:
    understated = request(tier=Tier.READ_ONLY, permissions=ONE_OF_EACH["programs"])
    assert understated.tier is Tier.SYSTEM
    assert "the tier system" in hold(decide(understated, default_policy())).question


# --- what no policy can change ---------------------------------------------------------------------------------------------------

EVERYTHING = policy({"match": {"tier": "system", "verdict": "review", "permissions": list(KINDS)}})


def test_a_denying_audit_is_refused_whatever_the_rules_say() -> None:
    found = refusal(decide(request(verdict=Verdict.DENY), EVERYTHING))
    assert found.rule == "audit"
    assert [(type(reason), reason.at, reason.message) for reason in found.reasons] == [
        (AuditDenied, "handler.py:7:5", "REF-003: it looks odd")
    ]
    assert (found.reasons[0].skill, found.reasons[0].digest) == ("probe_skill", DIGEST)


@pytest.mark.parametrize("digest", [None, Digest("sha256:" + "0" * 64)])
def test_a_report_of_another_digest_is_refused(digest: Digest | None) -> None:
    other = replace(request(), report=replace(report(Verdict.ALLOW), digest=digest))
    assert refusal(decide(other, EVERYTHING)).rule == "evidence"


IN_PROCESS = policy({"id": "in-process", "match": {"isolation": "module", "signed": True, "publisher": "acme"}})
MODULE: dict[str, Any] = {"isolation": Isolation.MODULE, "provenance": SIGNED}


def test_module_isolation_is_given_by_an_allowance_that_names_it_and_its_publisher() -> None:
    assert admission(decide(request(**MODULE), IN_PROCESS)).isolation is Isolation.MODULE
    assert (
        refusal(decide(request(provenance=SIGNED), IN_PROCESS)).rule == "default-deny"
    )  # it covers the jail no more than another rule this


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"provenance": UNSIGNED}, "no trusted publisher has signed it"),
        ({"provenance": Provenance(keys=("k1",))}, "no trusted publisher has signed it"),
        *(({"permissions": asked}, f"it asks for {kind}") for kind, asked in ONE_OF_EACH.items()),
        ({"tier": Tier.WRITE}, "its tier is write"),
        ({"verdict": Verdict.REVIEW}, "the audit's verdict is review"),
    ],
)
def test_whatever_the_rules_say_module_isolation_is_for_what_is_signed_and_asks_for_nothing(changes: dict[str, Any], said: str) -> None:
    everything = {"match": {"tier": "system", "verdict": "review", "permissions": list(ONE_OF_EACH)}}
    under = policy({"match": {"isolation": "module", "signed": True, "publisher": "*"}}, everything)
    refused = refusal(decide(request(**{**MODULE, **changes}), under))
    assert refused.rule == "isolation"
    assert any(said in reason.message for reason in refused.reasons)
    assert all("the jail takes it" in reason.hint for reason in refused.reasons)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scripts": ("a.py",)}, "scripts"),
        ({"requires": Requires(packages=(PackageAsk(name="six", version="1.17.0", hashes=(), imports=("six",)),))}, "requires packages"),
        ({"entry": ""}, "no entry file"),
    ],
)
def test_what_is_not_a_plain_module_is_not_for_module_isolation(changes: dict[str, Any], said: str) -> None:
    asked = request(**MODULE)
    refused = refusal(decide(replace(asked, manifest=replace(asked.manifest, **changes)), IN_PROCESS))
    assert said in refused.reasons[0].message


def test_no_yes_of_a_person_gives_module_isolation_that_no_allowance_covers() -> None:
    asking = policy({"outcome": "require_approval"})
    asked = request(**MODULE)
    assert refusal(decide(asked, asking)).rule == "default-deny"
    assert refusal(decide(replace(asked, approvals=(answer(asked, asking, "ann"),)), asking)).rule == "default-deny"


def test_a_question_about_module_isolation_says_so_tries_it_in_the_jail_and_is_another_than_about_the_jail() -> None:
    under = policy(
        {"match": {"isolation": "module", "signed": True, "publisher": "acme"}}, {"match": {}}, {"outcome": "require_approval", "match": {}}
    )
    asked = request(**MODULE)
    found = hold(decide(asked, under))
    assert "behind no wall" in found.question
    assert found.trial is not None
    assert found.trial.isolation is Isolation.JAIL
    in_the_jail = replace(asked, isolation=Isolation.JAIL)
    assert isinstance(decide(replace(asked, approvals=(answer(in_the_jail, under, "ann"),)), under), Hold)
    assert admission(decide(replace(asked, approvals=(answer(asked, under, "ann"),)), under)).isolation is Isolation.MODULE


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_grant_of_each_kind_gives_what_is_asked(kind: str) -> None:
    generous = policy({"match": {"tier": "system", "permissions": [kind]}, "grant": {kind: "asked"}})
    assert admission(decide(request(permissions=ONE_OF_EACH[kind]), generous)).grants == ONE_OF_EACH[kind]


def test_an_allowance_without_a_grant_gives_nothing_of_what_is_asked() -> None:
    narrow = policy({"match": {"tier": "network", "permissions": ["network"]}})
    assert admission(decide(request(permissions=ONE_OF_EACH["network"]), narrow)).grants == NOTHING


# --- how rules combine -----------------------------------------------------------------------------------------------------------


def test_no_rule_means_no_and_says_what_was_looked_at() -> None:
    found = refusal(decide(request(), policy()))
    assert found.rule == "default-deny"
    assert isinstance(found.reasons[0], PolicyRefused)
    assert "tier read-only, asks for nothing, unsigned, audit verdict allow" in found.reasons[0].message


def test_deny_overrides_approval_which_overrides_allow() -> None:
    allow = {"id": "yes"}
    ask = {"id": "ask", "outcome": "require_approval"}
    deny = {"id": "no", "outcome": "deny"}
    assert admission(decide(request(), policy(allow))).rule == "yes"
    assert hold(decide(request(), policy(allow, ask))).rule == "ask"
    assert refusal(decide(request(), policy(allow, ask, deny))).rule == "no"


def test_every_denying_rule_is_a_reason() -> None:
    found = refusal(decide(request(), policy({"id": "one", "outcome": "deny"}, {"id": "two", "outcome": "deny"})))
    assert [reason.at for reason in found.reasons] == ["probe:one", "probe:two"]


def test_an_allowance_covers_what_it_names_and_below_never_above() -> None:
    up_to_write = policy({"match": {"tier": "write"}})
    assert isinstance(decide(request(tier=Tier.READ_ONLY), up_to_write), Admission)
    assert isinstance(decide(request(tier=Tier.WRITE), up_to_write), Admission)
    assert isinstance(decide(request(tier=Tier.NETWORK), up_to_write), Refusal)


def test_an_allowance_that_names_no_condition_covers_only_the_least() -> None:
    bare = policy({"match": {}})
    assert isinstance(decide(request(), bare), Admission)
    assert isinstance(decide(request(tier=Tier.WRITE), bare), Refusal)
    assert isinstance(decide(request(verdict=Verdict.REVIEW), bare), Refusal)
    assert isinstance(decide(request(permissions=ONE_OF_EACH["environment"]), bare), Refusal)


@pytest.mark.parametrize(
    ("match", "asked", "expected"),
    [
        ({"signed": True}, request(), Refusal),
        ({"signed": True}, request(provenance=SIGNED), Admission),
        ({"publisher": "ac*"}, request(provenance=SIGNED), Admission),
        ({"publisher": "ac*"}, request(), Refusal),
        ({"publisher": "other"}, request(provenance=SIGNED), Refusal),
        ({"name": ["find_*", "probe_*"]}, request(), Admission),
        ({"name": "find_*"}, request(), Refusal),
        ({"author": "A. Tester*", "signed": True}, request(provenance=SIGNED), Admission),
        ({"author": "B*", "signed": True}, request(provenance=SIGNED), Refusal),
        ({"isolation": "jail"}, request(), Admission),
    ],
)
def test_an_allowance_looks_at_each_condition(match: dict[str, object], asked: Request, expected: type) -> None:
    assert type(decide(asked, policy({"match": match}))) is expected


@pytest.mark.parametrize(
    ("match", "asked", "is_hit"),
    [
        ({}, request(), True),
        ({"tier": "write"}, request(), False),
        ({"tier": "write"}, request(tier=Tier.NETWORK), True),
        ({"verdict": "review"}, request(), False),
        ({"verdict": "review"}, request(verdict=Verdict.REVIEW), True),
        ({"permissions": ["network", "programs"]}, request(permissions=ONE_OF_EACH["secrets"]), False),
        ({"permissions": ["network", "programs"]}, request(permissions=ONE_OF_EACH["programs"]), True),
        ({"signed": False}, request(), True),
        ({"signed": False}, request(provenance=SIGNED), False),
        ({"name": "probe_*"}, request(), True),
        ({"author": "*@example.org>"}, request(), True),
        ({"author": "*@example.com>"}, request(), False),
    ],
)
def test_a_restriction_hits_from_what_it_names_upward(match: dict[str, object], asked: Request, is_hit: bool) -> None:
    everything = {"match": {"tier": "system", "verdict": "review", "permissions": list(KINDS)}}
    found = decide(asked, policy(everything, {"match": match, "outcome": "deny"}))
    assert isinstance(found, Refusal) is is_hit


def test_walls_the_operator_does_without_are_in_the_admission_with_the_reason() -> None:
    reason = "this machine has no user namespaces"
    found = admission(decide(request(), policy({"without": [{"wall": "user_namespace", "reason": reason}]})))
    assert found.opted_out == (("user_namespace", reason),)


# --- who makes it ---------------------------------------------------------------------------------------------------------------


def test_an_admission_is_made_in_one_file_only() -> None:
    makers = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
                is_copy = name in ("replace", "__replace__") and any("admission" in ast.unparse(each).lower() for each in node.args)
                if name == "Admission" or is_copy:
                    makers.append(str(path.relative_to(PACKAGE)))
    assert makers == ["policy/decide.py"]


# --- an update -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", [Severity.NOTICE, Severity.REVIEW])
def test_what_an_update_changes_counts_as_the_audit_s_findings_do(severity: Severity) -> None:
    change = Finding(rule="UPD-002", severity=severity, file="manifest.yaml", message="the author changed", fix="ask")
    asked = replace(request(), update=(change,))
    if severity is Severity.NOTICE:
        assert admission(decide(asked, default_policy())).rule == "read-only-in-the-jail"
        return
    found = hold(decide(asked, default_policy()))
    assert found.rule == "audit-needs-eyes"
    assert [(reason.message, reason.hint) for reason in found.reasons] == [("UPD-002: the author changed", "ask")]
    assert "UPD-002: the author changed (manifest.yaml)" in found.question


def test_beside_each_ask_stands_where_the_code_uses_it() -> None:
    asked = Permissions(
        network=frozenset({NetworkAsk("api.example.com", (80, 443))}),
        volumes=frozenset({VolumeAsk("data", "write")}),
        programs=frozenset({"bash", "git"}),
    )
    rows = (
        Comparison(kind="volumes", resource="data", asked=Asked.YES, standing=Standing.BOTH, used=("handler.py:7", "handler.py:9")),
        Comparison(kind="network", resource="api.example.com:80", asked=Asked.YES, standing=Standing.NOT_USED),
        Comparison(kind="network", resource="api.example.com:443", asked=Asked.YES, standing=Standing.DYNAMIC, used=("a.py:1",)),
        Comparison(kind="programs", resource="bash", asked=Asked.WILDCARD, standing=Standing.WILDCARD, used=("a.py:2",)),
    )
    compared = replace(request(permissions=asked), report=replace(report(Verdict.ALLOW), comparison=rows))
    told = [reason.message for reason in hold(decide(compared, default_policy())).reasons if "it asks for the tier" not in reason.message]
    assert told == [
        "it asks for volumes: data to write (used in handler.py:7, handler.py:9)",
        "it asks for network: api.example.com:80 (no use of it is seen), api.example.com:443 "
        "(perhaps used in a.py:1, which is only known when the code runs)",
        "it asks for programs: bash (covers more than one; used in a.py:2), git",
    ]
