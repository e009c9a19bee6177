"""The control socket: HOME/pod.sock, the owner's only, with the control API behind it for as long as a pod runs."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from skillpod.errors import PathUnusable
from skillpod.serve.address import SOCKET, socket_address
from skillpod.serve.control import build_app
from skillpod.serve.pod import Pod

GRACE = 10
"""Seconds that requests in flight have to finish once the socket closes."""


class _PeerProtocol(H11Protocol):
    """HTTP/1.1 whose client is the user at the other end: ``("uid:1000", pid)``, from SO_PEERCRED (unix(7))."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # SAFE: as uvicorn's own signature
        super().connection_made(transport)
        self.client = _peer(transport.get_extra_info("socket"))


def _peer(connection: Any) -> tuple[str, int] | None:
    try:
        found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    except OSError:
        return None
    pid, uid, _ = struct.unpack("3i", found)
    return (f"uid:{uid}", pid)


class _Server(Server):
    """uvicorn inside a loop that is not its own: the signals are the loop's owner's, and it sleeps until it is told to end."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let one that was just taken find its server: closed under it, asyncio would drop it unclosed."""
        for listener in sockets or ():
            asyncio.get_running_loop().remove_reader(listener)
        await asyncio.sleep(0)  # its task begins
        await asyncio.sleep(0)  # its protocol is told
        await super().shutdown(sockets)


@asynccontextmanager
async def serve_socket(pod: Pod, home: Path) -> AsyncIterator[None]:
    """Serve the control API on HOME/pod.sock (mode 0600) until the context ends; then requests in flight have GRACE seconds.

    The caller holds HOME's lock, so a socket that is already there is stale and is removed. Raises PathUnusable when it can't be made.
    """
    stopping = asyncio.Event()
    listener = _listen(home)
    server = _Server(
        Config(
            build_app(pod, stopping=stopping),
            http=_PeerProtocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,  # SAFE: a header must not name the actor
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="control socket")
    try:
        yield
    finally:
        _remove(home)  # first, so that who comes now sees that no pod is running
        stopping.set()
        server.ending.set()
        try:
            await serving
        finally:
            listener.close()


def _listen(home: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)  # SAFE: before bind, so that the file is never there with another mode
        with socket_address(home) as address:
            _unlink(address)
            listener.bind(address)
        listener.listen(128)
    except OSError as fault:
        listener.close()
        raise PathUnusable(f"the control socket can't be made: {fault.strerror or fault}", at=str(home / SOCKET)) from fault
    return listener


def _remove(home: Path) -> None:
    try:
        with socket_address(home) as address:
            _unlink(address)
    except OSError:
        return  # HOME itself is gone: nothing is left to remove


def _unlink(address: str) -> None:
    try:
        os.unlink(address)
    except FileNotFoundError:
        return
