"""Send the first words with a connection of its own, on the blank that stands for a socket before its connection was handed over."""

from pathlib import Path

import pytest

from tests.escapes.attack import Call, Given
from tests.escapes.probes import landlock_older_than, setting, together
from tests.escapes.reaching import REFUSED, ended

STOPPED_BY = ("seccomp", "network_namespace")


def attack(call: Call, given: Given) -> bool:
    import socket
    import struct

    blank = socket.socket()
    words, there = b"hunter2", struct.pack("=H", socket.AF_INET) + struct.pack("!HIQ", given["other"], 0x7F000001, 0)
    return call("sendto", blank.fileno(), words, len(words), socket.MSG_FASTOPEN, there, 16) == len(words)


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == REFUSED
    assert ended(attack, without=["network_namespace"]) == REFUSED
    assert ended(attack, without=["seccomp"]) == "OSError"  # nothing can be reached from there


def without_the_wall(folder: Path) -> None:
    if lacking := together(setting("net/ipv4/tcp_fastopen", "1", "3"), landlock_older_than(8))():
        pytest.skip(f"needs {lacking}")
    assert ended(attack, without=STOPPED_BY) == "escaped"
