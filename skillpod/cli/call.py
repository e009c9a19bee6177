"""Commands that use tools: call one, print them all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from skillpod.cli import content, portrait, render
from skillpod.cli.access import any_pod
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, As, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.cli.values import json_object, with_pairs
from skillpod.errors import CommandInvalid
from skillpod.model.command import Caller
from skillpod.model.conditions import FREE, SEEDS, Conditions, moment

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("call")
def call(
    tool: Annotated[str, typer.Argument(metavar="TOOL", help="The tool's exported name: skill__tool.")],
    *,
    args: Annotated[
        str, typer.Option("--args", metavar="JSON", help="The arguments: a JSON object, @FILE, or - for stdin.", show_default=False)
    ] = "{}",
    pairs: Annotated[
        list[str] | None,
        typer.Option("-a", metavar="KEY=VALUE", help="One argument: JSON, or else a string. Repeatable.", show_default=False),
    ] = None,
    session: Annotated[
        str, typer.Option("--session", metavar="KEY", help="The session's key, for skills that keep one.", show_default=False)
    ] = "",
    now: Annotated[
        str | None, typer.Option("--now", metavar="TIME", help="What ctx.now() says: 2026-01-01T00:00:00Z, or what the log has.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="NUMBER", min=0, max=SEEDS - 1, help="What ctx.seed says.")] = None,
    into: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help="Write the images, audio and files of the answer into this folder.", show_default=False),
    ] = None,
    usage: Annotated[bool, typer.Option("--usage", help="Say on stderr what the call cost; with --json, in the answer.")] = False,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Call one tool and print its value: text as it is, content piece by piece, anything else as JSON.

    Through the running pod; with none running, through one started for this call.
    """
    arguments = with_pairs(json_object(args, at="--args"), pairs or [])
    conditions = _conditions(now, seed)
    caller = Caller(session=session, conditions=conditions) if session or conditions is not FREE else None
    with (
        any_pod(Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who)) as pod,
        render.working(f"calling {tool}"),
    ):
        result = pod.invoke(tool, arguments, caller=caller)
    if json and usage:
        render.data({"value": result.value, **portrait.receipt(result)})
        return
    if result.is_content and not json:
        _show(result.value, into)
    elif json or not isinstance(result.value, str):
        render.data(result.value)
    else:
        render.raw(result.value)
    if usage:
        render.note(*portrait.cost(result))


def _conditions(now: str | None, seed: int | None) -> Conditions:
    try:
        time = None if now is None else moment(now)
    except ValueError as fault:
        raise CommandInvalid(str(fault), at="--now") from None
    return Conditions(now=time, seed=seed) if time is not None or seed is not None else FREE


def _show(blocks: list[Mapping[str, Any]], into: Path | None) -> None:
    left = 0
    for part in content.parts(blocks):
        if isinstance(part, str):
            render.raw(part)
        elif into is not None:
            render.line(str(content.save(part, into)))
        else:
            left += 1
            render.line((str(part), "cyan"))
    if left:
        render.note(("--save DIR writes what is no text into a folder", "dim"))


@app.command("tools")
def tools(
    *,
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="The API whose shape is wanted: openai, openai-chat, anthropic, gemini, mcp.")
    ] = "openai",
    offer: Annotated[
        str, typer.Option("--offer", metavar="WHICH", help="skills, stable (three tools that find and call all others), or both.")
    ] = "skills",
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
) -> None:
    """Print the tools that are callable now, as the JSON list a function-calling API takes."""
    with any_pod(Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who)) as pod:
        definitions = pod.tools(format, offer=offer)
    render.data(definitions)
