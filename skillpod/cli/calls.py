"""Commands about calls that a person must agree to: which wait, yes, no."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from skillpod.cli import render
from skillpod.cli.access import the_pod
from skillpod.cli.options import DEFAULT_HOME, As, HomeDir, Json
from skillpod.errors import CommandInvalid
from skillpod.model.approval import Answer
from skillpod.model.digest import short

app = typer.Typer(rich_markup_mode=None, add_completion=False)

SHOWN = 2000
"""Characters of a call's arguments that are told to a person at once; JSON has all of them."""

Id = Annotated[str, typer.Argument(metavar="ID", help="The call, as `skillpod calls` names it.")]


@app.command("calls")
def calls(*, home: HomeDir = DEFAULT_HOME, who: As = None, json: Json = False) -> None:
    """Calls that a person must agree to first: who asks for what, with which arguments."""
    with the_pod(home, who) as pod:
        waiting = pod.waiting_calls()
    if json:
        render.data({"calls": waiting})
        return
    for call in waiting:
        for line in _lines(call):
            render.line(*line)
    if not waiting:
        render.note("no call waits for a person")


def _lines(call: dict[str, Any]) -> list[tuple[tuple[str, str] | str, ...]]:
    arguments = call["arguments"]
    if len(arguments) > SHOWN:
        arguments = f"{arguments[:SHOWN]} ... [cut here: {SHOWN} of {len(arguments)} characters; --json has all]"
    state = f"{call['answer']} by {call['by']}" if call["answer"] else f"asked {_span(call['asked'])} ago"
    return [
        ((call["id"], "bold yellow"), "  ", (call["tool"], "bold"), f" {call['version']} {short(call['digest'])}"),
        ("  by ", (call["caller"], "bold"), (f", {state}, {_span(call['left'])} left", "dim")),
        ("  with ", arguments),
        (("  because ", "dim"), (f"{call['why']} [{call['rule']}]", "dim")),
    ]


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"


@app.command("approve-call")
def approve_call(
    id_: Id,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.", show_default=False)] = "",
    home: HomeDir = DEFAULT_HOME,
    who: As = None,
    json: Json = False,
) -> None:
    """Agree to one call: exactly these arguments, by this caller, once, within ten minutes."""
    answered = _answered(id_, Answer.APPROVE, reason, home, who)
    if json:
        render.data(answered)
        return
    render.line(("approved ", "green"), (answered["tool"], "bold"), f" for {answered['caller']}, once, within {_span(answered['left'])}")


@app.command("deny-call")
def deny_call(
    id_: Id,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: the caller is told.", show_default=False)] = "",
    home: HomeDir = DEFAULT_HOME,
    who: As = None,
    json: Json = False,
) -> None:
    """Say no to one call: for ten minutes its caller is told so instead of being asked to wait."""
    if not reason.strip():
        raise CommandInvalid("a no needs a reason", at="--reason", hint="the caller is told it, and can do better")
    answered = _answered(id_, Answer.DENY, reason, home, who)
    if json:
        render.data(answered)
        return
    render.line(("denied ", "red"), (answered["tool"], "bold"), f" for {answered['caller']}")


def _answered(id_: str, answer: Answer, reason: str, home: Path, who: Path | None) -> dict[str, Any]:
    with the_pod(home, who) as pod:
        return pod.answer_call(id_, answer, reason=reason)
