"""From what is known of a bundle to leave, a question or a no. The only file that makes an Admission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from skillpod.errors import ApprovalNeeded, AuditDenied, PolicyRefused, SkillpodError
from skillpod.model.approval import Approval, Subject
from skillpod.model.capability import Isolation, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.comparison import Comparison, Standing, places
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.digest import Digest, value_digest
from skillpod.model.finding import Finding, Report, Severity, Verdict, verdict_of
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import Provenance
from skillpod.policy.document import Policy
from skillpod.policy.rules import KINDS, Facts, Outcome, Rule

ENFORCEABLE = frozenset({"volumes"})
"""The kinds of permission the jail of this version can give and hold a guest to. Reading one's own folder needs no grant."""

EVIDENCE_RULE = "evidence"
AUDIT_RULE = "audit"
ISOLATION_RULE = "isolation"
DEFAULT_RULE = "default-deny"
GRANTS_RULE = "grants"
"""The rules that are not in any document, because no document may change them."""

_LATER = "Approving comes with a later version; until then a policy of the operator's own can allow it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that is known of one digest. ``isolation`` is how it would be contained; ``update`` is what it changes of the version that was
    admitted before it, and counts as the audit's findings do. ``evidence`` is the digest of the signature sidecars; ``approvals`` what
    people have answered so far, whatever for; ``now`` is seconds since the epoch."""

    manifest: Manifest
    report: Report
    provenance: Provenance
    digest: Digest
    evidence: Digest
    now: float
    approvals: tuple[Approval, ...] = ()
    isolation: Isolation = Isolation.JAIL
    update: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worse of the digest's own and the update's."""
        return max(self.report.verdict, verdict_of(self.update), key=list(Verdict).index)

    @property
    def tier(self) -> Tier:
        """The higher of what the manifest says and what its permissions need: a manifest can't understate itself."""
        return max(self.manifest.tier, self.manifest.permissions.needs)

    def subject(self, policy: Policy) -> Subject:
        """What an answer to a question about this is bound to."""
        manifest = self.manifest
        return Subject(
            skill=manifest.name,
            digest=self.digest,
            evidence=self.evidence,
            permissions=value_digest({"tier": self.tier.word, **manifest.permissions.as_dict()}),
            findings=value_digest([finding.as_dict() for finding in self.report.findings]),
            policy=policy.digest,
        )


def decide(request: Request, policy: Policy) -> Decision:
    """What the policy says: what no rule allows is refused; deny overrides require_approval, which overrides allow.

    Whatever the document says, a denying audit, a report of another digest and module isolation are refused. When several rules allow,
    the first in the document gives the grants, never more than was asked.
    """
    refusal = _beyond_rules(request, policy)
    if refusal is not None:
        return refusal
    facts = _facts(request)
    speaking = [rule for rule in policy.rules if rule.speaks_of(facts)]
    denying = [rule for rule in speaking if rule.outcome is Outcome.DENY]
    if denying:
        return _refuse(request, policy, denying[0].id, [_denied(rule, policy) for rule in denying])
    asking = [rule for rule in speaking if rule.outcome is Outcome.REQUIRE_APPROVAL]
    if asking:
        return _hold(request, policy, asking)
    if speaking:
        return _admit(request, policy, speaking[0])
    return _refuse(request, policy, DEFAULT_RULE, [_not_allowed(request, policy)])


def _facts(request: Request) -> Facts:
    manifest = request.manifest
    return Facts(
        name=manifest.name,
        author=manifest.author,
        publisher=request.provenance.publisher,
        is_signed=request.provenance.is_signed,
        tier=request.tier,
        verdict=request.verdict,
        isolation=request.isolation,
        asked=_kinds(manifest.permissions),
    )


def _kinds(permissions: Permissions) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if getattr(permissions, kind))


# --- no --------------------------------------------------------------------------------------------------------------------------


def _beyond_rules(request: Request, policy: Policy) -> Refusal | None:
    if request.report.digest != request.digest:
        reason = PolicyRefused("the audit's report is of another digest", hint="`skillpod reload` reads the folder again")
        return _refuse(request, policy, EVIDENCE_RULE, [reason])
    if request.report.verdict is Verdict.DENY:
        return _refuse(request, policy, AUDIT_RULE, list(_findings(request.report)))
    if request.isolation is not Isolation.JAIL:
        reason = PolicyRefused("this version offers no module isolation", hint="every guest runs in the jail")
        return _refuse(request, policy, ISOLATION_RULE, [reason])
    return None


def _findings(report: Report) -> Iterator[SkillpodError]:
    for finding in report.counting(Severity.DENY):
        yield AuditDenied(f"{finding.rule}: {finding.message}", at=finding.at, hint=finding.fix)


def _denied(rule: Rule, policy: Policy) -> SkillpodError:
    return PolicyRefused(f"the rule {rule.id!r} of the policy {policy.name!r} denies it: {rule.reason}", at=f"{policy.name}:{rule.id}")


