"""Commands for who writes skills: make one, check it, run its tests."""

from __future__ import annotations

import asyncio
import shlex
import tempfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, assert_never

import typer

from skillpod.cli import render
from skillpod.cli.checkup import SCHEMA, Checked, examine, skill_folders
from skillpod.cli.options import Json, Policies, PolicyName
from skillpod.cli.places import Place, source_line
from skillpod.cli.portrait import Line
from skillpod.cli.values import json_object
from skillpod.errors import ApprovalNeeded, CommandInvalid, PathUnusable, PolicyRefused, PolicyUnreadable, SkillpodError
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.pipeline import Examiner, Survey, decision
from skillpod.lifecycle.probe import Outcome, run_tests
from skillpod.manifest.template import new_skill
from skillpod.model.decision import Admission, Hold, Refusal
from skillpod.model.finding import Finding, Severity, Verdict
from skillpod.model.guest import Launch
from skillpod.model.names import SKILL_NAME_LIMIT, is_skill_name
from skillpod.policy.document import Policy, read_policy
from skillpod.resources import packaged_text
from skillpod.sandbox.isolation import JailSandbox
from skillpod.serve.answers import Exit, answer
from skillpod.store.memory import SkillMemory

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Folders = Annotated[list[Path], typer.Argument(metavar="DIR...", help="A skill's folder, or a folder of skills.")]


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
    format: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.TEXT,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Say everything that is wrong with skill folders: manifest, tools, audit, signatures. Nothing of them is run.

    Exit code 1 when one is denied, or refused by the policy.
    """
    active = active_policy(policies, policy) if policies is not None else None
    examiner = Examiner()
    checked: list[Checked] = []
    with render.working("checking"):
        checked.extend(examine(folder, examiner, active) for folder in skill_folders(folders))
    if json or format is Format.JSON:
        render.data({"schema": SCHEMA, "skills": [one.as_dict() for one in checked]})
    else:
        for one in checked:
            _print_checked(one)
        render.line(*_summary(checked))
    if any(one.verdict is Verdict.DENY or one.decision == "refuse" for one in checked):
        raise typer.Exit(Exit.REFUSED)


_SEVERITY_STYLES = {Severity.DENY: "bold red", Severity.REVIEW: "bold yellow", Severity.NOTICE: "bold cyan"}


def _print_checked(one: Checked) -> None:
    for finding in one.findings:
        for spans in finding_lines(one, finding):
            render.line(*spans)
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
    if text:
        margin = " " * len(str(finding.line))
        column = max(finding.column, 1)
        under = "".join("\t" if char == "\t" else " " for char in text[: column - 1])
        yield ((f"   {margin}|", "blue"),)
        yield ((f" {finding.line} | ", "blue"), text[:200])
        yield ((f"   {margin}| ", "blue"), under, ("^", style))
    if finding.fix:
        yield (("   = fix: ", "blue"), finding.fix)


def _summary(checked: list[Checked]) -> Line:
    counts = {verdict: sum(one.verdict is verdict for one in checked) for verdict in Verdict}
    styles = {Verdict.ALLOW: "green", Verdict.REVIEW: "yellow", Verdict.DENY: "red"}
    told = [(f"{count} {verdict.value}", styles[verdict]) for verdict, count in counts.items() if count]
    spaced = [piece for one in told for piece in (one, ", ")][:-1]
    return (f"checked {len(checked)} skill{'s' if len(checked) != 1 else ''}: ", *spaced)


# --- test --------------------------------------------------------------------------------------------------------------------------


@app.command("test")
def test(
    folders: Folders,
    *,
    policies: Policies = None,
    policy: PolicyName = None,
    config: Annotated[
        str, typer.Option("--config", metavar="JSON", help="The config to test with: JSON, @FILE, or - for stdin.", show_default=False)
    ] = "{}",
    json: Json = False,
) -> None:
    """Run the tests of each manifest in the jail, as a pod would before it publishes the skill. No pod is needed.

    Exit code 1 when a skill is refused, 4 when a test fails.
    """
    values = json_object(config, at="--config")
    active = active_policy(policies, policy)
    with render.working("testing"):
        tested = asyncio.run(_test_all(list(skill_folders(folders)), active, values))
    if json:
        render.data({"skills": [one.as_dict() for one in tested]})
    else:
        for one in tested:
            one.print()
    worst = max((one.exit for one in tested), default=Exit.DONE)
    if worst is not Exit.DONE:
        raise typer.Exit(worst)


class Tested:
    """One folder's tests: what each gave, or why none ran."""

    def __init__(self, path: Path, name: str, outcomes: list[Outcome], error: SkillpodError | None, note: str) -> None:
        self._path = path
        self._name = name
        self._outcomes = outcomes
        self._error = error
        self._note = note

    @property
    def exit(self) -> Exit:
        if self._error is not None:
            return answer(self._error).exit
        return Exit.SKILL_FAILED if any(outcome.error for outcome in self._outcomes) else Exit.DONE

    def as_dict(self) -> dict[str, Any]:
        return {
            "path": str(self._path),
            "name": self._name,
            "error": self._error.as_dict() if self._error else None,
            "note": self._note,
            "tests": [_outcome(outcome) for outcome in self._outcomes],
        }

    def print(self) -> None:
        if self._error is not None:
            render.line(("refused ", "bold red"), (self._name, "bold"))
            render.error(self._error)
            return
        for outcome in self._outcomes:
            for spans in _outcome_lines(self._name, outcome):
                render.line(*spans)
        failed = sum(outcome.error is not None for outcome in self._outcomes)
        count = len(self._outcomes)
        told = f"{count - failed} of {count} tests passed" if count else "it starts; its manifest has no tests"
        render.line((self._name, "bold"), ": ", (told, "red" if failed else "green"), f"  ({self._note})" if self._note else "")


