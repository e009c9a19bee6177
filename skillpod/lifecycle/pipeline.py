"""The pure part of a folder's walk: from a Bundle to all that is known of it without running anything, and to the policy's answer."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from skillpod.errors import AuditDenied, ManifestInvalid, SignatureInvalid, SkillpodError
from skillpod.lifecycle.reading import Named, Seen, asked, check_evidence, heard, read_manifest, read_tools
from skillpod.model.bundle import Bundle
from skillpod.model.capability import Isolation
from skillpod.model.finding import Finding, Report, Severity, Verdict
from skillpod.model.provenance import UNSIGNED, Past, Provenance

if TYPE_CHECKING:
    from skillpod.audit.update import Version
    from skillpod.model.approval import Approval
    from skillpod.model.decision import Decision
    from skillpod.model.ended import Ended
    from skillpod.model.manifest import Manifest, ToolSpec
    from skillpod.policy.document import Policy
    from skillpod.policy.suppressions import Suppressions
    from skillpod.ports import Apart
    from skillpod.trust.revocations import Revocations
    from skillpod.trust.store import TrustStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What reading a bundle told: ``manifest`` is None when it could not be had; ``faults`` says every reason; ``notices``
    are about the operator's suppressions, where one about this skill holds for nothing."""

    bundle: Bundle
    manifest: Manifest | None
    tools: tuple[ToolSpec, ...]
    report: Report
    faults: tuple[SkillpodError, ...]
    notices: tuple[Finding, ...] = ()

    def require(self) -> Manifest:
        """The manifest of a bundle without faults. Raises the one fault, or all of them together, by their worst kind."""
        if self.manifest is not None and not self.faults:
            return self.manifest
        if len(self.faults) == 1:
            raise self.faults[0]
        reasons = _distinct([reason for fault in self.faults for reason in (fault.reasons or (fault,))])
        first = reasons[0]
        if len(reasons) == 1:
            raise first
        message = f"{len(reasons)} faults, the first: {first.message}"
        raise type(self.faults[0])(message, at=first.at, hint=first.hint, reasons=reasons, digest=self.bundle.digest)


def _distinct(reasons: list[SkillpodError]) -> list[SkillpodError]:
    """One reason a place: a line that is not Python is no news twice, from the reader of tools and from the audit."""
    told: dict[str, SkillpodError] = {}
    for reason in reasons:
        told.setdefault(reason.at or reason.message, reason)
    return [reason for reason in reasons if told[reason.at or reason.message].code == reason.code]


class Examiner:
    """Reads bundles. A stranger's bytes meet a parser in a throw-away process first, and here only when that one survived them. What the
    operator's people have accepted of the audit's findings holds until a day: ``today`` says which it is."""

    def __init__(
        self, apart: Apart, *, suppressions: Callable[[], Suppressions | None] = lambda: None, today: Callable[[], date] = lambda: date.max
    ) -> None:
        self._apart = apart
        self._suppressions = suppressions
        self._today = today
        self._turn = threading.Lock()

    def look(self, bundle: Bundle, *, folder: str = "") -> Seen:
        """What the throw-away process says; never raises for what an author wrote."""
        return self._look([(bundle, folder)])[0]

    def look_at_each(self, bundles: Iterable[Named]) -> Iterator[Seen]:
        """The same for many bundles, several at a time, each in a process of its own; in their order."""
        pending: deque[Named] = deque()

        def requests() -> Iterator[bytes]:
            for named in bundles:
                pending.append(named)
                yield asked([named])

        for answer in self._apart.each(requests()):
            yield from self._heard(answer, [pending.popleft()])

    def _look(self, bundles: Sequence[Named]) -> list[Seen]:
        return self._heard(self._apart.run(asked(bundles)), bundles)

    def _heard(self, answer: bytes | Ended, bundles: Sequence[Named]) -> list[Seen]:
        seen = heard(answer, [bundle for bundle, _ in bundles])
        return [self._accepted(each, folder) for each, (_, folder) in zip(seen, bundles, strict=True)]

    def _accepted(self, seen: Seen, folder: str) -> Seen:
        """What nobody has read, nobody can have accepted."""
        suppressions = self._suppressions()
        if suppressions is None or not seen.is_whole:
            return seen
        report, notices = suppressions.applied(seen.report, skill=seen.skill or folder, today=self._today())
        return replace(seen, report=report, notices=notices)

    def survey(self, bundle: Bundle, *, folder: str = "") -> Survey:
        """All that can be said of a bundle at once; never raises for what an author wrote."""
        return self.survey_seen(bundle, self.look(bundle, folder=folder), folder=folder)

    def survey_again(self, bundles: Sequence[Named]) -> list[Survey]:
        """Bundles that were each surveyed before, in one process together: most of what reading a small one takes is the fork. When that
        gives no answer, each has one of its own."""
        seen = self._look(bundles)
        if not all(each.is_whole for each in seen):
            seen = [self.look(bundle, folder=folder) for bundle, folder in bundles]
        return [self.survey_seen(bundle, each, folder=folder) for (bundle, folder), each in zip(bundles, seen, strict=True)]

    def renewed(self, survey: Survey) -> Survey:
        """The same with what is accepted now of its findings; nothing is read again."""
        suppressions = self._suppressions()
        if suppressions is None or survey.manifest is None:
            return survey
        plain = survey.report
        if any(each.suppressed for each in plain.findings):
            plain = replace(plain, findings=tuple(replace(each, suppressed=None) for each in plain.findings))
        report, notices = suppressions.applied(plain, skill=survey.manifest.name, today=self._today())
        if (report, notices) == (survey.report, survey.notices):
            return survey
        faults = [fault for fault in survey.faults if not isinstance(fault, AuditDenied)]
        if report.verdict is Verdict.DENY:
            faults.append(audit_denied(report).about(skill=survey.manifest.name, digest=survey.bundle.digest))
        return replace(survey, report=report, notices=notices, faults=tuple(faults))

    def survey_seen(self, bundle: Bundle, seen: Seen, *, folder: str = "") -> Survey:
        """As ``survey``, after ``look``. Threads take turns: on CPython 3.11 syntax trees made in two at once now and then ended in
        SystemError (AST constructor recursion depth mismatch)."""
        with self._turn:
            return _survey(bundle, seen, folder)


