"""The command that tells a client where our server is."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.client import find_pod
from skillpod.cli.clients import CLIENTS, NAME, Client, Entry
from skillpod.cli.entries import State, put, snippet, take
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.cli.values import nearest
from skillpod.errors import ClientUnusable, CommandInvalid, PathUnusable
from skillpod.serve.address import DEFAULT
from skillpod.serve.tokens import read_tokens

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_DID = {
    State.ADDED: "added to",
    State.CHANGED: "changed in",
    State.PRESENT: "is there already:",
    State.REMOVED: "removed from",
    State.ABSENT: "is not in",
}


@app.command("install")
def install(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help=f"One of: {', '.join(CLIENTS)}.")],
    *,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    home: HomeDir = DEFAULT_HOME,
    http: Annotated[bool, typer.Option("--http", help="Connect over HTTP to a pod that you run, instead of starting one.")] = False,
    token: Annotated[
        str | None, typer.Option("--token", envvar="SKILLPOD_TOKEN", metavar="TOKEN", help="What --http sends, where tokens are asked.")
    ] = None,
    user: Annotated[bool, typer.Option("--user", help="In the client's configuration for every project, not in this one's.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the server out again.")] = False,
    show: Annotated[bool, typer.Option("--print", help="Print what to add and where; change nothing.")] = False,
    json: Json = False,
) -> None:
    """Write skillpod into a client's configuration; what else is in there stays as it is."""
    found = CLIENTS.get(client)
    if found is None:
        hint = nearest(client, list(CLIENTS), otherwise=f"known: {', '.join(CLIENTS)}")
        raise CommandInvalid(f"no client `{client}` is known", at="client", hint=hint)
    path = None if user else found.project_file(Path.cwd())
    path = path or found.user_file(Path.home(), os.environ)
    if path is None:
        raise CommandInvalid(f"{found.title} has no file for that that we know of", at="user", hint="leave --user away")
    places = Places(home=home.absolute(), skills=skills.absolute(), policies=policies and policies.absolute(), policy=policy)
    if remove:
        _report(take(path, found, NAME), path, {}, is_json=json)
        return
    if not http and not places.skills.is_dir():
        hint = "run it where your skills are, or name their folder with --skills (and the pod's own with --home)"
        raise PathUnusable(f"there is no folder {places.skills}", at="skills", hint=hint)
    entry = _remote(found, home, token) if http else found.local(_command(places))
    if show:
        render.raw(snippet(found, NAME, entry))
        render.note((f"for {found.title}, in {path}", "dim"))
        return
    try:
        state = put(path, found, NAME, entry)
    except ClientUnusable:
        render.note(f"to be added by hand to {path}:\n")
        for line in snippet(found, NAME, entry).splitlines():
            render.note(line)
        raise
    _report(state, path, entry, is_json=json)
    if token and http and path == found.project_file(Path.cwd()):
        render.note(("the token is in it: keep the file out of version control", "yellow"))


def _report(state: State, path: Path, entry: Entry, *, is_json: bool) -> None:
    if is_json:
        render.data({"state": state.value, "path": str(path), "entry": entry})
    else:
        render.line((NAME, "bold"), f" {_DID[state]} {path}")


def _command(places: Places) -> list[str]:
    policies = ["--policies", str(places.policies)] if places.policies else []
    policy = ["--policy", places.policy] if places.policy else []
    return [*_program(), "serve", "--stdio", "--home", str(places.home), "--skills", str(places.skills), *policies, *policy]


def _program() -> list[str]:
    """This skillpod, by a path that a client finds whatever its own PATH is."""
    beside = Path(sys.executable).with_name("skillpod")
    if beside.is_file():
        return [str(beside)]
    found = shutil.which("skillpod")
    return [os.path.abspath(found)] if found else [sys.executable, "-m", "skillpod"]


def _remote(client: Client, home: Path, token: str | None) -> Entry:
    """Raises CommandInvalid where the client takes no URL, or a token is asked and none is given."""
    if client.remote is None:
        raise CommandInvalid(f"{client.title} takes no URL from its file", at="http", hint="leave --http away")
    if token is None and read_tokens(home) is not None:
        raise CommandInvalid("the HTTP door asks for a token", at="token", hint="`skillpod token new NAME`, then give it with --token")
    headers: Mapping[str, str] = {"Authorization": f"Bearer {token}"} if token else {}
    return client.remote(_url(home), headers)


def _url(home: Path) -> str:
    """Where the pod that runs on HOME listens; where the next one will, when none does."""
    running = find_pod(home)
    if running is None:
        return DEFAULT.url
    with closing(running):
        found = running.stats().get("doors", {}).get("http")
    if not found:
        raise CommandInvalid("the pod that runs here has no HTTP door", at="http", hint="start it without --no-http, or leave --http away")
    return str(found)
