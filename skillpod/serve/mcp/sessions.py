"""Clients of the handshake era (until 2025-11-25) that are connected now: what they subscribed to, and what they are still to be told.

The SDK has no public list of live sessions, and its event bus reaches clients of 2026-07-28 only. A session is met when it says that it
is initialized, and let go by its connection's exit stack. That one attribute is private (``ServerSession._connection``); nothing public
says that a session has ended, and without it every session that ever was would be kept. Only this file touches it; the test with fifty
clients that come and go fails when it stops working.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from mcp.server.context import CallNext, HandlerResult
from mcp.server.session import ServerSession
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ResourceUpdated, ServerEvent, ToolsListChanged
from mcp_types import INVALID_PARAMS, EmptyResult, LoggingLevel, SetLevelRequestParams, SubscribeRequestParams, UnsubscribeRequestParams
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.types import Message, Scope, Send

from skillpod.model.command import Caller
from skillpod.serve.mcp.callers import Context, caller_of
from skillpod.serve.mcp.sight import Audience, Sight

SUBSCRIPTIONS = 1024
"""Resources one session may subscribe to."""
SUBSCRIBED = 128 * 1024
"""Characters of their addresses together: a session keeps them, and an address that names nothing may have any length."""

_SESSION_ID = MCP_SESSION_ID_HEADER.encode()


class Session(Audience):
    """One connected client. What it is to be told is kept as what changed, not as messages: a client that stops reading costs no more
    than one of each, and holds up nobody but itself."""

    def __init__(self, wire: ServerSession, *, is_reachable: Callable[[], bool]) -> None:
        self._wire = wire
        self._is_reachable = is_reachable
        self._due: dict[ServerEvent, None] = {}  # in the order they came, each once
        self._telling: asyncio.Task[None] | None = None
        self.subscribed: set[str] = set()
        self.level: LoggingLevel | None = None

    def tell(self, events: tuple[ServerEvent, ...]) -> None:
        wanted = [event for event in events if not isinstance(event, ResourceUpdated) or event.uri in self.subscribed]
        self._due.update(dict.fromkeys(wanted))
        self.tell_due()

    def tell_due(self) -> None:
        """Begin with what is due, unless that is under way; what nobody would hear stays due."""
        if self._due and self._is_reachable() and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        while self._due and self._is_reachable():
            event = next(iter(self._due))
            del self._due[event]  # before it is sent: what changes meanwhile is told again
            match event:
                case ToolsListChanged():
                    await self._wire.send_tool_list_changed()
                case ResourcesListChanged():
                    await self._wire.send_resource_list_changed()
                case PromptsListChanged():
                    await self._wire.send_prompt_list_changed()
                case ResourceUpdated(uri=uri):
                    await self._wire.send_resource_updated(uri)

    def end(self) -> None:
        if self._telling is not None:
            self._telling.cancel()


class StandingStream:
    """The ``send`` of one HTTP request, which notices that it became a session's standing stream: the SDK drops what is told before."""

    def __init__(self, sessions: Sessions, scope: Scope, send: Send) -> None:
        self._id = dict(scope["headers"]).get(_SESSION_ID, b"").decode("latin-1") if scope["method"] == "GET" else ""
        self._sessions = sessions
        self._send = send
        self._is_open = False

    async def send(self, message: Message) -> None:
        await self._send(message)
        if self._id and message["type"] == "http.response.start" and message["status"] == 200:
            self._is_open = True
            self._sessions.stream_opened(self._id)

    def end(self) -> None:
        if self._is_open:
            self._sessions.stream_closed(self._id)


class Sessions:
    """Every session that is connected now. A middleware of the server, and the handlers that only the handshake era has."""

    def __init__(self, sight_of: Callable[[Caller], Sight]) -> None:
        self._sight_of = sight_of
        self._live: dict[int, Session] = {}
        self._by_id: dict[str, Session] = {}  # those over HTTP
        self._streams: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._live)

    def of(self, ctx: Context) -> Session | None:
        return self._live.get(id(ctx.session._connection))  # SAFE: see the module's docstring

    async def meet(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """The middleware: remembers a session that has finished its handshake."""
        result = await call_next(ctx)
        if ctx.method == "notifications/initialized" and ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            self._remember(ctx)
        return result

    def _remember(self, ctx: Context) -> None:
        connection = ctx.session._connection  # SAFE: see the module's docstring
        key = id(connection)
        if key in self._live:
            return  # it said so twice
        id_ = "" if ctx.request is None else ctx.request.headers.get(MCP_SESSION_ID_HEADER, "")
        session = Session(ctx.session, is_reachable=lambda: not id_ or self._streams[id_] > 0)
        sight = self._sight_of(caller_of(ctx))
        self._live[key] = session
        if id_:
            self._by_id[id_] = session
        sight.audience.add(session)
        connection.exit_stack.callback(self._forget, key, id_, sight)

    def _forget(self, key: int, id_: str, sight: Sight) -> None:
        session = self._live.pop(key)
        self._by_id.pop(id_, None)
        sight.audience.discard(session)
        session.end()

    # --- standing streams -----------------------------------------------------------------------------------------------------

    def stream_opened(self, id_: str) -> None:
        """The client listens from now on (a GET of the session): it is told what it missed."""
        self._streams[id_] += 1
        session = self._by_id.get(id_)
        if session is not None:
            session.tell_due()

    def stream_closed(self, id_: str) -> None:
        self._streams[id_] -= 1
        if not self._streams[id_]:
            del self._streams[id_]

    # --- handlers -------------------------------------------------------------------------------------------------------------

    async def set_level(self, ctx: Context, params: SetLevelRequestParams) -> EmptyResult:
        self._required(ctx).level = params.level
        return EmptyResult()

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
        subscribed, uri = self._required(ctx).subscribed, str(params.uri)
        if uri not in subscribed and (len(subscribed) >= SUBSCRIPTIONS or sum(map(len, subscribed)) + len(uri) > SUBSCRIBED):
            limit = f"{SUBSCRIPTIONS} resources are subscribed to, with {SUBSCRIBED} characters in all"
            raise MCPError(INVALID_PARAMS, f"at most {limit}; unsubscribe from one first")
        subscribed.add(uri)
        return EmptyResult()

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        self._required(ctx).subscribed.discard(str(params.uri))
        return EmptyResult()

    def _required(self, ctx: Context) -> Session:
        session = self.of(ctx)
        if session is None:
            raise MCPError(INVALID_PARAMS, "finish the handshake first: send notifications/initialized")
        return session
