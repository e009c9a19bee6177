"""Policies, requests and the packaged texts that the tests of this room share."""

from __future__ import annotations

import json
from typing import Any

from skillpod.model.approval import Answer, Approval
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NOTHING, Isolation, Permissions, Tier
from skillpod.model.finding import Finding, Report, Severity, Verdict
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import UNSIGNED, Provenance
from skillpod.policy.document import Policy, read_policy
from skillpod.policy.request import Request
from skillpod.resources import packaged_text

SCHEMA = packaged_text("policy/schema.json")
DIGEST = Bundle.freeze({"handler.py": b""}).digest
EVIDENCE = Bundle.freeze({}).evidence
NOW = 1_800_000_000.0
HOUR = 3600.0
REASON = "because this test says so"
SIGNED = Provenance(publisher="acme", keys=("k1",))


def default_policy() -> Policy:
    return read_policy(packaged_text("policy/default.yaml"), name="default.yaml", schema=SCHEMA)


def policy(*rules: dict[str, Any]) -> Policy:
    """A policy of these rules; what a rule leaves out is filled in."""
    whole = [{"id": f"rule-{index}", "match": {}, "outcome": "allow", "reason": REASON, **rule} for index, rule in enumerate(rules)]
    text = json.dumps({"policy": 1, "name": "probe", "rules": whole}).encode()
    return read_policy(text, name="probe.yaml", schema=SCHEMA)


def request(
    *,
    tier: Tier = Tier.READ_ONLY,
    permissions: Permissions = NOTHING,
    verdict: Verdict = Verdict.ALLOW,
    provenance: Provenance = UNSIGNED,
    name: str = "probe_skill",
    author: str = "A. Tester <a@example.org>",
    isolation: Isolation = Isolation.JAIL,
    approvals: tuple[Approval, ...] = (),
    now: float = NOW,
    version: str = "1.2.0",
    requester: str = "folder",
    roles: tuple[str, ...] = (),
    environment: str = "",
) -> Request:
    return Request(
        manifest=Manifest(name=name, version=version, description="A probe.", author=author, tier=tier, permissions=permissions),
        report=report(verdict),
        provenance=provenance,
        digest=DIGEST,
        evidence=EVIDENCE,
        now=now,
        approvals=approvals,
        isolation=isolation,
        requester=requester,
        roles=roles,
        environment=environment,
    )


def answer(
    asked: Request,
    under: Policy,
    by: str,
    *,
    answer: Answer = Answer.APPROVE,
    at: float = NOW - HOUR,
    until: float = NOW + HOUR,
) -> Approval:
    """What a person said to the question that the policy has about this request."""
    return Approval(subject=asked.subject(under), answer=answer, by=by, reason=f"{by} has looked at it", at=at, until=until)


def report(verdict: Verdict) -> Report:
    severities = {Verdict.ALLOW: Severity.NOTICE, Verdict.REVIEW: Severity.REVIEW, Verdict.DENY: Severity.DENY}
    seen = Finding(rule="REF-003", severity=severities[verdict], file="handler.py", line=7, column=5, message="it looks odd", fix="mend it")
    return Report(digest=DIGEST, findings=(seen,))
