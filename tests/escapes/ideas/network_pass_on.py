"""Pass a connection on that was handed over, as the host did: by a message that carries its descriptor."""

from pathlib import Path

from tests.escapes.attack import Call, Given
from tests.escapes.reaching import REFUSED, ended

STOPPED_BY = ("seccomp",)


def attack(call: Call, given: Given) -> bool:
    import _socket
    import array
    import socket

    handed = socket.create_connection((given["name"], given["granted"]), timeout=5)
    ours, _ = _socket.socketpair()
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [handed.fileno()]))
    return bool(ours.sendmsg([b"x"], [rights]) == 1)


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == REFUSED


def without_the_wall(folder: Path) -> None:
    assert ended(attack, without=STOPPED_BY) == "escaped"
