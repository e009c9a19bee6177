"""The commands about policies: what one says, why it decides as it does, and whether it still says what its tests expect."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, assert_never

import typer

from skillpod.cli import render
from skillpod.cli.access import look
from skillpod.cli.checkup import skill_folders, today
from skillpod.cli.faults import Line, Span
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, HomeDir, Json, Policies, PolicyName, Skills
from skillpod.cli.quantities import counted
from skillpod.cli.rule_words import ACCESS_COLUMNS, RULE_COLUMNS, access_row, rule_row
from skillpod.cli.vouching import voucher
from skillpod.config import load_config, load_policy, load_suppressions
from skillpod.errors import CommandInvalid, PathUnusable, UnknownSkill
from skillpod.home import Home
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.apart import apart
from skillpod.lifecycle.pipeline import Examiner, Survey
from skillpod.model.bundle import Bundle
from skillpod.model.capability import Isolation
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.digest import Digest
from skillpod.model.principal import Role
from skillpod.policy import tables
from skillpod.policy.decide import decide
from skillpod.policy.document import Policy
from skillpod.policy.otherwise import Ways, ways_out
from skillpod.policy.request import Request
from skillpod.policy.tables import Result, Table, read_table, rights
from skillpod.resources import packaged_text
from skillpod.serve.answers import Exit
from skillpod.store.bundles import BundleStore

app = typer.Typer(rich_markup_mode=None, add_completion=False)
policy = typer.Typer(rich_markup_mode=None, add_completion=False, help="The operator's rules: show them, try them, ask them why.")
app.add_typer(policy, name="policy")

TESTS = "tests"
"""The folder, in one of policies, that holds their tables."""


def _in_force(home: Path, policies: Path | None, name: str | None) -> Policy:
    """As a pod would take it: the command line's, else pod.yaml's. Raises ConfigInvalid and PolicyUnreadable."""
    return load_policy(policies, name or load_config(home).policy)


# --- show ------------------------------------------------------------------------------------------------------------------------------


@policy.command("show")
def show(*, home: HomeDir = DEFAULT_HOME, policies: Policies = None, name: PolicyName = None, json: Json = False) -> None:
    """The rules in force as a table: what each speaks of, what it says, and why."""
    shown = _in_force(home, policies, name)
    if json:
        render.data({**shown.document, "digest": shown.digest, "speaks_of_unsigned": shown.speaks_of_unsigned})
        return
    render.line((shown.name, "bold"), f"  {shown.digest}")
    if shown.description:
        render.line(" ".join(shown.description.split()))
    render.line()
    for columns, row, section in ((RULE_COLUMNS, rule_row, "rules"), (ACCESS_COLUMNS, access_row, "access")):
        if section in shown.document:
            rules = shown.document[section]
            render.table(columns, [row(rule) for rule in rules])
            render.line()
            for rule in rules:
                render.line((rule["id"], "bold"), f": {' '.join(rule['reason'].split())}")
            render.line()
    if not shown.speaks_of_unsigned:
        render.note(
            "it does not say of unsigned skills that it accepts them: a rule that allows says `signed: true` or `unsigned: accepted`"
        )


# --- test ------------------------------------------------------------------------------------------------------------------------------


@policy.command("test")
def try_tables(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[DIR|FILE]...", help="Tables of tests; else the folder `tests` of the policies.")
    ] = None,
    *,
    policies: Annotated[
        Path | None,
        typer.Option(
            "--policies",
            envvar="SKILLPOD_POLICIES",
            metavar="DIR",
            help="Where the policies are; else the folder that holds `tests`, else the packaged ones.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Try policies on tables of requests: what must come of each, by which rule. Exit code 1 when one comes out otherwise."""
    files = list(_tables(paths or [(policies or Path("policies")) / TESTS]))
    tried = [(table, list(table.tried(_tested(file, table, policies)))) for file, table in ((file, _read(file)) for file in files)]
    if json:
        render.data({"tables": [_table_entry(table, results) for table, results in tried]})
    else:
        _print_tables(tried)
    if any(result.differs for _, results in tried for result in results):
        raise typer.Exit(Exit.REFUSED)


