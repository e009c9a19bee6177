"""Looks at skill folders without running them: what ``skillpod check`` says, as values."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from skillpod.cli import places
from skillpod.errors import AuditDenied, NotASkill, PathUnusable, SkillpodError
from skillpod.intake.left_out import reason_left_out
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.pipeline import Examiner, Survey, decision, update_of
from skillpod.model.decision import Admission, Hold, Refusal
from skillpod.model.finding import Finding, Severity, Verdict, verdict_of
from skillpod.policy.document import Policy
from skillpod.policy.suppressions import day

SCHEMA = 1
"""The version of the shape that ``check --format json`` prints."""

_MARKERS = ("manifest.yaml", "SKILL.md")
_WORDS = {Admission: "admit", Hold: "hold", Refusal: "refuse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One folder. ``digest`` is None and ``survey`` too when it could not be frozen; ``decision`` is empty when no policy was asked."""

    path: Path
    name: str
    digest: str | None
    findings: tuple[Finding, ...]
    survey: Survey | None = None
    decision: str = ""
    rule: str = ""
    because: tuple[SkillpodError, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def notices(self) -> tuple[Finding, ...]:
        """About the operator's suppressions, not about the skill."""
        return self.survey.notices if self.survey else ()

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.findings)

    def as_dict(self) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "path": str(self.path),
            "name": self.name,
            "digest": self.digest,
            "verdict": self.verdict.value,
            "findings": [finding.as_dict() for finding in self.findings],
            "capabilities": [use.as_dict() for use in self.survey.report.capabilities] if self.survey else [],
            "comparison": [row.as_dict() for row in self.survey.report.comparison] if self.survey else [],
        }
        if self.decision:
            entry["decision"] = self.decision
            entry["rule"] = self.rule
            entry["reasons"] = [reason.as_dict() for reason in self.because]
        return entry


def skill_folders(paths: Sequence[Path]) -> Iterator[Path]:
    """Each path that is a skill, the skill that a file is in, and the folders in each path that is neither, by name; each of them once.

    Raises PathUnusable for what is not there or in no skill, NotASkill for a folder that holds no folder.
    """
    return _once(folder for path in paths for folder in _folders_of(path))


def changed_skills(paths: Sequence[Path]) -> Iterator[Path]:
    """The skills that changed paths belong to, each once. What is in no skill is passed over; what is gone changed its skill, too."""
    return _once(folder for path in paths if (folder := _skill_around(path)) is not None)


def _once(folders: Iterable[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for folder in folders:
        place = os.path.abspath(folder)
        if place not in seen:
            seen.add(place)
            yield folder


def _folders_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        folder = _skill_around(path) if path.exists() else None
        if folder is None:
            what = "is not a directory, and in no skill" if path.exists() else "is not there"
            raise PathUnusable(f"the path {what}", at=str(path), hint="name a skill's folder, or a folder of skills")
        yield folder
        return
    if is_skill(path) or not os.access(path, os.R_OK | os.X_OK):
        yield path
        return
    children = sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith((".", "__")))
    if not children:
        raise NotASkill(
            "no skill is here", at=str(path), hint="a skill's folder has a manifest.yaml or a SKILL.md; `skillpod new NAME` makes one"
        )
    yield from children


def _skill_around(path: Path) -> Path | None:
    """The outermost folder along a path that is a skill: a SKILL.md further down is only a text of it."""
    whole = Path(os.path.abspath(path)) if ".." in path.parts else path
    return next((folder for folder in (*reversed(whole.parents), whole) if is_skill(folder)), None)


def is_skill(path: Path) -> bool:
    """Whether a folder says of itself that it is one."""
    return any(os.path.lexists(path / marker) for marker in _MARKERS)


def examine(path: Path, examiner: Examiner, policy: Policy | None, *, before: Survey | None = None) -> Checked:
    """Everything that can be said of one folder without running it, and as an update of the version ``before`` it. Never raises for what
    is in it."""
    name = os.path.basename(os.path.abspath(path))  # what a link is called, not what it points to
    try:
        bundle = freeze(path)
    except SkillpodError as fault:
        return Checked(path=path, name=name, digest=None, findings=as_findings(fault, {}))
    survey = examiner.survey(bundle, folder=name)
    faults = [finding for fault in survey.faults if not isinstance(fault, AuditDenied) for finding in as_findings(fault, bundle.files)]
    left_out = map(_left_out, bundle.left_out)
    update = update_of(before, survey) if before is not None else ()
    findings = sorted(
        [*faults, *survey.report.findings, *update, *left_out], key=lambda seen: (seen.file, seen.line, seen.column, seen.rule)
    )
    answer, rule, because = _decide(survey, policy, update) if policy is not None else ("", "", ())
    return Checked(
        path=path,
        name=survey.manifest.name if survey.manifest else name,
        digest=bundle.digest,
        findings=tuple(findings),
        survey=survey,
        decision=answer,
        rule=rule,
        because=because,
        files=bundle.files,
    )


def today() -> date:
    """The day it is, in UTC: until when an acceptance holds is asked of it."""
    return day(time.time())


def _left_out(path: str) -> Finding:
    reason = reason_left_out(path.rpartition("/")[2])
    return Finding(rule="left_out", severity=Severity.NOTICE, file=path, message=f"not part of the skill: {reason}; it can't run")


def _decide(survey: Survey, policy: Policy, update: Sequence[Finding]) -> tuple[str, str, tuple[SkillpodError, ...]]:
    try:
        made = decision(survey, policy, update=update)
    except SkillpodError as fault:
        return "refuse", "", (fault,)
    return _WORDS[type(made)], made.rule, () if isinstance(made, Admission) else made.reasons


def as_findings(fault: SkillpodError, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Each leaf of an error as a finding that denies; its code is the rule."""
    if fault.reasons:
        return tuple(finding for reason in fault.reasons for finding in as_findings(reason, files))
    place = places.find(fault.at, files)
    return (
        Finding(
            rule=fault.code,
            severity=Severity.DENY,
            file=place.file,
            line=place.line,
            column=place.column,
            message=f"{place.path}: {fault.message}" if place.path else fault.message,
            fix=fault.hint,
        ),
    )
