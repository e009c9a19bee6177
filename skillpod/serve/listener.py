"""The sockets in HOME, the owner's only: pod.sock with the control API, mcp.sock with MCP, for as long as a pod runs."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from skillpod.errors import PathUnusable
from skillpod.model.command import OWNER, Caller
from skillpod.serve.address import MCP_SOCKET, SOCKET, socket_address
from skillpod.serve.control import build_app
from skillpod.serve.entrance import Entrance
from skillpod.serve.pod import Pod
from skillpod.serve.server import GRACE, server_of

LINE_LIMIT = 1024 * 1024
"""Bytes that asyncio holds of one connection before it makes the peer wait."""

Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Caller], Awaitable[None]]


class _PeerProtocol(H11Protocol):
    """HTTP/1.1 whose client is the user at the other end: ``("uid:1000", pid)``, from SO_PEERCRED (unix(7))."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # SAFE: as uvicorn's own signature
        super().connection_made(transport)
        found = _credentials(transport.get_extra_info("socket"))
        self.client = None if found is None else (f"uid:{found[1]}", found[0])
        if _is_strange(found):
            transport.abort()


def _is_strange(found: tuple[int, int] | None) -> bool:
    """Whether it is another user. The socket's mode keeps others out; this is for a mode that somebody changed."""
    return found is not None and found[1] not in (os.geteuid(), 0)


def _credentials(connection: Any) -> tuple[int, int] | None:
    """Process and user at the other end."""
    try:
        found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    except OSError:
        return None
    pid, uid, _ = struct.unpack("3i", found)
    return pid, uid


@asynccontextmanager
async def serve_socket(pod: Pod, home: Path, *, doors: Mapping[str, Any] = MappingProxyType({})) -> AsyncIterator[None]:
    """Serve the control API on HOME/pod.sock (mode 0600) until the context ends; then requests in flight have GRACE seconds.

    ``doors`` is what ``/v1/stats`` says of them. The caller holds HOME's lock, so a socket that is already there is stale and is removed.
    Raises PathUnusable when it can't be made.
    """
    stopping = asyncio.Event()
    listener = listen(home, SOCKET)
    entrance = Entrance(build_app(pod, stopping=stopping, doors=doors), home)
    server = server_of(entrance, _PeerProtocol)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="control socket")
    watching = asyncio.create_task(entrance.watch(), name="tokens of the control socket")
    try:
        yield
    finally:
        remove(home, SOCKET)  # first, so that who comes now sees that no pod is running
        stopping.set()
        watching.cancel()
        server.ending.set()
        try:
            await serving
        finally:
            listener.close()
            await asyncio.gather(watching, return_exceptions=True)


class Lines:
    """Conversations over byte streams, each with the pod's owner, until they are ended."""

    def __init__(self, converse: Converse, *, rest: Callable[[], Awaitable[None]]) -> None:
        """``rest`` returns when what was asked is answered, or has had its time."""
        self._converse = converse
        self._rest = rest
        self._is_hushed = False
        self._talking: dict[asyncio.Task[None], asyncio.StreamReader] = {}
        self._transports: set[asyncio.WriteTransport] = set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its end, and close it."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a conversation is a task of its own")
        found = _credentials(writer.get_extra_info("socket"))
        try:
            if self._is_hushed or _is_strange(found):
                return
            self._talking[task] = reader
            self._transports.add(writer.transport)
            await self._converse(reader, writer, OWNER)
        except ConnectionError:
            return  # the peer is gone: there is nobody to tell
        finally:
            self._talking.pop(task, None)
            self._transports.discard(writer.transport)
            writer.close()

    def hush(self) -> None:
        """Listen to nobody any more; what was asked is still answered."""
        self._is_hushed = True
        for transport in self._transports:
            if isinstance(transport, asyncio.ReadTransport) and not transport.is_closing():
                transport.pause_reading()

    async def end(self) -> None:
        """End every conversation as if the peer had, once it rests; one that does not end is cancelled after GRACE seconds."""
        self.hush()
        await self._rest()
        for reader in self._talking.values():
            if not reader.at_eof():
                reader.feed_eof()
        talking = set(self._talking)
        if talking:
            _, stubborn = await asyncio.wait(talking, timeout=GRACE)
            for task in stubborn:
                task.cancel()
            await asyncio.gather(*stubborn, return_exceptions=True)


@asynccontextmanager
async def serve_lines(lines: Lines, listener: socket.socket, home: Path) -> AsyncIterator[None]:
    """Take connections to HOME/mcp.sock into ``lines`` until the context ends; then every conversation is ended."""
    server = await asyncio.start_unix_server(lines.take, sock=listener, limit=LINE_LIMIT)
    try:
        yield
    finally:
        remove(home, MCP_SOCKET)
        server.close()
        await lines.end()


def listen(home: Path, name: str) -> socket.socket:
    """A socket in HOME that only its owner may connect to; connections wait until they are taken. Raises PathUnusable."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)  # SAFE: before bind, so that the file is never there with another mode
        with socket_address(home, name) as address:
            _unlink(address)
            listener.bind(address)
        listener.listen(128)
        listener.setblocking(False)
    except OSError as fault:
        listener.close()
        raise PathUnusable(f"the socket {name} can't be made: {fault.strerror or fault}", at=str(home / name)) from fault
    return listener


def remove(home: Path, name: str) -> None:
    """Take a socket away; one that is not there is no fault."""
    try:
        with socket_address(home, name) as address:
            _unlink(address)
    except OSError:
        return  # HOME itself is gone: nothing is left to remove


def _unlink(address: str) -> None:
    try:
        os.unlink(address)
    except FileNotFoundError:
        return
