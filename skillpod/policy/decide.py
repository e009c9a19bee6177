"""From what is known of a bundle to leave, a question or a no. The only file that makes an Admission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from skillpod.errors import AuditDenied, PolicyRefused, SkillpodError
from skillpod.model.approval import Approval, Subject
from skillpod.model.capability import NOTHING, Grants, Isolation
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.finding import Report, Severity, Verdict
from skillpod.policy.approvals import Weighed, ends, weigh
from skillpod.policy.document import Policy
from skillpod.policy.hold import given_by, matters_of, words
from skillpod.policy.request import Request, kinds_of
from skillpod.policy.rules import Facts, Outcome, Restriction, Rule

EVIDENCE_RULE = "evidence"
AUDIT_RULE = "audit"
ISOLATION_RULE = "isolation"
DEFAULT_RULE = "default-deny"
ANSWER_RULE = "answer"
"""The rules that are not in any document, because no document may change them."""


def decide(request: Request, policy: Policy) -> Decision:
    """What the policy says: what no rule allows is refused; deny overrides require_approval, which overrides allow.

    Whatever the document says, a denying audit, a report of another digest and module isolation are refused, and so is what a person has
    said no to. When several rules allow, the first in the document gives the grants; when several ask, what all of them give. Never more
    than was asked.
    """
    refusal = _beyond_rules(request, policy)
    if refusal is not None:
        return refusal
    facts = request.facts
    speaking = [rule for rule in policy.rules if rule.match.speaks_of(facts)]
    denying = [rule for rule in speaking if rule.outcome is Outcome.DENY]
    if denying:
        return _refuse(request, policy, denying[0].id, [_denied(rule, policy) for rule in denying])
    allowing = [rule for rule in speaking if rule.outcome is Outcome.ALLOW]
    if len(allowing) == len(speaking) and allowing and not request.approvals:
        return _admit(request, policy, allowing[0])
    questions = _questions(policy, facts, speaking)
    if not allowing and not questions:
        return _refuse(request, policy, DEFAULT_RULE, [_not_allowed(request, policy)])
    return _by_people(request, policy, allowing, questions)


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


def _said_no(denial: Approval) -> SkillpodError:
    return PolicyRefused(
        f"{denial.by} said no to it: {denial.reason}",
        hint="another version, or another policy, is another question",
    )


def _not_allowed(request: Request, policy: Policy) -> SkillpodError:
    asked = ", ".join(sorted(kinds_of(request.manifest.permissions))) or "nothing"
    signed = f"signed by {request.provenance.publisher or 'a key'}" if request.provenance.is_signed else "unsigned"
    who = f", asked for by {' '.join((request.requester, *request.roles))}" if request.requester else ""
    where = f", in the environment {request.environment}" if request.environment else ""
    return PolicyRefused(
        f"no rule of the policy {policy.name!r} allows it: tier {request.tier.word}, asks for {asked}, {signed}, "
        f"audit verdict {request.verdict.value}{who}{where}",
        at=policy.name,
        hint="lower what it asks, or add a rule with its reason to the policy",
    )


def _refuse(request: Request, policy: Policy, rule: str, reasons: Sequence[SkillpodError]) -> Refusal:
    about = [reason.about(skill=request.manifest.name, digest=request.digest) for reason in reasons]
    return Refusal(skill=request.manifest.name, digest=request.digest, rule=rule, policy=policy.digest, reasons=tuple(about))


# --- a question ------------------------------------------------------------------------------------------------------------------


Asking = Sequence[Rule]
"""Rules that ask together: a yes is enough when it is for each of them."""


def _questions(policy: Policy, facts: Facts, speaking: Sequence[Rule]) -> list[Asking]:
    """What could be answered, the easiest first. Where a rule allows, it is all that hits. Where none does, one of those that ask must
    also let in (``Restriction.opens``); with each of these it is another question, and one of them is enough."""
    hitting = [rule for rule in speaking if rule.outcome is Outcome.REQUIRE_APPROVAL]
    if len(hitting) < len(speaking):
        return [hitting] if hitting else []
    opening = [rule for rule in policy.rules if _opens(rule, facts)]
    together = [[rule for rule in policy.rules if rule in hitting or rule is door] for door in opening]
    return sorted(together, key=lambda question: (_needed(question), -_longest(question)))


def _opens(rule: Rule, facts: Facts) -> bool:
    return rule.outcome is Outcome.REQUIRE_APPROVAL and isinstance(rule.match, Restriction) and rule.match.opens(facts)


def _needed(question: Asking) -> int:
    return max(rule.approvals for rule in question)


def _longest(question: Asking) -> float:
    """For how many seconds an approval counts at most."""
    return min(rule.valid_for for rule in question)


def _by_people(request: Request, policy: Policy, allowing: Sequence[Rule], questions: Sequence[Asking]) -> Decision:
    """What people answered decides where they were enough; until then it is a question."""
    subject = request.subject(policy)
    answers = weigh(request.approvals, subject, requester=request.requester, now=request.now)
    if answers.denials:
        return _refuse(request, policy, ANSWER_RULE, [_said_no(denial) for denial in answers.denials])
    if not questions:
        return _admit(request, policy, allowing[0])
    for question in questions:
        longest = _longest(question)
        enough = answers.enough(_needed(question), longest=longest, now=request.now)
        if enough:
            until = min(ends(approval, longest) for approval in enough)
            return _admission(request, policy, question[0].id, given_by(question, request), valid_until=until, approvals=enough)
    return _hold(request, policy, questions[0], subject, answers)


def _hold(request: Request, policy: Policy, question: Asking, subject: Subject, answers: Weighed) -> Hold:
    manifest = request.manifest
    given = answers.within(_longest(question), now=request.now)
    matters = tuple(matter.about(skill=manifest.name, digest=request.digest) for matter in matters_of(request))
    return Hold(
        skill=manifest.name,
        digest=request.digest,
        question=words(request, policy, question, matters=matters, given=given),
        subject=subject,
        rule=question[0].id,
        policy=policy.digest,
        needed=_needed(question),
        given=given,
        reasons=matters,
        trial=_admission(request, policy, question[0].id, NOTHING),
    )


# --- leave -----------------------------------------------------------------------------------------------------------------------


def _admit(request: Request, policy: Policy, rule: Rule) -> Admission:
    grants = rule.grant.of(request.manifest.permissions)
    return _admission(request, policy, rule.id, grants, opted_out=rule.without, valid_until=request.now + rule.valid_for)


def _admission(
    request: Request,
    policy: Policy,
    rule: str,
    grants: Grants,
    *,
    opted_out: tuple[tuple[str, str], ...] = (),
    valid_until: float = inf,
    approvals: tuple[Approval, ...] = (),
) -> Admission:
    return Admission(
        skill=request.manifest.name,
        digest=request.digest,
        isolation=request.isolation,
        grants=grants,
        tier=request.tier,
        rule=rule,
        policy=policy.digest,
        opted_out=opted_out,
        valid_until=min(valid_until, request.provenance.valid_until),
        approvals=approvals,
    )
