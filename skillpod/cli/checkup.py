"""Looks at skill folders without running them: what ``skillpod check`` says, as values."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from skillpod.errors import BundleRefused, CommandInvalid, NotASkill, PathUnusable, SkillpodError
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.findings import as_findings, findings
from skillpod.lifecycle.pipeline import Examiner, Rules, Survey, decision, update_of, vouched
from skillpod.lifecycle.reading import Seen
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Verdict, verdict_of
from skillpod.model.provenance import NO_PAST

SCHEMA = 1
"""The version of the shape that ``check --format json`` prints."""

_MARKERS = ("manifest.yaml", "SKILL.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One folder. ``digest`` is None and ``seen`` too when it could not be frozen; ``decision`` is empty when no policy was asked."""

    path: Path
    name: str
    digest: str | None
    findings: tuple[Finding, ...]
    seen: Seen | None = None
    decision: str = ""
    rule: str = ""
    because: tuple[SkillpodError, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

    def path_of(self, finding: Finding) -> str:
        """The file it is about; of what can't be read at all, the folder's path."""
        is_inside = self.seen is not None or finding.rule == BundleRefused.code
        return str(self.path / finding.file) if is_inside and finding.file else str(self.path)

    @property
    def notices(self) -> tuple[Finding, ...]:
        """About the operator's suppressions, not about the skill."""
        return self.seen.notices if self.seen else ()

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
            "capabilities": [use.as_dict() for use in self.seen.report.capabilities] if self.seen else [],
            "comparison": [row.as_dict() for row in self.seen.report.comparison] if self.seen else [],
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


def require_outside(place: Path, skills: Sequence[Path], *, hint: str) -> None:
    """Raises CommandInvalid for a file or a folder that one of the skills brings along: what judges it is not its own."""
    real = Path(os.path.realpath(place))
    for skill in skills:
        if is_skill(skill) and real.is_relative_to(os.path.realpath(skill)):
            raise CommandInvalid(f"{place} is inside the skill {skill}", hint=hint)


Before = Callable[[Path], "Survey | None"]
"""The version before the one in a folder; None when it is new."""


def none_before(_folder: Path) -> Survey | None:
    return None


def examine(path: Path, examiner: Examiner, rules: Rules | None) -> Checked:
    """Everything that can be said of one folder without running it. Never raises for what is in it."""
    return next(examine_each([path], examiner, rules))


def examine_each(paths: Iterable[Path], examiner: Examiner, rules: Rules | None, *, before: Before = none_before) -> Generator[Checked]:
    """The same for many, several at a time, in their order, and each as an update of the version ``before`` it. Raises what that does."""
    frozen: deque[tuple[Path, str, Bundle | SkillpodError]] = deque()

    def bundles() -> Iterator[tuple[Bundle, str]]:
        for path in paths:
            name = os.path.basename(os.path.abspath(path))  # what a link is called, not what it points to
            try:
                bundle = freeze(path)
            except SkillpodError as fault:
                frozen.append((path, name, fault))
            else:
                frozen.append((path, name, bundle))
                yield bundle, name

    for seen in examiner.look_at_each(bundles()):
        yield from _unfrozen(frozen)
        path, name, bundle = frozen.popleft()
        assert isinstance(bundle, Bundle)  # noqa: S101  # SAFE: what was not frozen is at the head no more
        yield _checked(path, name, _Read(bundle, seen, before(path)), examiner, rules)
    yield from _unfrozen(frozen)


def _unfrozen(frozen: deque[tuple[Path, str, Bundle | SkillpodError]]) -> Iterator[Checked]:
    """Those at the head that could not be read."""
    while frozen and isinstance(fault := frozen[0][2], SkillpodError):
        path, name, _ = frozen.popleft()
        yield Checked(path=path, name=name, digest=None, findings=as_findings(fault, {}))


class _Read(NamedTuple):
    bundle: Bundle
    seen: Seen
    before: Survey | None


def _checked(path: Path, name: str, read: _Read, examiner: Examiner, rules: Rules | None) -> Checked:
    bundle, seen, before = read
    update: tuple[Finding, ...] = ()
    answer, rule, because = "", "", tuple[SkillpodError, ...]()
    if rules is not None or before is not None:
        survey = examiner.survey_seen(bundle, seen, folder=name)
        update = update_of(before, survey) if before is not None else ()
        answer, rule, because = _decide(survey, rules, update) if rules is not None else ("", "", ())
    return Checked(
        path=path,
        name=seen.skill or name,
        digest=bundle.digest,
        findings=findings(bundle, seen, update),
        seen=seen,
        decision=answer,
        rule=rule,
        because=because,
        files=bundle.files,
    )


def today() -> date:
    """The day it is, in UTC: until when an acceptance holds is asked of it."""
    from skillpod.policy.suppressions import day  # SAFE: here, so that a check without policies never loads one

    return day(time.time())


def _decide(survey: Survey, rules: Rules, update: Sequence[Finding]) -> tuple[str, str, tuple[SkillpodError, ...]]:
    from skillpod.model.decision import Admission, Hold, Refusal  # SAFE: here, as above

    words = {Admission: "admit", Hold: "hold", Refusal: "refuse"}
    try:
        provenance = vouched(survey, rules, NO_PAST, returns=False, now=time.time())
        made = decision(survey, rules, provenance=provenance, now=time.time(), update=update)
    except SkillpodError as fault:
        return "refuse", "", (fault,)
    return words[type(made)], made.rule, () if isinstance(made, Admission) else made.reasons
