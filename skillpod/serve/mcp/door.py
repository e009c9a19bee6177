"""The MCP door of a pod: conversations over lines of bytes and over HTTP, until it is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import anyio
import mcp_types as types
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.runner import serve_dual_era_loop
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from starlette.types import Receive, Scope, Send

from skillpod.errors import SkillpodError, UnknownTool
from skillpod.model.command import Caller
from skillpod.registry.functions.mcp import error_shape, result_shape, tool_shape
from skillpod.registry.stable import SPECS
from skillpod.serve.mcp.callers import CALLER_KEY, Context, Line, caller_of
from skillpod.serve.mcp.lines import messages
from skillpod.serve.mcp.server import INSTRUCTIONS, NAME, DoorServer
from skillpod.serve.pod import Pod

BODY_LIMIT = 32 * 1024 * 1024
"""Bytes of one HTTP request's body."""


class Door:
    """Made by ``open_door``. Every method may be called any number of times at once, until the door is closed."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self.server = DoorServer(
            NAME,
            version=version("skillpod"),
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            get_tool_input_schema=lambda name: None,
        )
        self._http = StreamableHTTPSessionManager(self.server, max_request_body_size=BODY_LIMIT)
        self._lines: set[anyio.CancelScope] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, caller: Caller) -> None:
        """Serve one connection, one JSON-RPC message a line, until the peer ends or the door is closed. The writer is not closed."""
        with anyio.CancelScope() as scope:
            self._lines.add(scope)
            self._idle.clear()
            try:
                async with messages(reader, writer) as (incoming, outgoing):
                    await serve_dual_era_loop(self.server, incoming, outgoing, lifespan_state=Line(caller))
            finally:
                self._lines.discard(scope)
                if not self._lines:
                    self._idle.set()

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The whole ASGI application of one path. ``scope["skillpod.caller"]`` is who asks; a missing one raises KeyError."""
        await self._http.handle_request({**scope, "user": _credential(scope[CALLER_KEY])}, receive, send)

    async def close(self) -> None:
        for scope in self._lines:
            scope.cancel()
        await self._idle.wait()

    async def _list_tools(self, ctx: Context, params: types.PaginatedRequestParams | None) -> Any:
        specs = [spec for card in self._pod.cards(caller=caller_of(ctx)) for spec in card.tools] + list(SPECS)
        tools = [tool_shape(spec) for spec in sorted(specs, key=lambda spec: spec.exported)]
        return {"resultType": "complete", "tools": tools, "ttlMs": 0, "cacheScope": "private"}

    async def _call_tool(self, ctx: Context, params: types.CallToolRequestParams) -> Any:
        caller = caller_of(ctx)
        specs = {spec.exported: spec for card in self._pod.cards(caller=caller) for spec in card.tools} | {s.exported: s for s in SPECS}
        try:
            result = await self._pod.invoke(params.name, params.arguments or {}, caller=caller)
        except UnknownTool as error:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}", error.as_dict()) from None
        except SkillpodError as error:
            return {"resultType": "complete", **error_shape(error)}
        return {"resultType": "complete", **result_shape(specs[params.name], result.value)}


def _credential(caller: Caller) -> AuthenticatedUser:
    """The caller as the SDK's session manager knows it: a session of the handshake era answers only to whoever opened it."""
    return AuthenticatedUser(AccessToken(token="", client_id=caller.principal, scopes=[], subject=caller.tenant))


@asynccontextmanager
async def open_door(pod: Pod) -> AsyncIterator[Door]:
    """A door over this pod. It follows the pod's events while it is open, and ends every conversation when it is closed."""
    door = Door(pod)
    async with door._http.run():
        try:
            yield door
        finally:
            await door.close()
