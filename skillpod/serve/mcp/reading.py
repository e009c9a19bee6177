"""Resources and prompts: the files of skills, their manuals as prompts, and what completes an address.

Source: the specification's Resources, Prompts and Completion; RFC 6570 for ``{+path}``, which takes an encoded path as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    GetPromptRequestParams,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ResourceTemplateReference,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from skillpod.documents import did_you_mean
from skillpod.model.card import Card
from skillpod.serve.mcp.addresses import SCHEME, address, locate
from skillpod.serve.mcp.callers import Context, caller_of
from skillpod.serve.mcp.exhibits import file_contents
from skillpod.serve.mcp.sight import Sight, Sights

TEMPLATE = f"{SCHEME}{{name}}/{{+path}}"
COMPLETIONS = 100
"""Values of one completion, by the specification."""
NOT_FOUND = -32002
"""The handshake era's own code for a resource that is not there; since 2026-07-28 it is -32602 (SEP-2164)."""
_SHOWN = 200
"""Characters of what was asked for, when it is repeated in an error."""

FRESH = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
"""What is shown may change at any moment, and differs from caller to caller."""


class Reading:
    def __init__(self, sights: Sights) -> None:
        self._sights = sights

    def _sight(self, ctx: Context) -> Sight:
        return self._sights.of(caller_of(ctx))

    # --- resources ------------------------------------------------------------------------------------------------------------

    async def templates(self, ctx: Context, params: PaginatedRequestParams) -> dict[str, Any]:
        template = {
            "uriTemplate": TEMPLATE,
            "name": "file of a skill",
            "description": "A file of a mounted skill; the manual is README.md or SKILL.md. Both places can be completed.",
        }
        return {**FRESH, "resourceTemplates": [template]}

    async def read(self, ctx: Context, params: ReadResourceRequestParams) -> dict[str, Any]:
        uri = str(params.uri)
        place = locate(self._sight(ctx).show().cards, uri)
        if place is None or place.path not in place.card.bundle.files:
            code = INVALID_PARAMS if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS else NOT_FOUND
            raise MCPError(code, f"Resource not found: {uri[:_SHOWN]}", {"uri": uri[:_SHOWN]})
        return {**FRESH, "contents": [file_contents(place.card, place.path)]}

    # --- prompts --------------------------------------------------------------------------------------------------------------

    async def prompt(self, ctx: Context, params: GetPromptRequestParams) -> dict[str, Any]:
        exhibit = self._sight(ctx).show().exhibits.get(params.name)
        if exhibit is None or not exhibit.prompts:
            names = [prompt["name"] for prompt in self._sight(ctx).show().lists.prompts]
            guess = did_you_mean(params.name[:_SHOWN], names)
            raise MCPError(INVALID_PARAMS, f"Unknown prompt: {params.name[:_SHOWN]}{f' ({guess})' if guess else ''}")
        unknown = sorted(set(params.arguments or {}) - {"task"})
        if unknown:
            raise MCPError(INVALID_PARAMS, f"Unknown argument of a prompt: {unknown[0][:_SHOWN]} (it takes only `task`)")
        task = (params.arguments or {}).get("task", "").strip()
        text = f"{exhibit.card.manual.rstrip()}\n\n# Your task\n\n{task}" if task else exhibit.card.manual
        message = {"role": "user", "content": {"type": "text", "text": text}}
        return {"resultType": "complete", "description": exhibit.prompts[0]["description"], "messages": [message]}

    # --- completion -----------------------------------------------------------------------------------------------------------

    async def complete(self, ctx: Context, params: CompleteRequestParams) -> dict[str, Any]:
        values = sorted(value for value in self._offered(ctx, params) if value.startswith(params.argument.value))
        shown = {"values": values[:COMPLETIONS], "total": len(values), "hasMore": len(values) > COMPLETIONS}
        return {"resultType": "complete", "completion": shown}

    def _offered(self, ctx: Context, params: CompleteRequestParams) -> Iterable[str]:
        """All that could stand in this place. A prompt's only argument is the task, in the user's own words; other templates are not
        ours: there it is nothing, whether or not there is such a prompt."""
        if not isinstance(params.ref, ResourceTemplateReference) or params.ref.uri != TEMPLATE:
            return ()
        shown = self._sight(ctx).show().exhibits
        match params.argument.name:
            case "name":
                return shown
            case "path":
                chosen = (params.context.arguments if params.context is not None else None) or {}
                exhibit = shown.get(chosen.get("name", ""))
                return () if exhibit is None else (_below(exhibit.card, path) for path in exhibit.card.bundle.files)
        return ()


def _below(card: Card, path: str) -> str:
    """The address of a file, without what the template says before it."""
    return address(card, path).removeprefix(f"{SCHEME}{card.name}/")
