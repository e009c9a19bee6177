"""What ``skillpod check`` does, once its command line is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from skillpod.cli.checkup import SCHEMA, Before, Checked, changed_skills, examine_each, none_before, require_outside, skill_folders, today
from skillpod.lifecycle.apart import apart
from skillpod.lifecycle.pipeline import Examiner
from skillpod.lifecycle.reading import keep_bytecode
from skillpod.model.finding import Finding, Verdict
from skillpod.serve.answers import Exit

if TYPE_CHECKING:
    from skillpod.lifecycle.pipeline import Rules
    from skillpod.policy.suppressions import Suppressions


class Format(Enum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a command line of ``check`` asks for. ``against`` is an earlier version: a folder, or a digest in the store of
    ``home``. ``jobs`` are processes at a time; 0: as many as there are processors."""

    folders: Sequence[Path]
    policies: Path | None = None
    policy: str | None = None
    suppressions: Path | None = None
    changed: bool = False
    against: str | None = None
    home: Path = Path(".skillpod")
    format: Format = Format.TEXT
    jobs: int = 0


def check(wanted: Wanted) -> Exit:
    """Everything that is wrong with the folders, printed. Raises PathUnusable, NotASkill, PolicyUnreadable, CommandInvalid."""
    skills = list(changed_skills(wanted.folders) if wanted.changed else skill_folders(wanted.folders))
    accepted = _accepted(wanted, skills)
    rules = _rules(wanted, skills)
    with closing(apart(jobs=wanted.jobs, meanwhile=_load_printing)) as worker:
        examiner = Examiner(worker, suppressions=lambda: accepted, today=today)
        examined = examine_each(skills, examiner, rules, before=_before(wanted, skills, examiner))
        with closing(examined):
            checked = _print_each(examined, len(skills)) if wanted.format is Format.TEXT else list(examined)
    notices = tuple(dict.fromkeys(notice for one in checked for notice in one.notices))
    _print_all(checked, notices, wanted.format)
    is_refused = any(one.verdict is Verdict.DENY or one.decision == "refuse" for one in checked)
    return Exit.REFUSED if is_refused else Exit.DONE


def _rules(wanted: Wanted, skills: Sequence[Path]) -> Rules | None:
    if wanted.policies is None:
        return None
    require_outside(wanted.policies, skills, hint="a skill can't say whom to trust: keep the folder of policies elsewhere")
    from skillpod.inforce import load_rules  # SAFE: here, so that a check without one never loads what reads it

    return load_rules(wanted.policies, wanted.policy or "default")


def _accepted(wanted: Wanted, skills: Sequence[Path]) -> Suppressions | None:
    """What the operator's people have accepted. Raises CommandInvalid for a file that a skill brings along, PolicyUnreadable."""
    if wanted.suppressions is None and wanted.policies is None:
        return None
    from skillpod.config import read_suppressions_file  # SAFE: here, as above
    from skillpod.policy.suppressions import FILE

    file = wanted.suppressions
    if file is None and wanted.policies is not None and os.path.lexists(wanted.policies / FILE):
        file = wanted.policies / FILE
    if file is None:
        return None
    require_outside(file, skills, hint="a skill can't accept its own findings: keep the file elsewhere")
    return read_suppressions_file(file, today=today())


def _before(wanted: Wanted, skills: list[Path], examiner: Examiner) -> Before:
    if wanted.against is None:
        return none_before
    from skillpod.cli.against import Earlier  # SAFE: here, so that a check without it never loads the store

    earlier = Earlier(wanted.against, home=wanted.home, examiner=examiner)
    earlier.require_one(skills)
    return lambda folder: earlier.of(folder.absolute().name)


# --- printing ----------------------------------------------------------------------------------------------------------------------


def _load_printing() -> None:
    """While the first skill is read in its own process, this one has nothing to do."""
    import_module("skillpod.cli.findings")
    keep_bytecode()


def _print_each(examined: Iterable[Checked], count: int) -> list[Checked]:
    """Each as soon as it and those before it are done."""
    checked: list[Checked] = []
    for one in examined:
        from skillpod.cli import findings, render  # SAFE: here, for they are loaded while the first is read

        lines = list(findings.checked_lines(one, room=render.room()))
        if lines and count > 1:
            render.line((one.name, "bold underline"), (f"  {one.path}" if str(one.path) != one.name else "", "dim"))
        for spans in lines:
            render.line(*spans)
        _print_comparison(one)
        checked.append(one)
    return checked


def _print_comparison(one: Checked) -> None:
    if one.seen is None or not one.seen.report.comparison:
        return
    from skillpod.cli import render  # SAFE: here, as above
    from skillpod.cli.comparing import comparison_table

    table = list(comparison_table([row.as_dict() for row in one.seen.report.comparison]))
    if table:
        render.line((one.name, "bold"), ": what it asks for, and what it uses")
        for line in table:
            render.line(*line)
        render.line()


def _print_all(checked: Sequence[Checked], notices: Sequence[Finding], format: Format) -> None:
    from skillpod.cli import render  # SAFE: here, as above

    if format is Format.JSON:
        from skillpod.audit.ruleset import RULESET

        shown = {"skills": [one.as_dict() for one in checked], "notices": [notice.as_dict() for notice in notices]}
        render.data({"schema": SCHEMA, "ruleset": RULESET, **shown})
    elif format is Format.SARIF:
        from skillpod.cli import sarif

        render.data(sarif.log(checked, notices))
    else:
        _print_sum(checked, notices)


def _print_sum(checked: Sequence[Checked], notices: Sequence[Finding]) -> None:
    """What all of them come to."""
    from skillpod.cli import findings, render  # SAFE: here, as above

    for spans in findings.notice_lines(notices):
        render.line(*spans)
    rows = findings.rule_rows(checked)
    if rows:
        render.table(("RULE", "SEVERITY", "FOUND", "WHAT"), rows)
        render.line()
    render.line(*findings.summary(checked))
    hint = findings.hint(checked)
    if hint:
        render.line(*hint)
