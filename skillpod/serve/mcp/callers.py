"""Who asks: every request of a conversation has one caller, and sees what that caller sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from skillpod.model.command import Caller
from skillpod.serve.pod import CALLER_KEY


@dataclass(frozen=True, slots=True)
class Line:
    """One connection of bytes: it has one caller from its first message to its last."""

    caller: Caller


Context = ServerRequestContext[Line | None, Any]
"""What handlers of this door get with each request; over HTTP there is no Line, and each request brings its own caller."""


def caller_of(ctx: Context) -> Caller:
    """The caller of this request. Raises KeyError when the HTTP door let a request through without one: a bug of ours."""
    if ctx.request is None:
        if ctx.lifespan_context is None:
            raise KeyError(CALLER_KEY)
        return ctx.lifespan_context.caller
    caller: Caller = ctx.request.scope[CALLER_KEY]
    if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return caller  # since 2026-07-28 there are no sessions
    key = ctx.request.headers.get(MCP_SESSION_ID_HEADER, "")
    return caller if caller.session or not key else replace(caller, session=key)
