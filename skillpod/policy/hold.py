"""The words of a question: what there is to agree to, what a yes would give, and who has said it already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from skillpod.errors import ApprovalNeeded, SkillpodError
from skillpod.model.approval import Approval
from skillpod.model.capability import Grants, Isolation, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.comparison import Comparison, Standing, places
from skillpod.model.finding import Severity
from skillpod.policy.document import Policy
from skillpod.policy.request import Request, kinds_of
from skillpod.policy.rules import KINDS, Rule


def given_by(rules: Sequence[Rule], request: Request) -> Grants:
    """What a yes gives: of what is asked, what each of the rules that ask gives. The rest is not silently lost,
    for the question says so."""
    asked = request.manifest.permissions
    return reduce(Grants.narrow, (rule.grant.of(asked) for rule in rules))


def words(request: Request, policy: Policy, rules: Sequence[Rule], *, matters: Sequence[SkillpodError], given: Sequence[Approval]) -> str:
    """One sentence after the other, for who is asked. ``rules`` are those that ask, ``matters`` what they ask about, ``given`` the
    approvals that count so far."""
    manifest = request.manifest
    asked = "; ".join(f"{matter.message} ({matter.at})" if matter.at else matter.message for matter in matters)
    gives = _gives(manifest.permissions, given_by(rules, request))
    because = "; ".join(rule.reason.strip().rstrip(".") for rule in rules)
    named = ", ".join(rule.id for rule in rules)
    ways_out = list(dict.fromkeys(matter.hint for matter in matters if matter.hint))
    alone = f"; to run without asking, {'; '.join(ways_out)}" if ways_out else ""
    return (
        f"May {manifest.name} {manifest.version} run? {asked or 'The policy wants a person to agree'}. "
        f"{because} (policy {policy.name!r}: {named}). {gives}{_lacks(request, rules, given)}: "
        f'`skillpod approve {manifest.name} --reason "..."`{alone}.'
    )


def _gives(asked: Permissions, grants: Grants) -> str:
    """What a yes gives of what is asked; no word where nothing is."""
    if asked.is_empty:
        return ""
    left_out = sorted(kinds_of(asked) - kinds_of(grants))
    gives = "; ".join(f"{kind} {', '.join(name for name, _ in _named(grants, kind))}" for kind in KINDS if getattr(grants, kind))
    without = f", and it runs without {', '.join(left_out)}" if left_out else ""
    return f"A yes gives {gives or 'none of what it asks'}{without}. "


def _lacks(request: Request, rules: Sequence[Rule], given: Sequence[Approval]) -> str:
    needed = max(rule.approvals for rule in rules)
    more = needed - len(given)
    people = "A person must approve" if needed == 1 else f"{needed} people must approve"
    if given:
        by = " and ".join(approval.by for approval in given)
        return f"{people}; {by} did, {more} more {'is' if more == 1 else 'are'} needed"
    return f"{people}, and no yes counts while it is not known who asks" if request.approvals and not request.requester else people


def matters_of(request: Request) -> Iterator[SkillpodError]:
    """What there is to agree to, each with its place and a way to do without."""
    manifest = request.manifest
    if request.isolation is Isolation.MODULE:
        yield ApprovalNeeded(
            "it would run in the pod's own process, behind no wall (module isolation)",
            at=f"pod.yaml:skills.{manifest.name}.isolation",
            hint="remove `isolation: module` from pod.yaml",
        )
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
