"""Commands for who writes skills: make one, check it."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from skillpod.audit.ruleset import RULESET
from skillpod.cli import findings, render, sarif
from skillpod.cli.checkup import SCHEMA, Checked, changed_skills, examine, is_skill, skill_folders, today
from skillpod.cli.options import DEFAULT_HOME, Folders, HomeDir, Json, PolicyName
from skillpod.cli.portrait import comparison_table
from skillpod.config import load_policy, read_suppressions_file
from skillpod.errors import CommandInvalid, PathUnusable
from skillpod.lifecycle.pipeline import Examiner, Survey
from skillpod.manifest.template import new_skill
from skillpod.model.finding import Finding, Verdict
from skillpod.model.names import SKILL_NAME_LIMIT, is_skill_name
from skillpod.policy.suppressions import FILE, NONE, Suppressions
from skillpod.serve.answers import Exit

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Format(Enum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


# --- new ---------------------------------------------------------------------------------------------------------------------------


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The skill's name.")],
    *,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where its folder is made.")] = Path("skills"),
    json: Json = False,
) -> None:
    """Make a skill folder that mounts as it is, with a tool, a test and a manual."""
    if not is_skill_name(name):
        raise CommandInvalid(f"`{name}` can't be a skill's name", at="NAME", hint=_name_hint(name))
    folder = into / name
    if folder.exists() or folder.is_symlink():
        raise PathUnusable("it is there already; nothing was written", at=str(folder), hint="choose another name, or another --into")
    files = new_skill(name)
    # Made beside and renamed, so that a pod that watches never sees half of it.
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=into) as scratch:
        made = Path(scratch) / name
        for file, content in files.items():
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            (made / file).write_bytes(content)
        made.rename(folder)
    if json:
        render.data({"name": name, "path": str(folder), "files": sorted(files)})
        return
    shown = shlex.quote(str(folder))
    render.line(("made ", "green"), (str(folder), "bold"), f": {', '.join(sorted(files))}")
    render.line("  next: ", (f"skillpod test {shown}", "cyan"))
    render.line("        ", (f"skillpod serve --skills {shlex.quote(str(into))}", "cyan"))


def _name_hint(name: str) -> str:
    better = "_".join("".join(char if char.isascii() and char.isalnum() else " " for char in name.lower()).split())[:SKILL_NAME_LIMIT]
    rule = f"small letters and digits, with _ or - between, a letter first, at most {SKILL_NAME_LIMIT}"
    return f"{rule}; `{better}` would do" if is_skill_name(better) else rule


# --- check -------------------------------------------------------------------------------------------------------------------------


@app.command("check")
def check(
    folders: Folders,
    *,
    policies: Annotated[
        Path | None, typer.Option("--policies", metavar="DIR", help="Say what the policy in DIR decides, too.", show_default=False)
    ] = None,
    policy: PolicyName = None,
    suppressions: Annotated[
        Path | None,
        typer.Option("--suppressions", metavar="FILE", help="What is accepted; else suppressions.yaml of --policies.", show_default=False),
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="The paths are changed files: check the skills they are in, pass over the others.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="DIR|DIGEST", help="Say what changed since that version: its folder, or sha256:... in --home's store."
        ),
    ] = None,
    home: HomeDir = DEFAULT_HOME,
    format: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.TEXT,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Say everything that is wrong with skill folders: manifest, tools, audit, signatures. Nothing of them is run.

    Exit code 1 when one is denied, or refused by the policy.
    """
    active = load_policy(policies, policy or "default") if policies is not None else None
    skills = list(changed_skills(folders) if changed else skill_folders(folders))
    accepted = _accepted(suppressions or _beside(policies), skills)
    examiner = Examiner(suppressions=accepted, today=today)
    checked: list[Checked] = []
    with render.working("checking"):
        earlier = _earlier(against, skills, home=home, examiner=examiner) if against is not None else _none_before
        checked.extend(examine(folder, examiner, active, before=earlier(folder)) for folder in skills)
    notices = tuple(dict.fromkeys(notice for one in checked for notice in one.notices))
    if json or format is Format.JSON:
        shown = {"skills": [one.as_dict() for one in checked], "notices": [notice.as_dict() for notice in notices]}
        render.data({"schema": SCHEMA, "ruleset": RULESET, **shown})
    elif format is Format.SARIF:
        render.data(sarif.log(checked, notices))
    else:
        _print_checked(checked, notices)
    if any(one.verdict is Verdict.DENY or one.decision == "refuse" for one in checked):
        raise typer.Exit(Exit.REFUSED)


def _none_before(_folder: Path) -> Survey | None:
    return None


def _earlier(against: str, folders: list[Path], *, home: Path, examiner: Examiner) -> Callable[[Path], Survey | None]:
    from skillpod.cli.against import Earlier  # SAFE: here, so that a check without it does not load the store

    earlier = Earlier(against, home=home, examiner=examiner)
    earlier.require_one(folders)
    return lambda folder: earlier.of(folder.absolute().name)


def _beside(policies: Path | None) -> Path | None:
    """The file of a folder of policies, when it has one."""
    file = None if policies is None else policies / FILE
    return file if file is not None and os.path.lexists(file) else None


def _accepted(file: Path | None, skills: Sequence[Path]) -> Suppressions:
    """What the operator's people have accepted. Raises CommandInvalid for a file that a skill brings along, PolicyUnreadable."""
    if file is None:
        return NONE
    place = Path(os.path.realpath(file))
    for skill in skills:
        if is_skill(skill) and place.is_relative_to(os.path.realpath(skill)):
            raise CommandInvalid(
                f"{file} is inside the skill {skill}", hint="a skill can't accept its own findings: keep the file elsewhere"
            )
    return read_suppressions_file(file, today=today())


def _print_comparison(one: Checked) -> None:
    table = list(comparison_table([row.as_dict() for row in one.survey.report.comparison])) if one.survey else []
    if table:
        render.line((one.name, "bold"), ": what it asks for, and what it uses")
        for line in table:
            render.line(*line)
        render.line()


def _print_checked(checked: Sequence[Checked], notices: Sequence[Finding]) -> None:
    for one in checked:
        lines = list(findings.checked_lines(one, room=render.room()))
        if lines and len(checked) > 1:
            render.line((one.name, "bold underline"), (f"  {one.path}", "dim"))
        for spans in lines:
            render.line(*spans)
        _print_comparison(one)
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
