"""The pod a command speaks to: the one that runs on HOME, or one of its own for as long as the command takes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from skillpod.cli import render
from skillpod.cli.client import PodClient, find_pod
from skillpod.cli.options import Places
from skillpod.cli.values import token_in
from skillpod.errors import PodUnreachable
from skillpod.model.command import Caller, Command
from skillpod.model.guest import CallResult
from skillpod.model.principal import LOCAL_OWNER, Principal

VARIABLE = "SKILLPOD_TOKEN"
"""Holds a token, for who gives no file with one."""


class Looker(Protocol):
    """What a running pod and a HOME without one both tell."""

    @property
    def is_running(self) -> bool: ...
    def skills(self) -> list[dict[str, Any]]: ...
    def show(self, name: str) -> dict[str, Any]: ...
    def instructions(self, name: str) -> str: ...
    def output(self, name: str) -> str: ...


class Pod(Protocol):
    """What a running pod and an embedded one both answer."""

    def skills(self) -> list[dict[str, Any]]: ...
    def holds(self) -> list[dict[str, Any]]: ...
    def held(self, name: str) -> dict[str, Any]: ...
    def reviews(self) -> list[dict[str, Any]]: ...
    def tools(self, provider: str = ..., *, offer: str = ...) -> list[dict[str, Any]]: ...
    def invoke(self, tool: str, arguments: Mapping[str, Any], *, caller: Caller | None = ...) -> CallResult: ...
    def execute(self, command: Command) -> dict[str, Any]: ...


def myself() -> Principal:
    """Who gives a command to a pod that runs for it alone: by the name that a running one sees at the other end of its socket, so that
    nobody is two people."""
    return Principal(name=f"uid:{os.geteuid()}", roles=LOCAL_OWNER.roles)


@contextmanager
def look(home: Path, token_file: Path | None = None) -> Iterator[Looker]:
    """The pod that runs on HOME; with none running, what HOME remembers."""
    with running_pod(home, token_file) as running:
        if running is not None:
            yield running
            return
    from skillpod.cli.offline import HomeReader  # SAFE: here, so that a command with a pod to speak to starts fast

    yield HomeReader(home)


@contextmanager
def any_pod(places: Places) -> Iterator[Pod]:
    """A pod that answers. An embedded one takes HOME's lock and has looked at every folder of ``places.skills`` once."""
    with running_pod(places.home, places.token_file) as running:
        if running is not None:
            yield running
            return
    from skillpod.cli.embedded import embed  # SAFE: here, so that a command with a pod to speak to never loads one

    with ExitStack() as stack:
        with render.working("no pod is running: starting one for this command"):
            pod = stack.enter_context(embed(places))
        yield pod


@contextmanager
def the_pod(home: Path, token_file: Path | None = None) -> Iterator[PodClient]:
    """The pod that runs on HOME, for what only a running one has. Raises PodUnreachable when none does."""
    with running_pod(home, token_file) as running:
        if running is None:
            raise PodUnreachable("no pod is running here", at=str(home), hint="start one with `skillpod serve`, or name its --home")
        yield running


@contextmanager
def running_pod(home: Path, token_file: Path | None) -> Iterator[PodClient | None]:
    """The pod that runs on HOME, spoken to by the holder of a token or else by its owner; None when none runs. Raises PodUnreachable when
    none runs and there is a token: who has one is never taken for the owner."""
    token = os.environ.get(VARIABLE, "") if token_file is None else token_in(token_file)
    running = find_pod(home, token=token)
    if running is None:
        if token:
            raise PodUnreachable("a token is shown to a pod that runs, and none does here", at=str(home), hint="start it, as its owner")
        yield None
        return
    with closing(running):
        yield running
