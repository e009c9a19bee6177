"""The HTTP door: MCP on a TCP socket, behind the guard, for as long as the context lasts."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from skillpod.config import Http
from skillpod.errors import AddressUnusable, CommandInvalid, DoorUnguarded
from skillpod.serve.address import DEFAULT, MCP_PATH, HttpAddress
from skillpod.serve.guard import Guard, Names
from skillpod.serve.replies import refuse, reply
from skillpod.serve.server import PatientProtocol, server_of
from skillpod.serve.tokens import Tokens

HEALTH = "/healthz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A TCP socket that is bound and waits. ``names`` are further names it may be called; ``missed`` is the default address, when another
    process has that and this is one that was free."""

    address: HttpAddress
    socket: socket.socket
    tokens: Tokens
    names: tuple[str, ...] = ()
    missed: HttpAddress | None = None


def bind(address: HttpAddress | None, *, tokens: Tokens, names: Iterable[str] = ()) -> Listening:
    """Take a place to listen, before anything is started; None is the default place, or a free one when another process is there.

    Raises DoorUnguarded for an address that other machines reach while there is no token, AddressUnusable.
    """
    wanted = address or DEFAULT
    if not wanted.is_loopback and not tokens.count:
        raise DoorUnguarded(
            f"{wanted} is open to other machines, and no token is asked of them",
            at="http",
            hint="make one first: `skillpod token new NAME`; or listen on 127.0.0.1",
        )
    missed = None
    try:
        listener = _listen(wanted)
    except OSError as fault:
        if address is not None or fault.errno != errno.EADDRINUSE:
            raise AddressUnusable(f"can't listen on {wanted}: {fault.strerror}", at="http", hint=_advice(fault)) from fault
        missed, listener = wanted, _listen(HttpAddress(wanted.host, 0))
    found = HttpAddress(wanted.host, listener.getsockname()[1])
    return Listening(address=found, socket=listener, tokens=tokens, names=tuple(names), missed=missed)


def _listen(address: HttpAddress) -> socket.socket:
    """Raises OSError."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # With its protocol said: asyncio turns Nagle's algorithm off only for those, and with it every answer on a kept connection takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what a pod left behind a moment ago is no other pod
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # SAFE: no door is open that was not named
        listener.bind((address.host, address.port))
        listener.listen(512)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _advice(fault: OSError) -> str:
    if fault.errno == errno.EADDRINUSE:
        return "another process has this port: give another one, or port 0 for any"
    if fault.errno == errno.EADDRNOTAVAIL:
        return "this machine has no such address"
    return "ports below 1024 need rights" if fault.errno in (errno.EACCES, errno.EPERM) else ""


class HttpDoor:
    """The door that is open on one socket."""

    def __init__(self, mcp: ASGIApp, listening: Listening, limits: Callable[[], Http]) -> None:
        self._guard = Guard(
            _paths(mcp),
            names=Names(listening.address, limits, listening.names),
            tokens=listening.tokens,
            limits=limits,
            address=listening.address,
            public=frozenset({HEALTH}),
        )
        self._listening = listening
        self._server = server_of(self._guard, PatientProtocol)

    def close(self) -> None:
        """Take no more requests; those in flight go on."""
        self._guard.close()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve until the context ends; then requests in flight have some seconds."""
        serving = asyncio.create_task(self._server.serve(sockets=[self._listening.socket]), name="http door")
        watching = asyncio.create_task(self._guard.watch(), name="tokens of the http door")
        try:
            yield
        finally:
            self.close()
            watching.cancel()
            self._server.ending.set()
            await asyncio.gather(serving, watching, return_exceptions=True)


def _paths(mcp: ASGIApp) -> ASGIApp:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == MCP_PATH:
            await mcp(scope, receive, send)
        elif scope["path"] == HEALTH:
            await reply(send, {"status": "ok"}, 200)
        else:
            error = CommandInvalid(f"there is nothing at {scope['path'][:200]}", at="path", hint=f"MCP is at {MCP_PATH}")
            await refuse(send, error, status=404)

    return application
