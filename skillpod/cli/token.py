"""The commands about tokens: who may come, in which roles, until when."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import inf
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.faults import Span
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.quantities import moment
from skillpod.cli.values import nearest
from skillpod.errors import CommandInvalid
from skillpod.model.principal import Role
from skillpod.model.span import seconds
from skillpod.serve.tokens import FILE, Token, add_token, mint, read_tokens, remove_token


def _word(role: Role) -> str:
    return role.value


app = typer.Typer(rich_markup_mode=None, add_completion=False)
token = typer.Typer(rich_markup_mode=None, add_completion=False, help="Who may come, and in which roles: make, list and revoke tokens.")
app.add_typer(token, name="token")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Who holds it: the name that the journal tells.")]


@token.command("new")
def new(
    name: Name,
    *,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help=f"What its holder may do: {', '.join(map(_word, Role))}; without one, use tools."),
    ] = None,
    skills: Annotated[
        list[str] | None, typer.Option("--skills", metavar="PATTERN", help="Which skills it shows, as in `text_*`; all when not said.")
    ] = None,
    expires: Annotated[str, typer.Option("--expires", metavar="SPAN", help="For how long it counts: 12h, 90d, or never.")] = "90d",
    home: HomeDir = DEFAULT_HOME,
    json: Json = False,
) -> None:
    """Make a token and print it, this once. From the first one on, the HTTP door asks for one."""
    made = mint()
    roles, lasts = [_role(word) for word in role or ()], _lasts(expires)
    kept = add_token(home, name, skills or [], token=made, now=time.time(), roles=roles, lasts=lasts)
    if json:
        render.data({**kept.as_dict(), "token": made})
        return
    render.line(made)
    render.note(("it is not shown again; clients send it as `Authorization: Bearer TOKEN`", "dim"))
    render.note((f"it counts until {moment(kept.until)}" if kept.until < inf else "it counts until it is revoked", "dim"))
    render.note(("without a token the HTTP door lets nobody in now", "dim"))


@token.command("list")
def every(*, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """Every token: its name, roles, what it shows, since and until when. The tokens themselves are not kept."""
    found = read_tokens(home)
    if json:
        render.data({"asked": found is not None, "tokens": [token.as_dict() for token in found or ()]})
        return
    if found:
        now = time.time()
        render.table(("NAME", "ROLES", "SKILLS", "CREATED", "EXPIRES"), [_row(token, now) for token in found])
        return
    why = "nobody comes through the HTTP door" if found is not None else "the HTTP door asks for none, and is open to this machine only"
    render.note(f"there is no token: {why}")


def _row(token: Token, now: float) -> Sequence[Span | str]:
    ends = "never" if token.until == inf else moment(token.until)
    roles = ", ".join(token.principal.words) or "-"
    return (token.name, roles, ", ".join(token.skills), moment(token.created), (ends, "" if now < token.until else "red"))


def _role(word: str) -> Role:
    known = [_word(role) for role in Role]
    if word not in known:
        hint = nearest(word, known, otherwise=f"one of: {', '.join(known)}")
        raise CommandInvalid(f"there is no role `{word}`", at="--role", hint=hint)
    return Role(word)


def _lasts(text: str) -> float:
    lasts = inf if text == "never" else seconds(text)
    if lasts is None:
        raise CommandInvalid(f"`{text}` is no span of time", at="--expires", hint="as in 12h, 90d or never")
    return lasts


@token.command("revoke")
def revoke(name: Name, *, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """End a token: from the next request on, and within seconds for who only listens."""
    left = remove_token(home, name)
    if json:
        render.data({"tokens": [token.as_dict() for token in left]})
        return
    render.line(("revoked ", "bold"), name)
    if not left:
        render.note("no token is left, and the HTTP door still asks for one: nobody comes in")
        render.note(("to open it to this machine again, end the pod, remove ", "dim"), str(home / FILE), (" and start it", "dim"))
