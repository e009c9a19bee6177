"""The MCP door of a pod: conversations over lines of bytes and over HTTP, until it is closed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from uuid import uuid4

import anyio
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, AuthorizationContext
from mcp.server.auth.provider import AccessToken
from mcp.server.runner import serve_dual_era_loop
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from skillpod.model.command import Caller
from skillpod.serve.mcp.callers import Line
from skillpod.serve.mcp.calls import Calls
from skillpod.serve.mcp.exchange import EXCHANGE_KEY, Exchange
from skillpod.serve.mcp.lines import messages
from skillpod.serve.mcp.server import build_server
from skillpod.serve.mcp.sessions import Sessions, StandingStream
from skillpod.serve.mcp.sight import Sights
from skillpod.serve.pod import CALLER_KEY, Pod

BODY_LIMIT = 32 * 1024 * 1024
"""Bytes of one HTTP request's body."""
SESSIONS = 4096
"""Sessions of the handshake era that HTTP clients may have open at once."""
SESSIONS_EACH = 1024
"""Of these, what one caller may have: nobody keeps all others out by opening sessions and leaving them."""
PATIENCE = 10.0
"""Seconds that calls in flight have to finish once a door is closed."""

_BURST = 0.05
"""Seconds between two looks at what changed, while much does."""
_LOOK = 3.0
"""Seconds between two looks when no event asks for one: events are only hints."""

_log = logging.getLogger("skillpod.mcp")


class _Manager(StreamableHTTPSessionManager):
    """The SDK's, whose only bound is on all sessions together. This is not a public method; the test of who opens too many fails when it
    is not asked any more."""

    def _admit_session(self, requestor: AuthorizationContext | None) -> StreamableHTTPServerTransport | None:
        if sum(owner == requestor for owner in self._session_owners.values()) >= SESSIONS_EACH:
            return None
        return super()._admit_session(requestor)


class Door:
    """Made by ``open_door``. Every method may be called any number of times at once, until the door is closed."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self.sights = Sights(lambda caller: pod.cards(caller=caller))
        self.sessions = Sessions(self.sights.of)
        self._calls = Calls(pod, self.sessions)
        self.server = build_server(self.sights, self.sessions, self._calls)
        self._manager = _Manager(self.server, max_request_body_size=BODY_LIMIT, max_sessions=SESSIONS)
        self._silent = StreamableHTTPSessionManager(self.server, max_request_body_size=BODY_LIMIT, json_response=True)
        self._lines: dict[anyio.CancelScope, asyncio.Event] = {}
        self._news = asyncio.Event()
        self._closing = asyncio.Event()  # nothing new is begun
        self._closed = asyncio.Event()  # nothing is under way

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, caller: Caller) -> None:
        """Serve one connection, one JSON-RPC message a line, until the peer ends or the door is closed. The writer is not closed. A
        connection is a session, unless the caller brings one."""
        if self._closing.is_set():
            return
        who = caller if caller.session else replace(caller, session=uuid4().hex)
        done = asyncio.Event()
        with anyio.CancelScope() as scope:
            self._lines[scope] = done
            try:
                async with messages(reader, writer) as (incoming, outgoing):
                    await serve_dual_era_loop(self.server, incoming, outgoing, lifespan_state=Line(who))
            finally:
                del self._lines[scope]
                done.set()

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The whole ASGI application of one path. ``scope["skillpod.caller"]`` is who asks; a missing one raises KeyError."""
        if self._closing.is_set():
            await Response(status_code=503)(scope, receive, send)
            return
        exchange, stream = Exchange(receive), StandingStream(self.sessions, scope, send)
        caller: Caller = scope[CALLER_KEY]
        here = {**scope, "user": _credential(caller.principal, caller.tenant, caller.roles, caller.sees), EXCHANGE_KEY: exchange}
        try:
            manager = self._silent if await exchange.look(scope) else self._manager
            await manager.handle_request(here, exchange.receive, stream.send)
        finally:
            exchange.end()
            stream.end()

    # --- what open_door runs ------------------------------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Follow the pod's events, for ever."""
        async for _ in self._pod.events():
            self._news.set()

    async def tell(self) -> None:
        """Tell clients what changed, soon after it did, for ever."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LOOK)
            self._news.clear()
            try:
                await self.sights.tell()
            except Exception:  # noqa: BLE001  # a fault of ours in one look must not silence all that follow
                _log.exception("clients were not told what changed")
            await asyncio.sleep(_BURST)

    async def serve_sessions(self, ready: asyncio.Event) -> None:
        """Hold what HTTP sessions run in, until the door closes. In a task of its own, for it has a task group inside."""
        async with self._manager.run(), self._silent.run():
            ready.set()
            await self._closed.wait()

    async def close(self, patience: float) -> None:
        self._closing.set()
        await self._calls.end(patience)
        self.sights.close()
        lines = dict(self._lines)
        for scope in lines:
            scope.cancel()
        for done in lines.values():
            await done.wait()
        self._closed.set()


@lru_cache(maxsize=1024)
def _credential(principal: str, tenant: str, roles: tuple[str, ...], sees: tuple[str, ...]) -> AuthenticatedUser:
    """The caller as the SDK's session manager knows it: a session of the handshake era answers only to whoever opened it, as long as that
    one has the same roles and sees the same. It was told of changes to what it saw then."""
    return AuthenticatedUser(AccessToken(token="", client_id=principal, scopes=[], subject=json.dumps([tenant, roles, sees])))


@asynccontextmanager
async def open_door(pod: Pod, *, patience: float = PATIENCE) -> AsyncIterator[Door]:
    """A door over this pod. It follows the pod's events while it is open. When it is closed, calls in flight have ``patience`` seconds to
    finish; then every conversation is ended."""
    # The SDK warns of each request that is not as it should be: whoever sends many would fill the log, and it names sessions there.
    logging.getLogger("mcp.server").setLevel(logging.ERROR)
    door = Door(pod)
    ready = asyncio.Event()
    sessions = asyncio.create_task(door.serve_sessions(ready))
    following = [asyncio.create_task(door.listen()), asyncio.create_task(door.tell())]
    await ready.wait()
    try:
        yield door
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        await door.close(patience)
        await sessions
