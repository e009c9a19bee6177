"""Accepting one finding, in the operator's folder of policies: who, why and until when."""

from __future__ import annotations

import os
import shlex
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from skillpod.audit.ruleset import why_firm
from skillpod.cli import render, rulebook
from skillpod.cli.checkup import require_outside, skill_folders, today
from skillpod.cli.growing import read_growing
from skillpod.cli.options import Json
from skillpod.config import parse_suppressions
from skillpod.errors import CommandInvalid, PathUnusable
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.apart import apart
from skillpod.lifecycle.pipeline import Examiner, Survey
from skillpod.model.finding import Finding, Severity, Suppression
from skillpod.policy.suppressions import FILE, LONGEST, until_fault

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_HEAD = """\
# Findings of the audit that a person has accepted. docs/checking.md says how this is read; `skillpod suppress` adds to it.
suppressions: 1
accepted:
"""
SHORTEST_REASON = 10


@app.command("suppress")
def suppress(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The skill's folder.")],
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id, as `check` prints it.")],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is acceptable, for the next reviewer.")],
    by: Annotated[str, typer.Option("--by", metavar="PERSON", help="Who accepts it.")],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day it holds, as 2027-01-31; at most a year ahead.")],
    line: Annotated[int | None, typer.Option("--line", metavar="N", help="Which one, when there are several.", show_default=False)] = None,
    policies: Annotated[
        Path, typer.Option("--policies", envvar="SKILLPOD_POLICIES", metavar="DIR", help="The folder of policies it is written to.")
    ] = Path("policies"),
    json: Json = False,
) -> None:
    """Accept one finding of the audit: written to suppressions.yaml in the folder of policies, where `check` and the pod read it.

    It holds while the code around it says the same, under this version of the rules, until that day.
    """
    page = rulebook.find_page(rule)
    firm = why_firm(page.rule)
    if firm:
        raise CommandInvalid(f"findings of {page.rule} can't be accepted: {firm}", at="RULE", hint=f"`skillpod explain {page.rule}`")
    _check_words(reason, by)
    _check_day(until)
    path, survey = _survey(folder, policies)
    finding = _chosen(survey, page.rule, line)
    name = survey.manifest.name if survey.manifest else path.name
    entry = Suppression(
        rule=finding.rule, skill=name, subject=finding.subject, fingerprint=finding.fingerprint, ruleset=survey.report.ruleset,
        by=by, reason=reason, until=until,
    )  # fmt: skip
    file = policies / FILE
    _write(file, entry)
    if json:
        render.data({"file": str(file), **entry.as_dict()})
    else:
        render.line(("accepted ", "green"), (f"{entry.rule} in {name}", "bold"), f" ({finding.at}) until {until}: {file}")
        option = ("--policies", policies) if (policies / "default.yaml").exists() else ("--suppressions", file)
        shown = f"{shlex.quote(str(folder))} {option[0]} {shlex.quote(str(option[1]))}"
        render.line("  next: ", (f"skillpod check {shown}", "cyan"), "; a running pod takes it at once")


def _check_words(reason: str, by: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise CommandInvalid(
            f"the reason says too little: {len(reason.strip())} characters, and {SHORTEST_REASON} are the least",
            at="--reason",
            hint="write a sentence for the next reviewer",
        )
    if not by.strip():
        raise CommandInvalid("nobody accepts it", at="--by", hint="name a person")


def _check_day(until: str) -> None:
    why = until_fault(until, today())
    if not why and date.fromisoformat(until) < today():
        why = f"{until} is over"
    if why:
        raise CommandInvalid(why, at="--until", hint=f"write a day up to {today() + LONGEST}")


def _survey(folder: Path, policies: Path) -> tuple[Path, Survey]:
    if not policies.is_dir():
        raise PathUnusable("the folder of policies is not there", at=str(policies), hint="make it, or name it with --policies DIR")
    paths = [Path(os.path.abspath(path)) for path in skill_folders([folder])]
    if len(paths) != 1:
        raise CommandInvalid(f"{folder} holds {len(paths)} skills", at="DIR", hint="name the folder of one")
    require_outside(policies, paths, hint="a skill can't accept its own findings: keep the folder of policies elsewhere")
    with closing(apart()) as worker:
        return paths[0], Examiner(worker).survey(freeze(paths[0]), folder=paths[0].name)


def _chosen(survey: Survey, rule: str, line: int | None) -> Finding:
    """The finding that is meant; several that are one, because rule, subject and code are the same, are one. Raises CommandInvalid."""
    found = [finding for finding in survey.report.findings if finding.rule == rule]
    if not found:
        raise CommandInvalid(f"there is no finding of {rule}", at="RULE", hint="`skillpod check` shows what there is")
    meant = [finding for finding in found if line in (None, finding.line)]
    places = ", ".join(dict.fromkeys(finding.at for finding in meant or found))
    if not meant:
        raise CommandInvalid(f"there is no finding of {rule} in line {line}", at="--line", hint=f"there is one at {places}")
    counting = [finding for finding in meant if finding.severity is not Severity.NOTICE]
    if not counting:
        raise CommandInvalid(f"{rule} at {places} is a notice, which counts for nothing as it is", hint="there is nothing to accept")
    if len({finding.fingerprint for finding in counting}) > 1:
        raise CommandInvalid(f"there are several findings of {rule}: {places}", hint="accept one at a time, with --line N")
    return counting[0]


# --- writing -----------------------------------------------------------------------------------------------------------------------


def _write(file: Path, entry: Suppression) -> None:
    """Add the entry at the end, and leave all else as it is. Raises PolicyUnreadable and PathUnusable."""
    growing = read_growing(file, head=_HEAD)

    def check(text: bytes) -> tuple[Suppression, ...]:
        return parse_suppressions(text, name=str(file), today=today()).entries

    same = next((each for each in check(growing.text.encode()) if _key(each) == _key(entry)), None)
    if same is not None:
        raise CommandInvalid(f"{same.by} accepted it already, until {same.until}", at=str(file), hint="change that entry, or take it out")
    growing.add(("accepted",), entry.as_dict(), check=check)


def _key(entry: Suppression) -> tuple[str, ...]:
    return entry.rule, entry.skill, entry.subject, entry.fingerprint, str(entry.ruleset), entry.until
