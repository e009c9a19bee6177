"""Pydantic AI: a pod as a toolset, which is read again at every step of a run, so that skills appear and go while the agent works.

::

    from skillpod.adapters.pydantic_ai import toolset

    agent = Agent("anthropic:claude-sonnet-5", toolsets=[toolset(pod)])
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from skillpod.adapters.tool import AnyPod, PodTool, needing, pod_tools
from skillpod.errors import Misused, SkillpodError
from skillpod.model.command import Caller
from skillpod.registry.functions.content import Media, shown
from skillpod.registry.functions.texts import error_text


def toolset(pod: AnyPod, *, caller: Caller | None = None, offer: str = "skills", id: str = "skillpod") -> Any:
    """The tools that are callable at each step. What the model asked wrongly it is asked to do again (``ModelRetry``); what failed is told
    to it (``ToolFailed``). ``id`` tells two pods of one agent apart. Raises PackageMissing."""
    with needing("pydantic-ai-slim>=2.68,<3"):
        from pydantic_ai import BinaryContent, ModelRetry  # type: ignore[import-not-found]  # SAFE: lazy, see needing
        from pydantic_ai.exceptions import ToolFailed  # type: ignore[import-not-found]  # SAFE: lazy, see needing
        from pydantic_ai.tools import ToolDefinition  # type: ignore[import-not-found]  # SAFE: lazy, see needing
        from pydantic_ai.toolsets import AbstractToolset, ToolsetTool  # type: ignore[import-not-found]  # SAFE: lazy, see needing
        from pydantic_core import SchemaValidator, core_schema

    any_object = SchemaValidator(core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema()))

    @dataclass(kw_only=True)
    class SkillTool(ToolsetTool):  # type: ignore[misc]  # SAFE: the framework is not installed where types are checked
        pod_tool: PodTool

    class SkillToolset(AbstractToolset):  # type: ignore[misc]  # SAFE: as above
        @property
        def id(self) -> str:
            return id

        async def get_tools(self, ctx: Any) -> dict[str, Any]:
            return {tool.name: self._made(tool, ctx) for tool in pod_tools(pod, caller=caller, offer=offer)}

        def _made(self, tool: PodTool, ctx: Any) -> SkillTool:
            definition = ToolDefinition(name=tool.name, description=tool.description, parameters_json_schema=tool.parameters)
            return SkillTool(toolset=self, tool_def=definition, max_retries=ctx.max_retries, args_validator=any_object, pod_tool=tool)

        async def call_tool(self, name: str, tool_args: dict[str, Any], ctx: Any, tool: Any) -> Any:
            try:
                result = await tool.pod_tool.call(tool_args)
            except Misused as error:
                raise ModelRetry(error_text(error)) from error
            except SkillpodError as error:
                raise ToolFailed(error_text(error)) from error
            return shown(result.value, text=lambda words: words, media=_binary) if result.is_content else result.value

    def _binary(media: Media) -> Any:
        return BinaryContent(data=base64.b64decode(media.data), media_type=media.type)

    return SkillToolset()
