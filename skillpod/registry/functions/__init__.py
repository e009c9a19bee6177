"""Tools in the shapes that function-calling APIs want, and their calls answered in the shapes they expect.

Source of the OpenAI shape: the Responses API's function tools and ``function_call`` / ``function_call_output`` items.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from skillpod.documents import did_you_mean
from skillpod.errors import ArgumentsInvalid, CommandInvalid, SkillpodError
from skillpod.model.manifest import ToolSpec

PROVIDERS = ("openai",)

Call = Callable[[str, Any], Awaitable[Any]]


def tool_definitions(provider: str, specs: Iterable[ToolSpec]) -> list[dict[str, Any]]:
    """The list for the API's ``tools`` parameter. Raises CommandInvalid for a provider we do not speak."""
    _require(provider)
    return [
        {
            "type": "function",
            "name": spec.exported,
            "description": spec.description,
            "parameters": dict(spec.input_schema),
            "strict": False,
        }
        for spec in specs
    ]


async def answer_calls(provider: str, tool_calls: Iterable[Any], call: Call) -> list[dict[str, Any]]:
    """One ``function_call_output`` for each ``function_call``, in order; a failed call is answered with its error, for the model to read.

    Items may be dicts or the SDK's own objects; items of other types (messages, reasoning) are passed over, so that a whole
    ``response.output`` may be given. Raises CommandInvalid for what is no item at all.
    """
    _require(provider)
    calls = [item for item in map(_as_mapping, tool_calls) if item.get("type", "function_call") == "function_call"]
    return [{"type": "function_call_output", "call_id": item.get("call_id", ""), "output": await _output(item, call)} for item in calls]


async def _output(item: Mapping[str, Any], call: Call) -> str:
    try:
        value = await call(str(item.get("name", "")), _arguments(item))
    except SkillpodError as error:
        return json.dumps({"error": error.as_dict()}, ensure_ascii=False)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _arguments(item: Mapping[str, Any]) -> Any:
    raw = item.get("arguments", "{}")
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw or "{}")
    except (ValueError, RecursionError) as fault:
        raise ArgumentsInvalid(f"the arguments are not JSON: {fault}", at=str(item.get("name", ""))) from None


def _as_mapping(item: Any) -> Mapping[str, Any]:
    if isinstance(item, Mapping):
        return item
    dump = getattr(item, "model_dump", None)
    if callable(dump):
        dumped = dump()
        if isinstance(dumped, Mapping):
            return dumped
    raise CommandInvalid(f"a tool call must be an object, got {type(item).__name__}")


def _require(provider: str) -> None:
    if provider not in PROVIDERS:
        hint = did_you_mean(provider, PROVIDERS) or f"one of: {', '.join(PROVIDERS)}"
        raise CommandInvalid(f"there is no tool format `{provider}`", hint=hint)
