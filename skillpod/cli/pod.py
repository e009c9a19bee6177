"""Commands about what is mounted: look at it, and change it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from skillpod.cli import offline, portrait, render
from skillpod.cli.access import any_pod
from skillpod.cli.client import find_pod
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, Home, Json, Places, Policies, PolicyName, Skills
from skillpod.cli.values import json_object
from skillpod.errors import PodUnreachable
from skillpod.model.command import Command, Verb

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The skill's name.")]

NOT_RUNNING = "no pod is running on {home}; this is what it remembers"


# --- look ------------------------------------------------------------------------------------------------------------------------


@app.command("list")
def list_skills(*, home: Home = DEFAULT_HOME, json: Json = False) -> None:
    """Every skill: its state, version, digest and tools, or why it is not mounted.

    With no pod running, what HOME remembers.
    """
    pod = find_pod(home)
    skills = pod.skills() if pod else offline.skills(home)
    if json:
        render.data({"running": pod is not None, "skills": skills})
        return
    if pod is None:
        render.note((NOT_RUNNING.format(home=home), "yellow"))
    if skills:
        render.table(portrait.COLUMNS, map(portrait.row, skills))
    else:
        render.note("no skills yet: `skillpod new NAME` makes one")


@app.command("show")
def show(
    name: Name,
    *,
    output: Annotated[bool, typer.Option("--output", help="Print what its guests wrote to stdout and stderr.")] = False,
    walls: Annotated[bool, typer.Option("--walls", help="Print every wall of its guests.")] = False,
    home: Home = DEFAULT_HOME,
    json: Json = False,
) -> None:
    """One skill: who wrote it, which rule let it in, its grants, walls, tools and history."""
    pod = find_pod(home)
    if output:
        if pod is None:
            raise _needs_pod(home, "what guests write is kept by the pod they run in")
        text = pod.output(name)
        if json:
            render.data({"name": name, "output": text})
        elif text:
            render.raw(text)
        else:
            render.note(f"the guests of {name} have written nothing")
        return
    skill = pod.show(name) if pod else offline.show(home, name)
    if walls:
        _print_walls(skill, json=json)
    elif json:
        render.data(skill)
    else:
        if pod is None:
            render.note((NOT_RUNNING.format(home=home), "yellow"))
        for spans in portrait.sections(skill):
            render.line(*spans)


def _print_walls(skill: dict[str, Any], *, json: bool) -> None:
    report = {"walls": skill.get("walls") or [], "self_test": skill.get("self_test") or {}}
    if json:
        render.data({"name": skill["name"], **report})
    elif report["walls"]:
        for spans in portrait.wall_lines(report):
            render.line(*spans)
    else:
        render.note(f"{skill['name']} has no guest yet, so no walls to show; `skillpod doctor` shows this machine's")


@app.command("instructions")
def instructions(name: Name, *, home: Home = DEFAULT_HOME, json: Json = False) -> None:
    """A skill's manual, as the model gets it."""
    pod = find_pod(home)
    text = pod.instructions(name) if pod else offline.instructions(home, name)
    if json:
        render.data({"name": name, "instructions": text})
    else:
        render.raw(text)


# --- change ------------------------------------------------------------------------------------------------------------------------


@app.command("mount")
def mount(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The skill's folder.")],
    *,
    config: Annotated[
        str | None, typer.Option("--config", metavar="JSON", help="The skill's config: JSON, @FILE, or - for stdin.", show_default=False)
    ] = None,
    home: Home = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    json: Json = False,
) -> None:
    """Mount a skill from a path. You become its source: it is followed until you unmount it."""
    values = json_object(config, at="--config") if config is not None else None
    command = Command(verb=Verb.MOUNT, actor="owner", path=str(path.absolute()), config=values)
    _execute(command, Places(home=home, skills=skills, policies=policies, policy=policy), json=json)


@app.command("unmount")
def unmount(
    name: Name,
    *,
    home: Home = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    json: Json = False,
) -> None:
    """Take a skill's tools away. It stays away, whatever its folder does, until a mount or reload."""
    _execute(_named(Verb.UNMOUNT, name), Places(home=home, skills=skills, policies=policies, policy=policy), json=json)


@app.command("reload")
def reload(
    name: Name,
    *,
    home: Home = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    json: Json = False,
) -> None:
    """Read a skill's source again and follow it: ends a rollback's pin and an unmount."""
    _execute(_named(Verb.RELOAD, name), Places(home=home, skills=skills, policies=policies, policy=policy), json=json)


@app.command("rollback")
def rollback(
    name: Name,
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="DIGEST", help="Which digest; the one before, when left out.", show_default=False)
    ] = "",
    home: Home = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    json: Json = False,
) -> None:
    """Return a skill to an earlier digest, and stay there until its folder changes or a reload."""
    command = Command(verb=Verb.ROLLBACK, actor="owner", name=name, to=to)
    _execute(command, Places(home=home, skills=skills, policies=policies, policy=policy), json=json)


@app.command("resume")
def resume(
    name: Name,
    *,
    home: Home = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    json: Json = False,
) -> None:
    """Try a quarantined skill again."""
    _execute(_named(Verb.RESUME, name), Places(home=home, skills=skills, policies=policies, policy=policy), json=json)


def _named(verb: Verb, name: str) -> Command:
    return Command(verb=verb, actor="owner", name=name)


def _execute(command: Command, places: Places, *, json: bool) -> None:
    with any_pod(places) as pod, render.working(f"{command.verb.value} {command.name or command.path}"):
        skill = pod.execute(command)
    if json:
        render.data(skill)
    else:
        render.line(*portrait.outcome(command.verb, skill))


def _needs_pod(home: Path, why: str) -> PodUnreachable:
    return PodUnreachable(f"no pod is running on {home}, and {why}", at=str(home), hint="start one with `skillpod serve`")
