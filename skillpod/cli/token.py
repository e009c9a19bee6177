"""The commands about tokens of the HTTP door."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.quantities import moment
from skillpod.serve.tokens import FILE, add_token, mint, read_tokens, remove_token

app = typer.Typer(rich_markup_mode=None, add_completion=False)
token = typer.Typer(rich_markup_mode=None, add_completion=False, help="Who may come through the HTTP door: make, list and revoke tokens.")
app.add_typer(token, name="token")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Who holds it: the name that the journal tells.")]


@token.command("new")
def new(
    name: Name,
    *,
    skills: Annotated[
        list[str] | None, typer.Option("--skills", metavar="PATTERN", help="Which skills it shows, as in `text_*`; all when not said.")
    ] = None,
    home: HomeDir = DEFAULT_HOME,
    json: Json = False,
) -> None:
    """Make a token and print it, this once. From the first one on, the HTTP door asks for one."""
    made = mint()
    kept = add_token(home, name, skills or [], token=made, now=time.time())
    if json:
        render.data({**kept.as_dict(), "token": made})
        return
    render.line(made)
    render.note(("it is not shown again; clients send it as `Authorization: Bearer TOKEN`", "dim"))
    render.note(("without a token the HTTP door lets nobody in now", "dim"))


@token.command("list")
def every(*, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """Every token: its name, what it shows, since when. The tokens themselves are not kept."""
    found = read_tokens(home)
    if json:
        render.data({"asked": found is not None, "tokens": [token.as_dict() for token in found or ()]})
        return
    if found:
        rows: list[Sequence[str]] = [(token.name, ", ".join(token.skills), moment(token.created)) for token in found]
        render.table(("NAME", "SKILLS", "CREATED"), rows)
        return
    why = "nobody comes through the HTTP door" if found is not None else "the HTTP door asks for none, and is open to this machine only"
    render.note(f"there is no token: {why}")


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
