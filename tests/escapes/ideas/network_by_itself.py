"""Make a socket and connect it by the bare system calls, in a guest whose own sockets the host connects."""

from pathlib import Path

from tests.escapes.attack import Call, Given
from tests.escapes.reaching import ended

STOPPED_BY = ("seccomp", "network_namespace", "landlock")


def attack(call: Call, given: Given) -> bool:
    import socket
    import struct

    made = call("socket", socket.AF_INET, socket.SOCK_STREAM, 0)
    return call("connect", made, struct.pack("=H", socket.AF_INET) + struct.pack("!HIQ", given["other"], 0x7F000001, 0), 16) == 0


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == "PermissionError"
    for wall in STOPPED_BY:
        left = [each for each in STOPPED_BY if each != wall]
        assert ended(attack, without=left) in ("PermissionError", "OSError", "ConnectionRefusedError"), wall


def without_the_wall(folder: Path) -> None:
    assert ended(attack, without=STOPPED_BY) == "escaped"
