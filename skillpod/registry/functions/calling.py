"""Tools told to an API, and its calls answered: all at once, in order, whatever the API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from skillpod.documents import did_you_mean
from skillpod.errors import ArgumentsInvalid, CommandInvalid, SkillpodError, TooManyTools
from skillpod.model.guest import CallResult
from skillpod.model.manifest import ToolSpec
from skillpod.registry.functions.anthropic import ANTHROPIC
from skillpod.registry.functions.gemini import GEMINI
from skillpod.registry.functions.mcp import MCP
from skillpod.registry.functions.nulls import without_nulls
from skillpod.registry.functions.openai import OPENAI
from skillpod.registry.functions.openai_chat import OPENAI_CHAT
from skillpod.registry.functions.provider import Answered, Defer, Offered, Provider, Wanted, items

PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in (OPENAI, OPENAI_CHAT, ANTHROPIC, GEMINI, MCP)}

Call = Callable[[str, Any], Awaitable[CallResult]]
Find = Callable[[str], ToolSpec | None]
"""The tool of an exported name; None when there is none for this caller."""


def tool_definitions(provider: str, tools: Iterable[Offered], *, defer: Defer = Defer.NOTHING) -> list[dict[str, Any]]:
    """The list for the API's ``tools`` parameter, in the order given. With tools deferred, the API's own tool search is in it too.

    Raises CommandInvalid for a provider we do not speak, or one that can't defer; TooManyTools for more than the API takes.
    """
    api = _known(provider)
    offered = list(tools)
    if api.limit and len(offered) > api.limit:
        raise TooManyTools(
            f"{len(offered)} tools are more than the {api.limit} that `{api.name}` takes in one request",
            hint='give offer="stable", three tools that find and call all others, or a caller that sees fewer skills',
        )
    if defer is not Defer.NOTHING and not api.may_defer:
        able = ", ".join(name for name, known in PROVIDERS.items() if known.may_defer)
        hint = f'{able} can; elsewhere offer="stable" gives three tools that find and call all others'
        raise CommandInvalid(f"`{api.name}` has no tool search to defer tools to", hint=hint)
    return api.define(offered, defer)


async def answer_calls(provider: str, tool_calls: Any, call: Call, find: Find) -> list[dict[str, Any]]:
    """What to append to the conversation: the answer to each call, in order, in the API's shape; nothing when there are no calls.

    ``tool_calls`` is what the API gave: a list of calls or of anything with calls among it, or the whole answer; dicts, or the SDK's own
    objects. The calls run at the same time. One that fails is answered with its error, for the model to read. Raises CommandInvalid for
    what is no item at all.
    """
    api = _known(provider)
    wanted = [found for item in items(tool_calls) for found in api.find(item)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_answered(each, call, find)) for each in wanted]
    return api.answer([task.result() for task in tasks]) if tasks else []


async def _answered(wanted: Wanted, call: Call, find: Find) -> Answered:
    spec = find(wanted.name)
    try:
        arguments = _arguments(wanted)
        if spec is not None:
            arguments = without_nulls(spec.input_schema, arguments)
        result = await call(wanted.name, arguments)
    except SkillpodError as error:
        return Answered(wanted=wanted, spec=spec, error=error)
    return Answered(wanted=wanted, spec=spec, value=result.value, is_content=result.is_content)


def _arguments(wanted: Wanted) -> Any:
    if not isinstance(wanted.arguments, str):
        return wanted.arguments
    try:
        return json.loads(wanted.arguments or "{}")
    except (ValueError, RecursionError) as fault:
        raise ArgumentsInvalid(f"the arguments are not JSON: {fault}", at=wanted.name) from None


def _known(provider: str) -> Provider:
    try:
        return PROVIDERS[provider]
    except KeyError:
        hint = did_you_mean(provider, PROVIDERS) or f"one of: {', '.join(PROVIDERS)}"
        raise CommandInvalid(f"there is no tool format `{provider}`", hint=hint) from None
