"""The command that runs the pod. Its work is in ``cli.running``: a bridge to a pod that runs already never loads that."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from skillpod.cli.joining import join
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.errors import CommandInvalid, HomeLocked, PodUnreachable
from skillpod.serve import bridge
from skillpod.serve.address import MCP_SOCKET, HttpAddress, parse_address
from skillpod.serve.answers import Exit

app = typer.Typer(rich_markup_mode=None, add_completion=False)

TURN = 30.0
"""Seconds that a server over stdio waits for another process that owns HOME to open its door, or to end."""
_LOOK = 0.05


@app.command("serve")
def serve(
    *,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    home: HomeDir = DEFAULT_HOME,
    polling: Annotated[bool, typer.Option("--polling", help="Look for changes on a timer: for folders that send no file events.")] = False,
    http: Annotated[
        str | None, typer.Option("--http", metavar="HOST:PORT", help="Where to serve MCP over HTTP, 127.0.0.1:4764 when not said.")
    ] = None,
    no_http: Annotated[bool, typer.Option("--no-http", help="Serve nothing over HTTP.")] = False,
    host_name: Annotated[
        list[str] | None, typer.Option("--host-name", metavar="NAME", help="A name the HTTP door may be called by, beside its address.")
    ] = None,
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Serve MCP on stdin and stdout, through the pod that runs on HOME if any.")
    ] = False,
    json: Json = False,
) -> None:
    """Watch a folder of skills, mount them, serve their tools; say what happens until Ctrl-C.

    Agents connect over MCP at http://127.0.0.1:4764/mcp, or start `skillpod serve --stdio`; `skillpod install CLIENT` tells them so.
    The first Ctrl-C (or SIGTERM) lets calls in flight finish; the second does not wait for them.
    """
    if no_http and (http is not None or host_name):
        raise CommandInvalid("--no-http and --http say opposite things", hint="give one of them")
    if stdio and json:
        raise CommandInvalid("with --stdio, stdout is the client's", hint="leave --json away")
    places = Places(home=home, skills=skills, policies=policies, policy=policy)
    address = None if http is None else parse_address(http)
    if stdio:
        _serve_client(places, address, tuple(host_name or ()), is_polling=polling)
        return
    from skillpod.cli.running import Asked, run_pod  # SAFE: here, so that a bridge starts fast

    asked = Asked(http=address, has_http=not no_http, names=tuple(host_name or ()), is_polling=polling, is_json=json)
    _end(run_pod(places, asked))


def _serve_client(places: Places, address: HttpAddress | None, names: tuple[str, ...], *, is_polling: bool) -> None:
    """Join the pod that runs on HOME, or be it; of two that start at once one is it, and the other joins."""
    if join(places.home, 0, 1):
        return
    source, sink = _private_streams()
    from skillpod.cli.running import Asked, run_pod  # SAFE: here, so that a bridge starts fast

    asked = Asked(http=address, has_http=address is not None, names=names, is_polling=is_polling, streams=(source, sink))
    until = time.monotonic() + TURN
    while True:
        try:
            _end(run_pod(places, asked))
            return
        except HomeLocked:
            is_running = bridge.is_running(places.home)
            if join(places.home, source, sink):
                return
            if is_running:
                raise PodUnreachable(
                    "a pod runs here, and it has no MCP door",
                    at=str(places.home / MCP_SOCKET),
                    hint="pip install 'skillpod[mcp]' where it runs, and start it again",
                ) from None
            if time.monotonic() > until:
                raise
        time.sleep(_LOOK)


def _private_streams() -> tuple[int, int]:
    """Our stdin and stdout as descriptors that nobody else writes to: what is printed goes to stderr from now on."""
    source, sink = os.dup(0), os.dup(1)  # not inherited by anything that is started
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(code)
