"""What nobody can beat on this machine: an echo between two Python processes, and a bare fork of a process as large as a zygote."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

_ECHO = """
import socket, sys
wire = socket.socket(fileno=int(sys.argv[1]))
while data := wire.recv(65536):
    wire.sendall(data)
"""

_JSON_ECHO = """
import json, socket, sys
wire = socket.socket(fileno=int(sys.argv[1]))
while data := wire.recv(65536):
    frame = json.loads(data[4:])
    reply = json.dumps({"t": "result", "nonce": frame["nonce"], "value": frame["arguments"]["word"], "cpu": 0.000012, "peak": 12345678})
    wire.sendall(len(reply).to_bytes(4, "big") + reply.encode())
"""

_JSON_PAYLOAD = """
import json, socket, sys
wire = socket.socket(fileno=int(sys.argv[1]))
def exactly(size):
    pieces = []
    while size:
        data = wire.recv(min(size, 1 << 20))
        if not data:
            sys.exit()
        pieces.append(data)
        size -= len(data)
    return b"".join(pieces)
while True:
    value = json.loads(exactly(int.from_bytes(exactly(4), "big")))
    reply = json.dumps(value).encode()
    wire.sendall(len(reply).to_bytes(4, "big") + reply)
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
        self.greet()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._wire.close()
        self._process.wait(10)

    @property
    def process(self) -> int:
        return self._process.pid

    @property
    def wire(self) -> socket.socket:
        return self._wire

    def greet(self) -> None:
        """Wait until the other process runs."""
        self.round_trip(b"ready")

    def round_trip(self, data: bytes) -> None:
        """There and back, as many bytes."""
        self._wire.sendall(data)
        left = len(data)
        while left:
            left -= len(self._wire.recv(65536))


class Echo(_Peer):
    """Bytes to another process and back."""

    program = _ECHO


class JsonEcho(_Peer):
    """The same with a JSON frame each way, made and read on both sides: what a call costs when nothing is checked, timed or walled."""

    program = _JSON_ECHO

    def greet(self) -> None:
        self.call("ready")

    def call(self, word: str) -> None:
        frame = json.dumps({"t": "call", "nonce": secrets.token_hex(16), "tool": "say", "seconds": 10.0, "arguments": {"word": word}})
        self._wire.sendall(len(frame).to_bytes(4, "big") + frame.encode())
        json.loads(self._wire.recv(65536)[4:])


class Fork(_Peer):
    """Bytes to a process that forks a child for each, which sends them back: what a fresh process costs without any wall."""

    program = _FORK


class JsonPayload(_Peer):
    """A large JSON value there and back, made and read on both sides, in one frame each way and with nothing else."""

    program = _JSON_PAYLOAD

    def greet(self) -> None:
        self.carry("ready")

    def carry(self, value: Any) -> Any:
        frame = json.dumps(value).encode()
        self._wire.sendall(len(frame).to_bytes(4, "big") + frame)
        size = int.from_bytes(self._exactly(4), "big")
        return json.loads(self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        pieces = []
        while size:
            pieces.append(self._wire.recv(min(size, 1 << 20)))
            size -= len(pieces[-1])
        return b"".join(pieces)
