"""LangChain and LangGraph: a pod's tools as ``BaseTool``s.

::

    from skillpod.adapters.langchain import tools

    agent = create_agent(model, tools=tools(pod))
"""

from __future__ import annotations

from typing import Any

from skillpod.adapters.tool import AnyPod, needing, pod_tools
from skillpod.blocking import Blocking
from skillpod.errors import CommandInvalid, SkillpodError
from skillpod.model.command import Caller
from skillpod.model.guest import CallResult
from skillpod.registry.functions.content import Media, shown
from skillpod.registry.functions.texts import error_text, value_text


def tools(pod: AnyPod, *, caller: Caller | None = None, offer: str = "skills") -> list[Any]:
    """The tools that are callable now. Those of a SkillManager are awaited (``ainvoke``), those of a blocking pod work in both ways.

    A failure is a ``ToolMessage`` with the status ``error``, for the model to read. Raises PackageMissing.
    """
    with needing("langchain-core>=1.7,<2"):
        from langchain_core.tools import BaseTool, ToolException  # type: ignore[import-not-found]  # SAFE: lazy, see needing

    class SkillTool(BaseTool):  # type: ignore[misc]  # SAFE: the framework is not installed where types are checked
        """Not a StructuredTool, which has parameters of its own named ``config`` and ``run_manager``: a skill may have them too."""

        tool: Any

        async def _arun(self, /, **arguments: Any) -> Any:
            try:
                return _shown(await self.tool.call(arguments))
            except SkillpodError as error:
                raise ToolException(error_text(error)) from error

        def _run(self, /, **arguments: Any) -> Any:
            if not isinstance(pod, Blocking):
                raise CommandInvalid("the tools of this pod are awaited", hint="use ainvoke, or SkillManager.blocking(...)")
            try:
                return _shown(self.tool.call_and_wait(arguments))
            except SkillpodError as error:
                raise ToolException(error_text(error)) from error

    return [
        SkillTool(name=tool.name, description=tool.description, args_schema=tool.parameters, handle_tool_error=True, tool=tool)
        for tool in pod_tools(pod, caller=caller, offer=offer)
    ]


def _shown(result: CallResult) -> Any:
    """Text, or LangChain's content blocks: any other list could be taken for such blocks."""
    if not result.is_content:
        return value_text(result.value)
    return shown(result.value, text=lambda words: {"type": "text", "text": words}, media=_media)


def _media(media: Media) -> dict[str, Any] | None:
    kind = "image" if media.type.startswith("image/") else "file"
    if kind == "file" and media.type.startswith("audio/"):
        return None
    return {"type": kind, "base64": media.data, "mime_type": media.type}
