"""Open ten thousand connections, so that the host has no descriptor left, and the server none."""

from pathlib import Path

from skillpod.model.manifest import Limits
from tests.escapes.attack import Call, Given
from tests.escapes.reaching import ended

STOPPED_BY = ("a limit of connections that are open at once",)


def attack(call: Call, given: Given) -> bool:
    import socket

    held = []
    for _ in range(10_000):
        try:
            held.append(socket.create_connection((given["name"], given["granted"]), timeout=5))
        except OSError:
            break
        if len(held) > 1000:  # nothing would end it by now but the time it takes
            return True
    return len(held) > 16


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == "nothing"


def without_the_wall(folder: Path) -> None:
    assert ended(attack, limits=Limits(wall=20.0, cpu=10.0, connections=200)) == "escaped"
