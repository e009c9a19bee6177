"""Everything that is wrong with a bundle as findings in one order, and the function that says so to a program."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from skillpod.errors import SkillpodError
from skillpod.lifecycle import places
from skillpod.lifecycle.reading import Seen, asked, heard
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Report, Severity
from skillpod.model.left_out import reason_left_out

if TYPE_CHECKING:
    from skillpod.ports import Apart


def check(bundle: Bundle, *, folder: str = "") -> Report:
    """Everything that ``skillpod check`` would say of a bundle; ``folder``, when not empty, is the name its manifest must carry.

    Nothing of it is run, and it is read in a throw-away process: what ends that one is a denial. Never raises for what is in it; any
    thread may call. ``skillpod.freeze(path)`` makes a bundle of a folder.
    """
    (seen,) = heard(_apart().run(asked([(bundle, folder)])), [bundle])
    return replace(seen.report, findings=findings(bundle, seen))


@cache
def _apart() -> Apart:
    """One for this process; the helper that it starts ends with it."""
    from skillpod.lifecycle.apart import helper  # SAFE: here, so that the command line, which forks itself, never loads it

    made = helper()
    atexit.register(made.close)
    return made


def findings(bundle: Bundle, seen: Seen, update: Iterable[Finding] = ()) -> tuple[Finding, ...]:
    """The audit's, the faults of manifest, tools and signatures, what is left out, and what it changes as an ``update``."""
    faults = [finding for fault in seen.faults for finding in as_findings(fault, bundle.files)]
    found = [*faults, *seen.report.findings, *update, *map(_left_out, bundle.left_out)]
    return tuple(sorted(found, key=lambda each: (each.file, each.line, each.column, each.rule)))


def _left_out(path: str) -> Finding:
    reason = reason_left_out(path.rpartition("/")[2])
    return Finding(rule="left_out", severity=Severity.NOTICE, file=path, message=f"not part of the skill: {reason}; it can't run")


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
