"""Take a connection that was handed over apart (AF_UNSPEC), and connect its descriptor elsewhere by the bare system call."""

from pathlib import Path

from tests.escapes.attack import Call, Given
from tests.escapes.reaching import REFUSED, ended

STOPPED_BY = ("seccomp", "landlock")


def attack(call: Call, given: Given) -> bool:
    import socket
    import struct

    handed = socket.create_connection((given["name"], given["granted"]), timeout=5)
    handed.setblocking(True)
    call("connect", handed.fileno(), struct.pack("=HHIQ", socket.AF_UNSPEC, 0, 0, 0), 16)
    call("connect", handed.fileno(), struct.pack("=H", socket.AF_INET) + struct.pack("!HIQ", given["other"], 0x7F000001, 0), 16)
    return bool(handed.getpeername()[1] == given["other"])


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == REFUSED
    assert ended(attack, without=["landlock"]) == REFUSED
    assert ended(attack, without=["seccomp"]) == REFUSED


def without_the_wall(folder: Path) -> None:
    assert ended(attack, without=STOPPED_BY) == "escaped"
