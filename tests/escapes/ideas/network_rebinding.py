"""Have a granted name lead to the internet when it is looked at, and to this machine when it is connected to."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

import pytest

from skillpod.sandbox.network import gate
from skillpod.sandbox.network.addresses import Reach
from skillpod.sandbox.network.dial import Lookup
from tests.escapes.attack import Call, Given
from tests.escapes.reaching import REFUSED, ended

STOPPED_BY = ("connections to what was found under the grant, and to nothing else",)


def attack(call: Call, given: Given) -> bool:
    import socket
    import time

    first = socket.getaddrinfo(given["name"], given["granted"])[0][4][0]
    assert first == "198.41.0.4"
    time.sleep(2.1)  # until an answer is not given again
    socket.create_connection((given["name"], given["granted"]), timeout=5).sendall(b"hunter2")
    return True


def _two_faced() -> Lookup:
    answers: Iterator[Sequence[str]] = chain([("198.41.0.4",)], repeat(("127.0.0.1",)))
    return lambda name: next(answers)


def in_the_jail(folder: Path) -> None:
    assert ended(attack, lookup=_two_faced(), addresses="public") == REFUSED


def without_the_wall(folder: Path) -> None:
    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(gate, "reach", lambda ip: Reach.PUBLIC)

    assert ended(attack, lookup=_two_faced(), addresses="public", remove=remove) == "escaped"