def _survey(bundle: Bundle, seen: Seen, folder: str) -> Survey:
    faults: list[SkillpodError] = []
    manifest: Manifest | None = None
    tools: tuple[ToolSpec, ...] = ()
    if seen.is_whole:
        try:
            manifest = read_manifest(bundle, folder=folder)
            tools = read_tools(bundle, manifest)
        except ManifestInvalid as fault:
            faults.append(fault)
    if seen.report.verdict is Verdict.DENY:
        faults.append(audit_denied(seen.report))
    try:
        check_evidence(bundle)
    except SignatureInvalid as fault:
        faults.append(fault)
    name = manifest.name if manifest else folder
    for found in faults:
        found.about(skill=name, digest=bundle.digest)
    return Survey(
        bundle=bundle,
        manifest=manifest,
        tools=tools,
        report=seen.report,
        faults=tuple(faults),
        notices=seen.notices,
    )


def audit_denied(report: Report) -> AuditDenied:
    """The audit's no, with each denying finding as a reason."""
    reasons = [
        AuditDenied(f"{finding.rule}: {finding.message}", at=finding.at, hint=finding.fix) for finding in report.counting(Severity.DENY)
    ]
    first = reasons[0]
    return AuditDenied(
        f"the audit denies it: {first.message}" if len(reasons) == 1 else f"the audit denies it for {len(reasons)} reasons",
        at=first.at,
        hint=first.hint or "`skillpod check` shows each line",
        reasons=reasons if len(reasons) > 1 else (),
    )


def update_of(before: Survey, after: Survey, *, signers: tuple[Provenance, Provenance] = (UNSIGNED, UNSIGNED)) -> tuple[Finding, ...]:
    """What the second changes of the first; empty where either has no manifest, and of the same bytes. ``signers`` are those of each."""
    if before.bundle.digest == after.bundle.digest or before.manifest is None or after.manifest is None:
        return ()
    from skillpod.audit.update import changes  # SAFE: here, so that a check of one version never loads it

    return changes(_version(before, before.manifest, signers[0]), _version(after, after.manifest, signers[1]))


def _version(survey: Survey, manifest: Manifest, signer: Provenance) -> Version:
    from skillpod.audit.update import Version  # SAFE: here, as above

    return Version(
        manifest=manifest,
        tools=survey.tools,
        comparison=survey.report.comparison,
        manual=survey.bundle.files.get(manifest.instructions, b"").decode(errors="replace"),
        provenance=signer,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is in force of the operator's rules, together. ``environment`` is what the operator calls this pod's."""

    policy: Policy
    trust: TrustStore
    revocations: Revocations
    environment: str = ""


def vouched(survey: Survey, rules: Rules, past: Past, *, returns: bool, now: float) -> Provenance:
    """Who signed it, as far as that is trusted. ``returns``: an operator goes back to a digest that was admitted before. Raises what
    ``Survey.require`` raises, and what keeps its evidence from being good enough."""
    from skillpod.trust.vouch import vouch  # SAFE: here, so that a check without a policy never loads it

    manifest = survey.require()
    return vouch(survey.bundle, manifest, rules.trust, rules.revocations, past.returning() if returns else past, now=now)


def decision(
    survey: Survey,
    rules: Rules,
    *,
    provenance: Provenance,
    now: float,
    update: Sequence[Finding] = (),
    approvals: tuple[Approval, ...] = (),
    requester: str = "",
    roles: tuple[str, ...] = (),
    isolation: Isolation = Isolation.JAIL,
) -> Decision:
    """What the policy says of a survey without faults, and of what it changes as an update; ``now`` is seconds since the epoch,
    ``requester`` who caused it, in these ``roles``, ``isolation`` how pod.yaml would have it contained. Raises what ``Survey.require``
    raises."""
    from skillpod.policy.decide import decide  # SAFE: here, so that a check without a policy never loads them
    from skillpod.policy.request import Request  # SAFE: here, as above

    request = Request(
        manifest=survey.require(),
        report=survey.report,
        provenance=provenance,
        digest=survey.bundle.digest,
        evidence=survey.bundle.evidence,
        now=now,
        update=tuple(update),
        approvals=approvals,
        requester=requester,
        roles=roles,
        environment=rules.environment,
        isolation=isolation,
    )
    return decide(request, rules.policy)
