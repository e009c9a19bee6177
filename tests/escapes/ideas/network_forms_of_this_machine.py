"""Have a granted name lead to this machine in a form of address that does not look like it."""

from pathlib import Path

import pytest

from skillpod.sandbox.network import gate
from skillpod.sandbox.network.addresses import Reach
from skillpod.sandbox.network.dial import Lookup
from tests.escapes.attack import Call, Given
from tests.escapes.reaching import REFUSED, ended

STOPPED_BY = ("what an address leads to, with what it holds of another",)
FORMS = (
    "::ffff:127.0.0.1",
    "::1",
    "64:ff9b::127.0.0.1",
    "2002:7f00:1::",
    "::ffff:169.254.169.254",
    "fd00:ec2::254",
    "0.0.0.0",
)


def attack(call: Call, given: Given) -> bool:
    import socket

    socket.create_connection((given["name"], given["granted"]), timeout=5).sendall(b"hunter2")
    return True


def _always(form: str) -> Lookup:
    return lambda name: (form,)


def in_the_jail(folder: Path) -> None:
    for form in FORMS:
        assert ended(attack, lookup=_always(form), addresses="public") == REFUSED, form


def without_the_wall(folder: Path) -> None:
    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(gate, "reach", lambda ip: Reach.PUBLIC)

    assert ended(attack, lookup=_always(FORMS[0]), addresses="public", remove=remove) == "escaped"
