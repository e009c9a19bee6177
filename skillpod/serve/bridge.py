"""A client's stdin and stdout joined to a pod by a socket: standard library only, so that an editor's server starts at once.

The pod may be another process, reached over HOME/mcp.sock, or this one, by a pair of sockets: the bytes go the same way.
"""

from __future__ import annotations

import os
import socket
import threading
from enum import Enum
from pathlib import Path

from skillpod.errors import PathUnusable
from skillpod.serve.address import MCP_SOCKET, SOCKET, socket_address

_CHUNK = 256 * 1024


class Ending(Enum):
    """Who ended a conversation."""

    CLIENT = "client"
    POD = "pod"


def connect(home: Path) -> socket.socket | None:
    """A connection to the MCP socket of the pod that runs on HOME; None when there is none. Raises PathUnusable when it may not be used."""
    return _connect(home, MCP_SOCKET)


def is_running(home: Path) -> bool:
    """Whether a pod answers on HOME's control socket: with no MCP socket beside it, it has no MCP door."""
    found = _connect(home, SOCKET)
    if found is not None:
        found.close()
    return found is not None


def _connect(home: Path, name: str) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with socket_address(home, name) as address:
            connection.connect(address)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        connection.close()
        return None  # no HOME, no socket, or one that a killed pod has left behind
    except OSError as fault:
        connection.close()
        raise PathUnusable(
            f"the pod's socket can't be used: {fault.strerror or fault}",
            at=str(home / name),
            hint="only the user that runs the pod may speak to it",
        ) from None
    return connection


def pump(connection: socket.socket, *, source: int, sink: int) -> Ending:
    """Carry bytes from the descriptor ``source`` to the connection and from it to ``sink``, until both ways are at their end. The
    descriptors stay as they are: a pipe that is shared with others is not made non-blocking under them."""
    client_ended = threading.Event()
    # A thread each way: a client that writes before it reads must not stop us from reading. It may wait for ever for a client that says
    # nothing, so the process does not wait for it.
    threading.Thread(target=_send, args=(source, connection, client_ended), name="from the client", daemon=True).start()
    try:
        while chunk := connection.recv(_CHUNK):
            _write(sink, chunk)
    except BrokenPipeError:
        return Ending.CLIENT  # it reads no more
    except ConnectionError:
        pass  # the pod was killed: an end like any other
    return Ending.CLIENT if client_ended.is_set() else Ending.POD


def _send(source: int, connection: socket.socket, ended: threading.Event) -> None:
    try:
        while chunk := os.read(source, _CHUNK):
            connection.sendall(chunk)
        ended.set()
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return  # the pod is gone; the other way says so


def _write(sink: int, chunk: bytes) -> None:
    """Raises BrokenPipeError."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(sink, rest) :]
