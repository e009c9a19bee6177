"""The one MCP server of a pod: both eras, every handler, nothing that is bound to a connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from importlib.metadata import version
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    SERVER_INFO_META_KEY,
    CallToolRequestParams,
    CompleteRequestParams,
    GetPromptRequestParams,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    SetLevelRequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    UnsubscribeRequestParams,
    methods,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider

from skillpod.model.card import Card
from skillpod.serve.mcp import skills
from skillpod.serve.mcp.callers import Context, Line, caller_of
from skillpod.serve.mcp.calls import Calls
from skillpod.serve.mcp.exhibits import shown_file
from skillpod.serve.mcp.reading import FRESH, Reading
from skillpod.serve.mcp.sessions import Sessions
from skillpod.serve.mcp.sight import Lists, Sights

NAME = "skillpod"
INSTRUCTIONS = (
    "skillpod serves skills: folders of tools that come, change and go while you work. A skill's tools are named SKILL__TOOL, and its "
    "manual is the resource skill://SKILL/README.md or skill://SKILL/SKILL.md and the prompt SKILL: read it before you use a skill for "
    "the first time. Three tools are always there, also for tools you don't see in your list yet: skillpod_search finds tools and skills "
    "by what they do, skillpod_describe says what arguments a tool takes, skillpod_call calls it."
)

_LISTS: Mapping[str, Callable[[Lists], dict[str, Any]]] = {
    "tools/list": lambda lists: {"tools": list(lists.tools)},
    "resources/list": lambda lists: {"resources": list(lists.resources)},
    "prompts/list": lambda lists: {"prompts": list(lists.prompts)},
}


class DoorServer(Server[Line | None]):
    """The SDK's low-level server, which tells clients of the handshake era too that its lists change: left alone it tells only those of
    2026-07-28 (its ``create_initialization_options`` is not asked with options by every transport)."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        changes = NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True)
        return super().create_initialization_options(notification_options or changes, experimental_capabilities, extensions)

    @property
    def server_info_stamp(self) -> dict[str, Any]:
        """A copy for each result, as the SDK wants it; ours is flat, so a shallow one does."""
        return dict(self._stamp)

    @cached_property
    def _stamp(self) -> dict[str, Any]:
        return self.server_info.model_dump(by_alias=True, mode="json", exclude_none=True)


def build_server(sights: Sights, sessions: Sessions, calls: Calls) -> DoorServer:
    """A server over what callers see and what their calls come to."""
    server = DoorServer(
        NAME,
        title="skillpod",
        version=version("skillpod"),
        instructions=INSTRUCTIONS,
        # No schema of ours asks for a header (`x-` keywords are refused with the manifest), so there is nothing to compare headers with,
        # and without this the SDK runs the whole of tools/list before each call.
        get_tool_input_schema=lambda name: None,
    )
    reading = Reading(sights)

    def cards_of(ctx: Context) -> list[Card]:
        return sights.of(caller_of(ctx)).show().cards

    async def listen(ctx: Context, params: SubscriptionsListenRequestParams) -> Any:
        return await sights.of(caller_of(ctx)).listen(ctx, params)

    add = server.add_request_handler
    for method in _LISTS:
        add(method, PaginatedRequestParams, _listing(method, sights))
    add("tools/call", CallToolRequestParams, calls.call)
    add("resources/templates/list", PaginatedRequestParams, reading.templates)
    add("resources/read", ReadResourceRequestParams, reading.read)
    add("prompts/get", GetPromptRequestParams, reading.prompt)
    add("completion/complete", CompleteRequestParams, reading.complete)
    add("subscriptions/listen", SubscriptionsListenRequestParams, listen)
    add("resources/subscribe", SubscribeRequestParams, sessions.subscribe)
    add("resources/unsubscribe", UnsubscribeRequestParams, sessions.unsubscribe)
    # By this way: the constructor's own argument warns that logging is deprecated, which clients of the handshake era don't know.
    add("logging/setLevel", SetLevelRequestParams, sessions.set_level)
    skills.extend(server, cards_of, shown_file)
    if isinstance(get_tracer_provider(), ProxyTracerProvider):
        server.middleware.clear()  # the SDK's own: a span for every message, which nobody has asked to collect
    server.middleware += [sessions.meet, _ready_lists(server, sights)]
    return server


def _listing(method: str, sights: Sights) -> Callable[[Context, PaginatedRequestParams], Awaitable[dict[str, Any]]]:
    async def handle(ctx: Context, params: PaginatedRequestParams) -> dict[str, Any]:
        if params.cursor is not None:
            raise MCPError(INVALID_PARAMS, "a list is given on one page; ask without a cursor")
        return {**FRESH, **_LISTS[method](sights.of(caller_of(ctx)).show().lists)}

    return handle


def _ready_lists(server: DoorServer, sights: Sights) -> ServerMiddleware[Line | None]:
    """A middleware that answers a plain request for a list with what was made at the last change: left to itself the SDK checks and copies
    each of two thousand tools for each client that asks. Requests with anything odd about them go on to the handler."""

    async def answer(ctx: Context, call_next: CallNext) -> HandlerResult:
        is_modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
        is_plain = not (ctx.params or {}).keys() - {"_meta"} and (is_modern or ctx.session.client_params is not None)
        if ctx.method not in _LISTS or not is_plain:
            return await call_next(ctx)
        return sights.of(caller_of(ctx)).show().form(ctx.method, ctx.protocol_version, lambda lists: make(ctx, lists, is_modern=is_modern))

    def make(ctx: Context, lists: Lists, *, is_modern: bool) -> dict[str, Any]:
        checked = methods.serialize_server_result(ctx.method, ctx.protocol_version, {**FRESH, **_LISTS[ctx.method](lists)})
        return {**checked, "_meta": {SERVER_INFO_META_KEY: server.server_info_stamp}} if is_modern else checked

    return answer
