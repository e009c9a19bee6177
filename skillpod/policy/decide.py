"""From what is known of a bundle to leave, a question or a no. The only file that makes an Admission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

from skillpod.errors import AuditDenied, PolicyRefused, SkillpodError
from skillpod.model.approval import Approval, Subject
from skillpod.model.capability import NOTHING, Grants, Isolation, Tier
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

    Whatever the document says, a denying audit and a report of another digest are refused, and so is what a person has said no to. Module
    isolation is for what a trusted publisher has signed, what asks for nothing and has nothing for a person to look at, and an allowance
    must cover it: a yes of a person alone does not. When several rules allow, the first in the document gives the grants; when several
    ask, what all of them give. Never more than was asked.
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
    if not allowing and (not questions or request.isolation is Isolation.MODULE):
        return _refuse(request, policy, DEFAULT_RULE, [_not_allowed(request, policy)])
    return _by_people(request, policy, allowing, questions)


# --- no --------------------------------------------------------------------------------------------------------------------------


def _beyond_rules(request: Request, policy: Policy) -> Refusal | None:
    if request.report.digest != request.digest:
        reason = PolicyRefused("the audit's report is of another digest", hint="`skillpod reload` reads the folder again")
        return _refuse(request, policy, EVIDENCE_RULE, [reason])
    if request.report.verdict is Verdict.DENY:
        return _refuse(request, policy, AUDIT_RULE, list(_findings(request.report)))
    unfit = list(_unfit_for_module(request)) if request.isolation is Isolation.MODULE else []
    return _refuse(request, policy, ISOLATION_RULE, unfit) if unfit else None


def _unfit_for_module(request: Request) -> Iterator[SkillpodError]:
    """What keeps it from running in the pod's process, each with its place: no policy may change that."""
    manifest = request.manifest
    asked = ", ".join(sorted(kinds_of(manifest.permissions)))
    if not (request.provenance.is_signed and request.provenance.publisher):
        yield _unfit("no trusted publisher has signed it", at="", hint="have a publisher in trust.yaml sign it")
    if asked:
        yield _unfit(f"it asks for {asked}", at="manifest.yaml:permissions", hint="remove `permissions`")
    if request.tier > Tier.READ_ONLY:
        yield _unfit(f"its tier is {request.tier.word}", at="manifest.yaml:tier", hint=f"write `tier: {Tier.READ_ONLY.word}`")
    if manifest.scripts:
        yield _unfit("it has scripts, which are programs", at="manifest.yaml:scripts", hint="make them functions of the entry file")
    if manifest.requires.packages:
        yield _unfit("it requires packages", at="manifest.yaml:requires.packages", hint="do without them")
    if not manifest.entry:
        yield _unfit("it has no entry file", at="manifest.yaml:entry", hint="instructions alone need no isolation")
    if request.verdict is not Verdict.ALLOW:
        yield _unfit(f"the audit's verdict is {request.verdict.value}", at="", hint="`skillpod check` shows each line")


def _unfit(why: str, *, at: str, hint: str) -> SkillpodError:
    jail = "or remove `isolation: module` from pod.yaml: the jail takes it"
    return PolicyRefused(f"module isolation, in the pod's own process, is not for it: {why}", at=at, hint=f"{hint}; {jail}")


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
    how, hint = "", "lower what it asks, or add a rule with its reason to the policy"
    if request.isolation is Isolation.MODULE:
        how, hint = ", in module isolation", "add an allowance with `isolation: module` to the policy, or remove it from pod.yaml"
    return PolicyRefused(
        f"no rule of the policy {policy.name!r} allows it{how}: tier {request.tier.word}, asks for {asked}, {signed}, "
        f"audit verdict {request.verdict.value}{who}{where}",
        at=policy.name,
        hint=hint,
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
        trial=_admission(replace(request, isolation=Isolation.JAIL), policy, question[0].id, NOTHING),
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
