"""Tell the host that a connection is closed, so that nobody counts it any more, and go on with it."""

from pathlib import Path

import pytest

from skillpod.sandbox.network.switchboard import Switchboard
from tests.escapes.attack import Call, Given
from tests.escapes.reaching import ended

STOPPED_BY = ("a host that shuts down what it is told is closed",)


def attack(call: Call, given: Given) -> bool:
    import os
    import socket

    for serial in range(1, 100):
        handed = socket.create_connection((given["name"], given["granted"]), timeout=5)
        os.write(4, b'{"t":"closed","serial":%d}' % serial)
        socket.getaddrinfo("127.0.0.1" if serial > 1 else given["name"], given["granted"])
        handed.sendall(b"GET / HTTP/1.0\r\n\r\n")
        if not handed.recv(100):
            return False
    return True


def in_the_jail(folder: Path) -> None:
    assert ended(attack) in ("nothing", "BrokenPipeError", "ConnectionResetError")


def without_the_wall(folder: Path) -> None:
    kept = []

    def let_go(self: Switchboard, serial: int) -> None:
        if serial in self._held:
            kept.append(self._held.pop(serial).socket)

    def remove(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Switchboard, "_let_go", let_go)

    assert ended(attack, remove=remove) == "escaped"
    for connection in kept:
        connection.close()
