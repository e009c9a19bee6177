"""Commands about what is mounted: look at it, and change it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from skillpod.cli import portrait, render
from skillpod.cli.access import Looker, any_pod, look, myself
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, As, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.cli.values import json_object
from skillpod.cli.walls import wall_lines
from skillpod.model.capability import Isolation
from skillpod.model.command import Command, Verb

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The skill's name.")]

# --- look ------------------------------------------------------------------------------------------------------------------------


@app.command("list")
def list_skills(*, home: HomeDir = DEFAULT_HOME, who: As = None, json: Json = False) -> None:
    """Every skill: its state, version, digest and tools, or why it is not mounted.

    With no pod running, what HOME remembers.
    """
    with look(home, who) as pod:
        skills = pod.skills()
    if json:
        render.data({"running": pod.is_running, "skills": skills})
        return
    _say_whether_running(pod, home)
    if skills:
        render.table(portrait.COLUMNS, map(portrait.row, skills))
    else:
        render.note("no skills yet: `skillpod new NAME` makes one")


def _say_whether_running(pod: Looker, home: Path) -> None:
    if not pod.is_running:
        render.note((f"no pod is running on {home}; this is what HOME remembers", "yellow"))


@app.command("show")
def show(
    name: Name,
    *,
    output: Annotated[bool, typer.Option("--output", help="Print what its guests wrote to stdout and stderr.")] = False,
    walls: Annotated[bool, typer.Option("--walls", help="Print every wall of its guests.")] = False,
    home: HomeDir = DEFAULT_HOME,
    who: As = None,
    json: Json = False,
) -> None:
    """One skill: who wrote it, which rule let it in, its grants, walls, tools and history."""
    with look(home, who) as pod:
        if output:
            _print_output(name, pod.output(name), json=json)
            return
        skill = pod.show(name)
    if walls:
        _print_walls(skill, json=json)
    elif json:
        render.data(skill)
    else:
        _say_whether_running(pod, home)
        for spans in portrait.sections(skill):
            render.line(*spans)


def _print_output(name: str, text: str, *, json: bool) -> None:
    if json:
        render.data({"name": name, "output": text})
    elif text:
        render.raw(text)
    else:
        render.note(f"the guests of {name} have written nothing")


def _print_walls(skill: dict[str, Any], *, json: bool) -> None:
    report = {"walls": skill.get("walls") or [], "self_test": skill.get("self_test") or {}}
    if json:
        render.data({"name": skill["name"], **report})
    elif skill.get("isolation") == Isolation.MODULE.value:
        render.note(f"no wall stands around {skill['name']}: it runs in the pod's own process (module isolation)")
    elif report["walls"]:
        for spans in wall_lines(report):
            render.line(*spans)
    else:
        render.note(f"{skill['name']} has no guest yet, so no walls to show; `skillpod doctor` shows this machine's")


@app.command("instructions")
def instructions(name: Name, *, home: HomeDir = DEFAULT_HOME, who: As = None, json: Json = False) -> None:
    """A skill's manual, as the model gets it."""
    with look(home, who) as pod:
        text = pod.instructions(name)
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
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Mount a skill from a path. You become its source: it is followed until you unmount it."""
    values = json_object(config, at="--config") if config is not None else None
    command = Command(verb=Verb.MOUNT, principal=myself(), path=os.path.abspath(path), config=values)
    _execute(command, Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who), json=json)


@app.command("unmount")
def unmount(
    name: Name,
    *,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Take a skill's tools away. It stays away, whatever its folder does, until a mount or reload."""
    _execute(_named(Verb.UNMOUNT, name), Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who), json=json)


@app.command("reload")
def reload(
    name: Name,
    *,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Read a skill's source again and follow it: ends a rollback's pin and an unmount."""
    _execute(_named(Verb.RELOAD, name), Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who), json=json)


@app.command("rollback")
def rollback(
    name: Name,
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="DIGEST", help="Which digest; the one before, when left out.", show_default=False)
    ] = "",
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Return a skill to an earlier digest, and stay there until its folder changes or a reload."""
    command = Command(verb=Verb.ROLLBACK, principal=myself(), name=name, to=to)
    _execute(command, Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who), json=json)


@app.command("resume")
def resume(
    name: Name,
    *,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Try a quarantined skill again."""
    _execute(_named(Verb.RESUME, name), Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who), json=json)


def _named(verb: Verb, name: str) -> Command:
    return Command(verb=verb, principal=myself(), name=name)


def _execute(command: Command, places: Places, *, json: bool) -> None:
    with any_pod(places) as pod, render.working(f"{command.verb.value} {command.name or command.path}"):
        skill = pod.execute(command)
    if json:
        render.data(skill)
    else:
        render.line(*portrait.outcome(command.verb, skill))
