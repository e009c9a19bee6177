"""What nobody can beat on this machine: an echo between two Python processes, and a bare fork of a process as large as a zygote."""

from __future__ import annotations

import socket
import subprocess
import sys
from types import TracebackType
from typing import Self

_ECHO = """
import socket, sys
wire = socket.socket(fileno=int(sys.argv[1]))
while data := wire.recv(65536):
    wire.sendall(data)
"""

_FORK = """
import gc, os, socket, sys
import json, re, datetime, hashlib, csv, asyncio, dataclasses, enum, typing, inspect, traceback
wire = socket.socket(fileno=int(sys.argv[1]))
gc.collect()
gc.freeze()
while data := wire.recv(65536):
    child = os.fork()
    if child == 0:
        wire.sendall(data)
        os._exit(0)
    os.waitpid(child, 0)
"""


class _Peer:
    """A Python process at the other end of a socketpair."""

    program = ""

    def __enter__(self) -> Self:
        self._wire, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", self.program, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )
        self.round_trip(b"ready")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._wire.close()
        self._process.wait(10)

    def round_trip(self, data: bytes) -> None:
        self._wire.sendall(data)
        left = len(data)
        while left:
            left -= len(self._wire.recv(65536))


class Echo(_Peer):
    """Bytes to another process and back."""

    program = _ECHO


class Fork(_Peer):
    """Bytes to a process that forks a child for each, which sends them back: what a fresh process costs without any wall."""

    program = _FORK
