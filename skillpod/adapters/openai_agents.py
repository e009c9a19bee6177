"""OpenAI's Agents SDK: a pod's tools as ``FunctionTool``s.

::

    from skillpod.adapters.openai_agents import tools

    agent = Agent(name="Researcher", tools=tools(pod))
"""

from __future__ import annotations

import json
from typing import Any

from skillpod.adapters.tool import AnyPod, PodTool, needing, pod_tools
from skillpod.errors import ArgumentsInvalid, SkillpodError
from skillpod.model.command import Caller
from skillpod.registry.functions.content import Media, shown
from skillpod.registry.functions.strict import strict_schema
from skillpod.registry.functions.texts import error_text, value_text


def tools(pod: AnyPod, *, caller: Caller | None = None, offer: str = "skills") -> list[Any]:
    """The tools that are callable now, strict where they can be. A failure is a text for the model to read. Raises PackageMissing."""
    with needing("openai-agents>=0.24,<1"):
        from agents import FunctionTool  # type: ignore[import-not-found]  # SAFE: lazy, see needing

    def made(tool: PodTool) -> Any:
        strict = strict_schema(tool.parameters)

        async def invoke(_context: Any, arguments: str) -> Any:
            return await _invoked(tool, arguments)

        return FunctionTool(
            name=tool.name,
            description=tool.description,
            params_json_schema=tool.parameters if strict is None else strict,
            on_invoke_tool=invoke,
            strict_json_schema=strict is not None,
        )

    return [made(tool) for tool in pod_tools(pod, caller=caller, offer=offer)]


async def _invoked(tool: PodTool, arguments: str) -> Any:
    try:
        result = await tool.call(_parsed(tool, arguments))
    except SkillpodError as error:
        return error_text(error)
    if not result.is_content:
        return value_text(result.value)
    return shown(result.value, text=lambda words: {"type": "text", "text": words}, media=_media)


def _parsed(tool: PodTool, arguments: str) -> Any:
    try:
        return json.loads(arguments or "{}")
    except (ValueError, RecursionError) as fault:
        raise ArgumentsInvalid(f"the arguments are not JSON: {fault}", at=tool.name) from None


def _media(media: Media) -> dict[str, Any] | None:
    url = f"data:{media.type};base64,{media.data}"
    if media.type.startswith("image/"):
        return {"type": "image", "image_url": url, "detail": "auto"}
    if media.type == "application/pdf":
        return {"type": "file", "file_data": url, "filename": media.name or "result.pdf"}
    return None
