"""Take a connection that was handed over apart, and wait on its descriptor for whoever comes: in the network of the host."""

from pathlib import Path

from tests.escapes.attack import Call, Given
from tests.escapes.reaching import REFUSED, ended

STOPPED_BY = ("seccomp",)


def attack(call: Call, given: Given) -> bool:
    import socket
    import struct

    handed = socket.create_connection((given["name"], given["granted"]), timeout=5)
    call("connect", handed.fileno(), struct.pack("=HHIQ", socket.AF_UNSPEC, 0, 0, 0), 16)
    return call("listen", handed.fileno(), 1) == 0


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == REFUSED


def without_the_wall(folder: Path) -> None:
    assert ended(attack, without=STOPPED_BY) == "escaped"
