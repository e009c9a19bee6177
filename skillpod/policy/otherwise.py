"""What would have to be different for another decision: of the skill, of how it is asked for, of the policy. Found by deciding again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from skillpod.model.capability import Isolation, Tier
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.finding import Verdict
from skillpod.model.principal import Role
from skillpod.model.provenance import Provenance
from skillpod.policy.decide import decide
from skillpod.policy.document import Policy
from skillpod.policy.request import Request, kinds_of
from skillpod.policy.rules import Coverage, Facts, Outcome, Rule

_TOGETHER = 3
"""Changes in one way: more is no advice."""
_WIDENED = 3
"""Allowances that are thought of as wider, those that lack least first."""

Asked = tuple[Request, Policy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that could be different, in words after "if". Of those with one ``about`` only one can be."""

    about: str
    words: str
    apply: Callable[[Asked], Asked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Each way to a better decision, as the words of its changes: of the skill and of how it is asked for; of the policy; and how many
    more people would have to approve (0: that is no way). ``outcome`` is what they lead to."""

    outcome: str
    of_skill: tuple[tuple[str, ...], ...] = ()
    of_policy: tuple[tuple[str, ...], ...] = ()
    approvals: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.of_skill or self.of_policy or self.approvals)


def ways_out(request: Request, policy: Policy, decision: Decision) -> Ways:
    """The fewest changes that lead to leave; where none do, to a question. Of leave: what in the policy it hangs on."""
    asked = (request, policy)
    if isinstance(decision, Admission):
        return _without_it(asked, decision)
    missing = decision.needed - len(decision.given) if isinstance(decision, Hold) else 0
    found = Ways(
        outcome="admitted",
        of_skill=_found(asked, list(_of_skill(request)), Admission),
        of_policy=_found(asked, list(_of_policy(request.facts, policy)), Admission),
        approvals=missing,
    )
    if not found.is_empty:
        return found
    return Ways(
        outcome="held for an approval",
        of_skill=_found(asked, list(_of_skill(request)), Hold),
        of_policy=_found(asked, list(_of_policy(request.facts, policy)), Hold),
    )


def _found(asked: Asked, changes: Sequence[Change], wanted: type[Admission | Hold]) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of changes that lead there; of those about the same things, the first."""
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for size in range(1, _TOGETHER + 1):
        for together in combinations(changes, size):
            about = frozenset(change.about for change in together)
            if len(about) == size and not any(known <= about for known in found) and isinstance(_decided(asked, together), wanted):
                found[about] = tuple(change.words for change in together)
    return tuple(found.values())


def _decided(asked: Asked, changes: Iterable[Change]) -> Decision:
    for change in changes:
        asked = change.apply(asked)
    return decide(*asked)


# --- of the skill, and of how it is asked for ------------------------------------------------------------------------------------------


def _of_skill(request: Request) -> Iterator[Change]:
    """From the mildest to the most of each kind."""
    for tier in range(request.manifest.tier - 1, -1, -1):
        yield _manifest("tier", f"its tier were {Tier(tier).word}", tier=Tier(tier))
    for kind in sorted(kinds_of(request.manifest.permissions)):
        yield Change(about=kind, words=f"it asked for no {kind}", apply=_dropping(kind))
    if request.verdict is not Verdict.ALLOW:
        words = (
            "the audit denied nothing"
            if request.verdict is Verdict.DENY
            else "the audit and the update had nothing for a person to look at"
        )
        yield Change(about="verdict", words=words, apply=lambda asked: (_clean(asked[0]), asked[1]))
    if request.isolation is Isolation.MODULE:
        yield _request("isolation", "it ran in the jail", isolation=Isolation.JAIL)
    if not request.provenance.is_signed:
        signed = Provenance(publisher="a trusted publisher", keys=("key",))
        yield _request("signature", "a trusted publisher had signed it", provenance=signed)
    if Role.ADMIN.value not in request.roles:
        yield _request("requester", "an admin asked for it", requester=request.requester or "an admin", roles=(Role.ADMIN.value,))


def _clean(request: Request) -> Request:
    return replace(request, report=replace(request.report, digest=request.digest, findings=()), update=())


def _request(about: str, words: str, **changed: Any) -> Change:
    return Change(about=about, words=words, apply=lambda asked: (replace(asked[0], **changed), asked[1]))


def _manifest(about: str, words: str, **changed: Any) -> Change:
    return Change(
        about=about, words=words, apply=lambda asked: (replace(asked[0], manifest=replace(asked[0].manifest, **changed)), asked[1])
    )


def _dropping(kind: str) -> Callable[[Asked], Asked]:
    def apply(asked: Asked) -> Asked:
        request, policy = asked
        permissions = replace(request.manifest.permissions, **{kind: frozenset()})
        return replace(request, manifest=replace(request.manifest, permissions=permissions)), policy

    return apply


# --- of the policy ---------------------------------------------------------------------------------------------------------------------


def _of_policy(facts: Facts, policy: Policy) -> Iterator[Change]:
    for rule in policy.rules:
        if rule.outcome is not Outcome.ALLOW and rule.match.speaks_of(facts):
            does = "deny it" if rule.outcome is Outcome.DENY else "ask"
            yield Change(about=rule.id, words=f"the rule `{rule.id}` did not {does}", apply=_replacing(rule, ()))
    lacking = [(rule, rule.match, unmet(rule.match, facts)) for rule in policy.rules if isinstance(rule.match, Coverage)]
    for rule, match, missing in sorted((each for each in lacking if each[2]), key=lambda each: len(each[2]))[:_WIDENED]:
        wider = replace(rule, match=_widened(match, missing, facts))
        yield Change(
            about=rule.id, words=f"the rule `{rule.id}` also covered {_listed(missing.values())}", apply=_replacing(rule, (wider,))
        )


def _replacing(rule: Rule, instead: tuple[Rule, ...]) -> Callable[[Asked], Asked]:
    def apply(asked: Asked) -> Asked:
        request, policy = asked
        return request, replace(policy, rules=tuple(new for each in policy.rules for new in (instead if each is rule else (each,))))

    return apply


def unmet(match: Coverage, facts: Facts) -> Mapping[str, str]:
    """The conditions of an allowance that do not hold, by their fields, each with what it would have to cover, in words."""
    covered = replace(_NO_CONDITION, tier=facts.tier, badness=facts.badness, permissions=facts.asked)
    verdict = list(Verdict)[facts.badness].value
    said = {
        "tier": f"the tier {facts.tier.word}",
        "badness": f"the audit verdict {verdict}",
        "permissions": _listed(sorted(facts.asked - match.permissions)),
        "signed": "what is not signed",
        "isolation": f"the isolation {facts.isolation.value}",
        "name": f"the name {facts.name}",
        "author": f"the author {facts.author}",
        "publisher": f"the publisher {facts.publisher}" if facts.publisher else "what no publisher has signed",
        "version": f"the version {facts.version}",
        "principal": f"what {facts.requester or 'somebody'} asks for",
        "role": f"who has {'the role ' + ' '.join(facts.roles) if facts.roles else 'no role'}",
        "environment": f"the environment {facts.environment}" if facts.environment else "a pod that names no environment",
    }
    return {field: words for field, words in said.items() if not replace(covered, **{field: getattr(match, field)}).speaks_of(facts)}


_NO_CONDITION = Coverage(tier=Tier.SYSTEM, badness=len(Verdict), permissions=frozenset())


def _widened(match: Coverage, missing: Mapping[str, str], facts: Facts) -> Coverage:
    least: Mapping[str, Any] = {"tier": facts.tier, "badness": facts.badness, "permissions": match.permissions | facts.asked}
    wider: dict[str, Any] = {field: least.get(field) for field in missing}
    return replace(match, **wider)


def _listed(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; nothing of none."""
    said = list(words)
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _without_it(asked: Asked, admission: Admission) -> Ways:
    """What the rule that lets it in is needed for: the decision without it."""
    rule = next(rule for rule in asked[1].rules if rule.id == admission.rule)
    words = f"the rule `{rule.id}` did not {'allow it' if rule.outcome is Outcome.ALLOW else 'let it in'}"
    match _decided(asked, [Change(about=rule.id, words=words, apply=_replacing(rule, ()))]):
        case Refusal():
            return Ways(outcome="refused", of_policy=((words,),))
        case Hold():
            return Ways(outcome="held for an approval", of_policy=((words,),))
        case _:
            return Ways(outcome="")
