"""The command that runs the tests of manifests in the jail, without a pod."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, assert_never

import typer

from skillpod.cli import render
from skillpod.cli.checkup import skill_folders, today
from skillpod.cli.faults import Line, body_lines, fault_lines
from skillpod.cli.options import DEFAULT_HOME, Folders, HomeDir, Json, Policies, PolicyName
from skillpod.cli.pairs import secrets_of, variables_of
from skillpod.cli.values import json_object
from skillpod.config import load_suppressions
from skillpod.errors import ApprovalNeeded, CommandInvalid, PolicyRefused, SkillpodError
from skillpod.home import Home
from skillpod.inforce import load_rules
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.apart import helper
from skillpod.lifecycle.pipeline import Examiner, Rules, Survey, decision, vouched
from skillpod.lifecycle.probe import Outcome, run_tests
from skillpod.model.bindings import Bindings
from skillpod.model.capability import Access
from skillpod.model.decision import Admission, Hold, Refusal
from skillpod.model.guest import Launch
from skillpod.model.provenance import NO_PAST
from skillpod.model.provision import ProgramBinding
from skillpod.model.volume import Binding
from skillpod.policy.suppressions import Suppressions
from skillpod.provisions import Provider
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from skillpod.sandbox.secrets import Secrets
from skillpod.sandbox.volumes import Places
from skillpod.serve.answers import Exit, answer
from skillpod.store.memory import SkillMemory
from skillpod.store.packages import PackageStore

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("test")
def try_out(
    folders: Folders,
    *,
    policies: Policies = None,
    policy: PolicyName = None,
    config: Annotated[
        str, typer.Option("--config", metavar="JSON", help="The config to test with: JSON, @FILE, or - for stdin.", show_default=False)
    ] = "{}",
    volumes: Annotated[
        list[str] | None,
        typer.Option("--volume", metavar="NAME=DIR", help="The directory for a volume that the skills ask for; repeat it for others."),
    ] = None,
    programs: Annotated[
        list[str] | None,
        typer.Option(
            "--program", metavar="NAME=PATH", help="The file for a program that the skills ask for, and after commas what else it reads."
        ),
    ] = None,
    secrets: Annotated[
        list[str] | None, typer.Option("--secret", metavar="NAME=FILE", help="The file with the value of a secret that the skills ask for.")
    ] = None,
    variables: Annotated[
        list[str] | None,
        typer.Option("--variable", metavar="NAME=VALUE", help="An environment variable, for skills that were granted it."),
    ] = None,
    home: HomeDir = DEFAULT_HOME,
    json: Json = False,
) -> None:
    """Run the tests of each manifest in the jail, as a pod would before it publishes the skill. No pod is needed; packages are
    those that were built in --home.

    Exit code 1 when a skill is refused, 4 when a test fails.
    """
    values = json_object(config, at="--config")
    given = Given(
        rules=load_rules(policies, policy or "default"),
        suppressions=load_suppressions(policies, today=today()),
        config=values,
        bindings=Bindings(volumes=_bound(volumes or []), programs=_programs(programs or []), secrets=secrets_of(secrets or [])),
        variables=variables_of(variables or []),
        packages=PackageStore(Home(home.absolute()).packages),
    )
    with render.working("testing"):
        tried = asyncio.run(try_all([Path(os.path.abspath(folder)) for folder in skill_folders(folders)], given))
    if json:
        render.data({"skills": [one.as_dict() for one in tried]})
    else:
        for one in tried:
            _print_tried(one)
    worst = max((one.exit for one in tried), default=Exit.DONE)
    if worst is not Exit.DONE:
        raise typer.Exit(worst)


def _bound(pairs: Sequence[str]) -> Mapping[str, Binding]:
    """For writing too: how much of it a skill gets is what it asks and the policy grants."""
    bindings: dict[str, Binding] = {}
    for pair in pairs:
        name, equals, path = pair.partition("=")
        if not name or not equals or not path:
            raise CommandInvalid(f"`--volume {pair}` is not NAME=DIR", at="--volume", hint="as in --volume advisories=/data/advisories")
        if name in bindings:
            raise CommandInvalid(f"`{name}` is given two directories", at="--volume", hint="give each volume one")
        if not os.path.isdir(path):
            raise CommandInvalid(f"`--volume {pair}`: there is no such directory", at="--volume", hint="make it, or give another")
        bindings[name] = Binding(path=os.path.abspath(path), access=Access.WRITE)
    return bindings


def _programs(pairs: Sequence[str]) -> Mapping[str, ProgramBinding]:
    bindings: dict[str, ProgramBinding] = {}
    for pair in pairs:
        name, _, said = pair.partition("=")
        path, *reads = said.split(",")
        if not name or not all(os.path.isabs(each) for each in (path, *reads)):
            hint = "as in --program git=/usr/bin/git,/usr/lib/git-core"
            raise CommandInvalid(f"`--program {pair}` is not NAME=PATH with absolute paths", at="--program", hint=hint)
        if name in bindings:
            raise CommandInvalid(f"`{name}` is given two files", at="--program", hint="give each program one")
        bindings[name] = ProgramBinding(path=path, reads=tuple(reads))
    return bindings


def _print_tried(one: Tried) -> None:
    if one.error is not None:
        render.line((one.name, "bold"), ": ", ("not tested", "bold red"))
        for spans in fault_lines(one.error):
            render.line("  ", *spans)
        return
    for outcome in one.outcomes:
        for spans in _outcome_lines(outcome):
            render.line(*spans)
    count = len(one.outcomes)
    told = f"{count - one.failed} of {count} tests passed" if count else "it starts; its manifest has no tests"
    render.line((one.name, "bold"), ": ", (told, "red" if one.failed else "green"), f"  ({one.note})" if one.note else "")


def _outcome_lines(outcome: Outcome) -> Iterator[Line]:
    passed = outcome.error is None
    call = f"{outcome.test.tool}({', '.join(f'{key}={render.plain(value)}' for key, value in outcome.test.arguments.items())})"
    yield (("  pass  " if passed else "  FAIL  ", "green" if passed else "bold red"), call if len(call) <= 160 else f"{call[:159]}…")
    if outcome.error is None:
        return
    if outcome.test.has_expect and not outcome.error.reasons:
        yield (("          expected ", "dim"), render.plain(outcome.test.expect))
        yield (("          got      ", "dim"), render.plain(outcome.got))
        return
    for reason in outcome.error.reasons or (outcome.error,):
        yield ((f"          {reason.code}: ", "dim"), reason.message)
        yield from body_lines(reason, indent=" " * 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the tests run under: what a pod has from its policies and its pod.yaml."""

    rules: Rules
    suppressions: Suppressions
    config: Mapping[str, Any]
    bindings: Bindings
    variables: Mapping[str, str]
    packages: PackageStore


