"""Take descriptors that others send, from any socket but the line that the host hands connections out on."""

from pathlib import Path

from tests.escapes.attack import Call, Given
from tests.escapes.reaching import REFUSED, ended

STOPPED_BY = ("seccomp",)


def attack(call: Call, given: Given) -> bool:
    import _socket

    ours, theirs = _socket.socketpair()
    theirs.send(b"x")
    return bool(ours.recvmsg(1, 64)[0] == b"x")


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == REFUSED


def without_the_wall(folder: Path) -> None:
    assert ended(attack, without=STOPPED_BY) == "escaped"
