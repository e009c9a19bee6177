"""The pure part of a folder's walk: from a Bundle to all that is known of it without running anything, and to the policy's answer."""

from __future__ import annotations

import json
import platform
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from skillpod import __version__
from skillpod.audit.run import run
from skillpod.audit.update import Version, changes
from skillpod.errors import AuditDenied, ManifestInvalid, SignatureInvalid, SkillpodError
from skillpod.manifest.describe import describe
from skillpod.manifest.parse import ManifestReader
from skillpod.model.bundle import Bundle
from skillpod.model.decision import Decision
from skillpod.model.finding import Finding, Report, Severity, Verdict
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.model.provenance import UNSIGNED, Provenance
from skillpod.policy.decide import Request, decide
from skillpod.policy.document import Policy
from skillpod.policy.suppressions import NONE, Suppressions
from skillpod.resources import packaged_text
from skillpod.trust.verify import verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What reading a bundle told: ``manifest`` and ``provenance`` are None when they could not be had; ``faults`` says every reason;
    ``notices`` are about the operator's suppressions, where one about this skill holds for nothing."""

    bundle: Bundle
    manifest: Manifest | None
    tools: tuple[ToolSpec, ...]
    report: Report
    provenance: Provenance | None
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
    """Reads bundles. Holds nothing but the published schema of a manifest, the versions that run it, and what the operator's people have
    accepted of the audit's findings, which holds until a day: ``today`` says which it is."""

    def __init__(self, *, suppressions: Suppressions = NONE, today: Callable[[], date] = lambda: date.max) -> None:
        self._suppressions = suppressions
        self._today = today
        schema = json.loads(packaged_text("manifest/schema.json"))
        self._turn = threading.Lock()
        self._reader = ManifestReader(schema, python=platform.python_version(), skillpod=__version__)

    def survey(self, bundle: Bundle, *, folder: str = "") -> Survey:
        """All that can be said of a bundle at once; never raises for what an author wrote. Threads take turns: on CPython 3.11
        syntax trees made in two at once now and then ended in SystemError (AST constructor recursion depth mismatch)."""
        with self._turn:
            return self._survey(bundle, folder)

    def _survey(self, bundle: Bundle, folder: str) -> Survey:
        faults: list[SkillpodError] = []
        manifest: Manifest | None = None
        tools: tuple[ToolSpec, ...] = ()
        provenance: Provenance | None = None
        try:
            manifest = self._reader.read(bundle, folder=folder)
            tools = describe(bundle, manifest)
        except ManifestInvalid as fault:
            faults.append(fault)
        name = manifest.name if manifest else folder
        report, notices = self._suppressions.applied(run(bundle, manifest), skill=name, today=self._today())
        if report.verdict is Verdict.DENY:
            faults.append(audit_denied(report))
        try:
            provenance = verify(bundle)
        except SignatureInvalid as fault:
            faults.append(fault)
        for found in faults:
            found.about(skill=name, digest=bundle.digest)
        return Survey(
            bundle=bundle, manifest=manifest, tools=tools, report=report, provenance=provenance, faults=tuple(faults), notices=notices
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


def update_of(before: Survey, after: Survey) -> tuple[Finding, ...]:
    """What the second changes of the first; empty where either has no manifest, and of the same bytes."""
    if before.bundle.digest == after.bundle.digest or before.manifest is None or after.manifest is None:
        return ()
    return changes(_version(before, before.manifest), _version(after, after.manifest))


def _version(survey: Survey, manifest: Manifest) -> Version:
    return Version(
        manifest=manifest,
        tools=survey.tools,
        comparison=survey.report.comparison,
        manual=survey.bundle.files.get(manifest.instructions, b"").decode(errors="replace"),
        provenance=survey.provenance or UNSIGNED,
    )


def decision(survey: Survey, policy: Policy, *, update: Sequence[Finding] = ()) -> Decision:
    """What the policy says of a survey without faults, and of what it changes as an update. Raises what ``Survey.require`` raises."""
    manifest = survey.require()
    if survey.provenance is None:
        raise SignatureInvalid("the provenance is not known", digest=survey.bundle.digest)
    request = Request(
        manifest=manifest, report=survey.report, provenance=survey.provenance, digest=survey.bundle.digest, update=tuple(update)
    )
    return decide(request, policy)