# --- what was tried ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One folder: what each test gave, or the error for which none ran. ``note`` says under which restriction they ran, if one."""

    path: Path
    name: str
    outcomes: tuple[Outcome, ...] = ()
    error: SkillpodError | None = None
    note: str = ""

    @property
    def failed(self) -> int:
        return sum(outcome.error is not None for outcome in self.outcomes)

    @property
    def exit(self) -> Exit:
        if self.error is not None:
            return answer(self.error).exit
        return Exit.SKILL_FAILED if self.failed else Exit.DONE

    def as_dict(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "name": self.name,
            "error": self.error.as_dict() if self.error else None,
            "note": self.note,
            "tests": [_as_dict(outcome) for outcome in self.outcomes],
        }


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    shape: dict[str, Any] = {"tool": outcome.test.tool, "arguments": dict(outcome.test.arguments), "passed": outcome.error is None}
    if outcome.test.has_expect:
        shape["expected"] = outcome.test.expect
    return {**shape, "got": outcome.got, "error": outcome.error.as_dict() if outcome.error else None}


async def try_all(folders: Sequence[Path], given: Given) -> list[Tried]:
    """Run the tests of each folder's manifest. Raises IsolationUnavailable when nothing can run here."""
    worker = helper()
    examiner = Examiner(worker, suppressions=lambda: given.suppressions, today=today)
    with closing(worker), tempfile.TemporaryDirectory(prefix="skillpod-test-") as scratch:
        memory = SkillMemory(Path(scratch) / "memory.sqlite")
        sandbox = JailSandbox(Means(memory=memory, secrets=Secrets(lambda: given.bindings.secrets)))
        try:
            await sandbox.start()
            return [await _try_one(folder, examiner, given, sandbox) for folder in folders]
        finally:
            await sandbox.close()
            memory.close()


async def _try_one(folder: Path, examiner: Examiner, given: Given, sandbox: JailSandbox) -> Tried:
    name = folder.name
    try:
        survey = await asyncio.to_thread(examiner.survey, freeze(folder), folder=name)
        outcomes, note = await _run(survey, given, sandbox)
    except SkillpodError as fault:
        return Tried(path=folder, name=name, error=fault)
    return Tried(path=folder, name=name, outcomes=tuple(outcomes), note=note)


async def _run(survey: Survey, given: Given, sandbox: JailSandbox) -> tuple[list[Outcome], str]:
    manifest = survey.require()
    admission, note = _leave(survey, given.rules)
    bound = given.bindings
    provider = Provider(
        bound=bound,
        variables=given.variables,
        packages=given.packages,
        places=Places.around({}),
        build="`skillpod deps build DIR`, with the skill's folder",
    )
    granted = admission.grants
    grants = replace(
        granted,
        volumes=frozenset(ask for ask in granted.volumes if ask.name in bound.volumes),
        programs=granted.programs & bound.programs.keys(),
    )
    provision = provider.provide(grants, manifest)
    launch = Launch(
        admission=admission, bundle=survey.bundle, manifest=manifest, tools=survey.tools, config=given.config, provision=provision
    )
    guests = sandbox.open(launch, on_death=lambda _: None)
    try:
        await guests.prove()
        return await run_tests(guests, manifest, survey.tools), note
    finally:
        await guests.close()


def _leave(survey: Survey, rules: Rules) -> tuple[Admission, str]:
    """Leave to start it for its tests: a held skill may have a trial, in the jail and without grants."""
    now = time.time()
    made = decision(survey, rules, provenance=vouched(survey, rules, NO_PAST, returns=False, now=now), now=now)
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
