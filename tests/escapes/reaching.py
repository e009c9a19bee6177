"""Ideas of guests that were granted one port of this machine by a name, and want more: how such a one ends."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.model.capability import NetworkAsk, Permissions
from skillpod.model.manifest import Limits
from skillpod.ports import Guests
from skillpod.sandbox.network.dial import Lookup
from skillpod.sandbox.network.gate import Gate
from tests.escapes.attack import Call, Given
from tests.escapes.skill import handler
from tests.escapes.stage import word
from tests.support.guests import launch
from tests.support.jailed import jailed, value
from tests.support.web import web_server

GRANTED = "granted.example"
REFUSED = "PermissionError"
_LIMITS = Limits(wall=20.0, cpu=10.0)

Remove = Callable[[pytest.MonkeyPatch], None]


def here(name: str) -> Sequence[str]:
    """Every name is this machine's."""
    return ("127.0.0.1",)


def ended(
    attack: Callable[[Call, Given], Any],
    *,
    without: Sequence[str] = (),
    remove: Remove | None = None,
    lookup: Lookup = here,
    addresses: str = "private",
    limits: Limits = _LIMITS,
) -> str:
    """``escaped`` when it gave true, ``nothing`` when it did not, or a word for what it raised. It is told ``name``, ``granted`` and, of
    the same machine, ``other``: a port that was not granted."""

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> str:
        try:
            return "escaped" if await value(guests, "run", given=given) else "nothing"
        except SkillpodError as error:
            return word(error)

    with ExitStack() as stack:
        granted, other = stack.enter_context(web_server()), stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        given: Mapping[str, Any] = {"name": GRANTED, "granted": granted, "other": other.getsockname()[1]}
        if remove is not None:
            remove(stack.enter_context(pytest.MonkeyPatch.context()))
        started = launch(
            handler(attack),
            grants=Permissions(network=frozenset({NetworkAsk(GRANTED, (granted,), addresses)})),
            opted_out=tuple((wall, "It is what this test wants to know the worth of.") for wall in without),
            limits=limits,
        )
        found: str = jailed(started, act, lookup=lookup)
        return found


def no_gate(patch: pytest.MonkeyPatch) -> None:
    """A host that connects a guest to whatever it asks for."""
    patch.setattr(Gate, "_covering", lambda self, host, port: list(self._grants))
