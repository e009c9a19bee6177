"""Connect to an address of another host, past all names, from a guest that may reach one host."""

from pathlib import Path

from tests.escapes.attack import Call, Given
from tests.escapes.reaching import REFUSED, ended, no_gate

STOPPED_BY = ("the gate of the host, which makes the connections",)


def attack(call: Call, given: Given) -> bool:
    import socket

    socket.create_connection(("127.0.0.1", given["granted"]), timeout=5).sendall(b"hunter2")
    return True


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == REFUSED


def without_the_wall(folder: Path) -> None:
    assert ended(attack, remove=no_gate) == "escaped"