def _not_allowed(request: Request, policy: Policy) -> SkillpodError:
    asked = ", ".join(sorted(_kinds(request.manifest.permissions))) or "nothing"
    signed = f"signed by {request.provenance.publisher or 'a key'}" if request.provenance.is_signed else "unsigned"
    return PolicyRefused(
        f"no rule of the policy {policy.name!r} allows it: tier {request.tier.word}, asks for {asked}, {signed}, "
        f"audit verdict {request.verdict.value}",
        at=policy.name,
        hint="lower what it asks, or add a rule with its reason to the policy",
    )


def _refuse(request: Request, policy: Policy, rule: str, reasons: Sequence[SkillpodError]) -> Refusal:
    about = [reason.about(skill=request.manifest.name, digest=request.digest) for reason in reasons]
    return Refusal(skill=request.manifest.name, digest=request.digest, rule=rule, policy=policy.digest, reasons=tuple(about))


# --- a question ------------------------------------------------------------------------------------------------------------------


def _hold(request: Request, policy: Policy, rules: Sequence[Rule]) -> Hold:
    manifest = request.manifest
    matters = list(_matters(request))
    ways_out = list(dict.fromkeys(matter.hint for matter in matters if matter.hint))
    because = "; ".join(rule.reason.strip().rstrip(".") for rule in rules)
    asked = "; ".join(f"{matter.message} ({matter.at})" if matter.at else matter.message for matter in matters)
    until_then = f"to run without asking, {'; '.join(ways_out)}" if ways_out else "under this one it can't be mounted"
    named = ", ".join(rule.id for rule in rules)
    return Hold(
        skill=manifest.name,
        digest=request.digest,
        question=f"May {manifest.name} {manifest.version} run? {asked or 'The policy wants a person to agree'}. "
        f"{because} (policy {policy.name!r}: {named}). {_LATER}; {until_then}.",
        subject=request.subject(policy),
        rule=rules[0].id,
        policy=policy.digest,
        reasons=tuple(matter.about(skill=manifest.name, digest=request.digest) for matter in matters),
    )


def _matters(request: Request) -> Iterator[SkillpodError]:
    """What there is to agree to, each with its place and a way to do without."""
    manifest = request.manifest
    if request.tier > Tier.READ_ONLY:
        yield ApprovalNeeded(
            f"it asks for the tier {request.tier.word}",
            at="manifest.yaml:tier",
            hint=f"write `tier: {Tier.READ_ONLY.word}`",
        )
    used = {(row.kind, row.resource): row for row in request.report.comparison}
    for kind in KINDS:
        asks = [(name, used.get((kind, resource))) for name, resource in _named(manifest.permissions, kind)]
        if asks:
            named = ", ".join(f"{name} ({_use(row)})" if row else name for name, row in asks)
            yield ApprovalNeeded(
                f"it asks for {kind}: {named}", at=f"manifest.yaml:permissions.{kind}", hint=f"remove `permissions.{kind}`"
            )
    for finding in (*request.report.counting(Severity.REVIEW), *request.update):
        if finding.severity is Severity.REVIEW:
            yield ApprovalNeeded(f"{finding.rule}: {finding.message}", at=finding.at, hint=finding.fix)


def _named(permissions: Permissions, kind: str) -> Iterator[tuple[str, str]]:
    """What is asked for of a kind, for people, and as the comparison calls it."""
    for ask in sorted(getattr(permissions, kind)):
        match ask:
            case VolumeAsk():
                yield f"{ask.name} to {ask.access}", ask.name
            case NetworkAsk():
                yield from ((endpoint, endpoint) for endpoint in ask.endpoints)
            case _:
                yield ask, ask


def _use(row: Comparison) -> str:
    """Where the code uses what it asks for, as the audit read it."""
    match row.standing:
        case Standing.DYNAMIC:
            return f"perhaps used in {places(row.used)}, which is only known when the code runs"
        case Standing.WILDCARD:
            return f"covers more than one; used in {places(row.used)}" if row.used else "covers more than one; no use of it is seen"
        case _:
            return f"used in {places(row.used)}" if row.used else "no use of it is seen"


# --- leave -----------------------------------------------------------------------------------------------------------------------


def _admit(request: Request, policy: Policy, rule: Rule) -> Admission | Refusal:
    grants = rule.grant.of(request.manifest.permissions)
    missing = sorted(_kinds(grants) - ENFORCEABLE)
    if missing:
        reason = PolicyRefused(
            f"the rule {rule.id!r} grants {', '.join(missing)}, and the jail of this version can't give that",
            at=f"{policy.name}:{rule.id}",
            hint="remove it from the rule's `grant`: the skill then runs without it",
        )
        return _refuse(request, policy, GRANTS_RULE, [reason])
    return Admission(
        skill=request.manifest.name,
        digest=request.digest,
        isolation=request.isolation,
        grants=grants,
        tier=request.tier,
        rule=rule.id,
        policy=policy.digest,
        opted_out=rule.without,
    )