def _tables(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and those in the folders. Raises PathUnusable for what is not there."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        folder = path / TESTS if (path / TESTS).is_dir() else path
        found = sorted(folder.glob("*.yaml"))
        if not found:
            raise PathUnusable("there is no table of tests here", at=str(folder), hint="docs/policy.md says how one is written")
        yield from found


def _read(file: Path) -> Table:
    try:
        text = file.read_bytes()
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise PathUnusable(f"the table of tests can't be read: {reason}", at=str(file)) from None
    return read_table(text, name=str(file), schema=packaged_text(tables.SCHEMA))


def _tested(file: Path, table: Table, policies: Path | None) -> Policy:
    beside = file.absolute().parent.parent
    is_beside = file.absolute().parent.name == TESTS and (beside / f"{table.policy}.yaml").exists()
    return load_policy(policies or (beside if is_beside else None), table.policy)


def _table_entry(table: Table, results: Sequence[Result]) -> dict[str, Any]:
    return {"file": table.name, "policy": table.policy, "results": [result.as_dict() for result in results]}


def _print_tables(tried: Sequence[tuple[Table, Sequence[Result]]]) -> None:
    for table, results in tried:
        render.line((table.name, "bold"), f": the policy {table.policy}")
        render.table(("", "CASE", "CAME OUT", "RULE"), [_result_row(result) for result in results])
        for result in results:
            if result.differs:
                render.line()
                render.line((result.at, "bold"), f": {result.name}")
                for about in result.differs:
                    render.line(f"  {about}: expected ", (result.expected[about], "green"), ", got ", (result.got[about], "red"))
                render.line(f"  `{result.rule}` spoke: {result.why}")
        render.line()
    every = [result for _, results in tried for result in results]
    failed = sum(bool(result.differs) for result in every)
    render.line(
        f"{counted(len(every), 'case')}, ", (f"{failed} otherwise than expected", "red") if failed else ("all as expected", "green")
    )


def _result_row(result: Result) -> Sequence[Span | str]:
    mark = ("differs", "bold red") if result.differs else ("ok", "green")
    return (mark, result.name, result.got.get("outcome") or result.got.get("may", ""), result.rule)


# --- explain ---------------------------------------------------------------------------------------------------------------------------


@policy.command("explain")
def explain(
    skill: Annotated[str, typer.Argument(metavar="SKILL", help="A skill's folder, or the name of one in --skills or on HOME.")],
    *,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    name: PolicyName = None,
    requester: Annotated[
        str, typer.Option("--requester", metavar="NAME", help="Who asks, as the journal has it; `folder`: a change of the folder.")
    ] = "folder",
    role: Annotated[list[Role] | None, typer.Option("--role", help="A role of who asks; several times for several.")] = None,
    environment: Annotated[str, typer.Option("--environment", metavar="NAME", help="What pod.yaml calls the place.")] = "",
    isolation: Annotated[Isolation, typer.Option("--isolation", help="How pod.yaml would have it contained.")] = Isolation.JAIL,
    json: Json = False,
) -> None:
    """Say why a skill is admitted, held or refused, by which rule, and what would have to be different for another answer.

    It is decided as a new skill: `check --against` says what an update changes.
    """
    under = _in_force(home, policies, name)
    survey = _survey(skill, skills=skills, home=home, policies=policies)
    manifest = survey.manifest or survey.require()
    request = Request(
        manifest=manifest,
        report=survey.report,
        provenance=voucher(policies, [Path(skill)])(survey.bundle, manifest),
        digest=survey.bundle.digest,
        evidence=survey.bundle.evidence,
        now=time.time(),
        requester=requester,
        roles=tuple(given.value for given in role or ()),
        environment=environment,
        isolation=isolation,
    )
    decision = decide(request, under)
    ways = ways_out(request, under, decision)
    if json:
        render.data(_explained(request, under, decision, ways))
        return
    for line in _explanation(request, under, decision, ways):
        render.line(*line)


def _survey(skill: str, *, skills: Path, home: Path, policies: Path | None) -> Survey:
    """Raises PathUnusable, NotASkill, UnknownSkill and CommandInvalid."""
    bundle, folder = _bundle(skill, skills=skills, home=home)
    accepted = load_suppressions(policies, today=today())
    with closing(apart()) as worker:
        return Examiner(worker, suppressions=lambda: accepted, today=today).survey(bundle, folder=folder)


def _bundle(skill: str, *, skills: Path, home: Path) -> tuple[Bundle, str]:
    """The folder of that path or name, else what HOME remembers under the name."""
    folder = next((path for path in (Path(skill), skills / skill) if path.is_dir()), None)
    if folder is None and "/" not in skill:
        with look(home) as pod:
            digest = pod.show(skill).get("digest")
        if not digest:
            raise UnknownSkill(f"skill `{skill}` has never been mounted here", hint="name its folder", skill=skill)
        return BundleStore(Home(home).store).get(Digest(digest)), skill
    found = list(skill_folders([folder or Path(skill)]))
    if len(found) != 1:
        raise CommandInvalid(f"{skill} holds {len(found)} skills", at="SKILL", hint="name the folder of one")
    return freeze(found[0]), found[0].absolute().name


def _explanation(request: Request, under: Policy, decision: Decision, ways: Ways) -> Iterator[Line]:
    manifest = request.manifest
    yield (
        (f"{manifest.name} {manifest.version}", "bold"),
        " is ",
        _WORDS[type(decision)],
        f" by the rule `{decision.rule}` of the policy {under.name}{_because(decision, under)}",
    )
    match decision:
        case Admission():
            given = "nothing beyond its own folder" if decision.grants.is_empty else rights(decision.grants)
            where = "in the jail" if decision.isolation is Isolation.JAIL else "in the pod's own process, behind no wall (module isolation)"
            yield (f"  It runs {where}, and is given {given}.",)
        case Hold() | Refusal():
            more = [reason for reason in decision.reasons if reason.at != f"{under.name}:{decision.rule}"]  # the rule is told above
            yield from ((f"  {reason.at}: " if reason.at else "  ", reason.message) for reason in more)
        case _:
            assert_never(decision)
    if not ways.is_empty:
        yield (f"It would be {ways.outcome}",)
        yield from _ways(manifest.name, ways)


_WORDS: dict[type, Span] = {Admission: ("admitted", "green"), Hold: ("held", "yellow"), Refusal: ("refused", "red")}


def _because(decision: Decision, under: Policy) -> str:
    reason = next((rule.reason for rule in under.rules if rule.id == decision.rule), "")
    return f": {' '.join(reason.split())}" if reason else "."


def _ways(skill: str, ways: Ways) -> Iterator[Line]:
    if ways.approvals:
        yield ("  with ", (counted(ways.approvals, "approval"), "bold"), f': `skillpod approve {skill} --reason "..."`')
    yield from (("  if ", ", and ".join(changes)) for changes in (*ways.of_skill, *ways.of_policy))


def _explained(request: Request, under: Policy, decision: Decision, ways: Ways) -> dict[str, Any]:
    return {
        "skill": request.manifest.name,
        "version": request.manifest.version,
        "digest": request.digest,
        "policy": {"name": under.name, "digest": under.digest},
        "decision": {Admission: "admit", Hold: "hold", Refusal: "refuse"}[type(decision)],
        "rule": decision.rule,
        "reason": next((rule.reason for rule in under.rules if rule.id == decision.rule), ""),
        "because": [] if isinstance(decision, Admission) else [reason.as_dict() for reason in decision.reasons],
        "needed": decision.needed if isinstance(decision, Hold) else 0,
        "otherwise": {
            "outcome": ways.outcome,
            "approvals": ways.approvals,
            "skill": [list(changes) for changes in ways.of_skill],
            "policy": [list(changes) for changes in ways.of_policy],
        },
    }