def _outcome(outcome: Outcome) -> dict[str, Any]:
    shape: dict[str, Any] = {"tool": outcome.test.tool, "arguments": dict(outcome.test.arguments), "passed": outcome.error is None}
    if outcome.test.has_expect:
        shape["expected"] = outcome.test.expect
    return {**shape, "got": outcome.got, "error": outcome.error.as_dict() if outcome.error else None}


def _outcome_lines(name: str, outcome: Outcome) -> Iterator[Line]:
    passed = outcome.error is None
    call = f"{outcome.test.tool}({', '.join(f'{key}={render.plain(value)}' for key, value in outcome.test.arguments.items())})"
    yield (("  pass  " if passed else "  FAIL  ", "green" if passed else "bold red"), call[:160])
    if outcome.error is None:
        return
    if outcome.test.has_expect and not outcome.error.reasons:
        yield (("          expected ", "dim"), render.plain(outcome.test.expect))
        yield (("          got      ", "dim"), render.plain(outcome.got))
    else:
        yield ("          ", outcome.error.message)
    for reason in outcome.error.reasons:
        for text in getattr(reason, "traceback", "").rstrip().splitlines():
            yield (("          | ", "dim"), text)


async def _test_all(folders: list[Path], policy: Policy, config: dict[str, Any]) -> list[Tested]:
    examiner = Examiner()
    with tempfile.TemporaryDirectory(prefix="skillpod-test-") as scratch:
        sandbox = JailSandbox(memory=SkillMemory(Path(scratch) / "memory.db"))
        await sandbox.start()
        try:
            return [await _test_one(folder, examiner, policy, config, sandbox) for folder in folders]
        finally:
            await sandbox.close()


async def _test_one(folder: Path, examiner: Examiner, policy: Policy, config: dict[str, Any], sandbox: JailSandbox) -> Tested:
    name = folder.resolve().name
    try:
        survey = examiner.survey(freeze(folder), folder=name)
        manifest = survey.require()
        admission, note = _leave(survey, policy)
        launch = Launch(admission=admission, bundle=survey.bundle, manifest=manifest, tools=survey.tools, config=config)
        guests = sandbox.open(launch, on_death=lambda _: None)
        try:
            await guests.prove()
            return Tested(folder, name, await run_tests(guests, manifest, survey.tools), None, note)
        finally:
            await guests.close()
    except SkillpodError as fault:
        return Tested(folder, name, [], fault, "")


def _leave(survey: Survey, policy: Policy) -> tuple[Admission, str]:
    """Leave to start it for its tests: a held skill may have a trial, in the jail and without grants."""
    made = decision(survey, policy)
    match made:
        case Admission():
            return made, ""
        case Hold():
            if made.trial is None:
                raise ApprovalNeeded(made.question, skill=made.skill, digest=made.digest, reasons=made.reasons)
            return made.trial, f"without grants: {made.question}"
        case Refusal():
            raise PolicyRefused("the policy refuses it", skill=made.skill, digest=made.digest, reasons=made.reasons)
        case _:
            assert_never(made)


# --- the policy --------------------------------------------------------------------------------------------------------------------


def active_policy(policies: Path | None, name: str | None) -> Policy:
    """The policy in force: one of a folder's, or the packaged default. Raises PolicyUnreadable."""
    schema, chosen = packaged_text("policy/schema.json"), name or "default"
    if policies is None:
        if chosen != "default":
            raise PolicyUnreadable(
                f"policy `{chosen}` is asked for, and no folder of policies is given", hint="give it with --policies DIR"
            )
        return read_policy(packaged_text("policy/default.yaml"), name=chosen, schema=schema)
    path = policies / f"{chosen}.yaml"
    try:
        text = path.read_bytes()
    except OSError as fault:
        raise PolicyUnreadable(f"the policy can't be read: {fault.strerror}", at=str(path), hint="--policies DIR, --policy NAME") from None
    return read_policy(text, name=chosen, schema=schema)
