"""Commands for who writes skills: make one, check it."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.checkup import SCHEMA, Checked, examine, skill_folders
from skillpod.cli.faults import Line
from skillpod.cli.options import DEFAULT_HOME, Folders, HomeDir, Json, PolicyName
from skillpod.cli.places import Place, source_line
from skillpod.cli.portrait import comparison_table, counted
from skillpod.config import load_policy
from skillpod.errors import CommandInvalid, PathUnusable
from skillpod.lifecycle.pipeline import Examiner, Survey
from skillpod.manifest.template import new_skill
from skillpod.model.finding import Finding, Severity, Verdict
from skillpod.model.names import SKILL_NAME_LIMIT, is_skill_name
from skillpod.serve.answers import Exit

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Format(Enum):
    TEXT = "text"
    JSON = "json"


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
    examiner = Examiner()
    checked: list[Checked] = []
    with render.working("checking"):
        found = list(skill_folders(folders))
        earlier = _earlier(against, found, home=home, examiner=examiner) if against is not None else _none_before
        checked.extend(examine(folder, examiner, active, before=earlier(folder)) for folder in found)
    if json or format is Format.JSON:
        render.data({"schema": SCHEMA, "skills": [one.as_dict() for one in checked]})
    else:
        for one in checked:
            _print_checked(one)
        render.line(*_summary(checked))
    if any(one.verdict is Verdict.DENY or one.decision == "refuse" for one in checked):
        raise typer.Exit(Exit.REFUSED)


def _none_before(_folder: Path) -> Survey | None:
    return None


def _earlier(against: str, folders: list[Path], *, home: Path, examiner: Examiner) -> Callable[[Path], Survey | None]:
    from skillpod.cli.against import Earlier  # SAFE: here, so that a check without it does not load the store

    earlier = Earlier(against, home=home, examiner=examiner)
    earlier.require_one(folders)
    return lambda folder: earlier.of(folder.absolute().name)


_SEVERITY_STYLES = {Severity.DENY: "bold red", Severity.REVIEW: "bold yellow", Severity.NOTICE: "bold cyan"}


def _print_checked(one: Checked) -> None:
    for finding in one.findings:
        for spans in finding_lines(one, finding):
            render.line(*spans)
        render.line()
    table = list(comparison_table([row.as_dict() for row in one.survey.report.comparison])) if one.survey else []
    if table:
        render.line((one.name, "bold"), ": what it asks for, and what it uses")
        for line in table:
            render.line(*line)
        render.line()
    if one.decision:
        styles = {"admit": "green", "hold": "yellow", "refuse": "red"}
        render.line(
            (one.name, "bold"), ": the policy would ", (one.decision, styles[one.decision]), f", by rule {one.rule}" if one.rule else ""
        )
        for reason in one.because:
            render.line(("  - ", "dim"), str(reason))


def finding_lines(one: Checked, finding: Finding) -> Iterator[Line]:
    """One finding: what, where, the line itself with a mark under it, and the fix."""
    style = _SEVERITY_STYLES[finding.severity]
    yield ((f"{finding.severity.value}[{finding.rule}]", style), (f": {finding.message}", "bold"))
    where = str(one.path / finding.file) if one.survey is not None and finding.file else finding.file or str(one.path)
    yield (("  --> ", "blue"), f"{where}:{finding.line}:{finding.column}" if finding.line else where)
    text = source_line(one.files, Place(finding.file, finding.line, finding.column))
    margin = " " * len(str(finding.line or ""))
    if text:
        column = max(finding.column, 1)
        under = "".join("\t" if char == "\t" else " " for char in text[: column - 1])
        yield ((f" {margin} |", "blue"),)
        yield ((f" {finding.line} | ", "blue"), text[:200])
        yield ((f" {margin} | ", "blue"), under, ("^", style))
    if finding.fix:
        yield ((f" {margin} = fix: ", "blue"), finding.fix)


def _summary(checked: list[Checked]) -> Line:
    counts = {verdict: sum(one.verdict is verdict for one in checked) for verdict in Verdict}
    styles = {Verdict.ALLOW: "green", Verdict.REVIEW: "yellow", Verdict.DENY: "red"}
    told = [(f"{count} {verdict.value}", styles[verdict]) for verdict, count in counts.items() if count]
    spaced = [piece for one in told for piece in (one, ", ")][:-1]
    return (f"checked {counted(len(checked), 'skill')}: ", *spaced)
