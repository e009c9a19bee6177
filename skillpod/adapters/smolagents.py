"""smolagents: a blocking pod's tools as ``Tool``s.

::

    from skillpod.adapters.smolagents import tools

    with SkillManager.blocking("skills") as pod:
        agent = CodeAgent(tools=tools(pod), model=model)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skillpod.adapters.tool import PodTool, needing, pod_tools
from skillpod.errors import CommandInvalid, SkillpodError
from skillpod.manager import Blocking
from skillpod.model.command import Caller
from skillpod.registry.functions.content import shown
from skillpod.registry.functions.texts import error_text

_DEPTH = 4
"""Levels of classes that are written out: the framework hands on no definitions to refer to."""


def tools(pod: Blocking, *, caller: Caller | None = None, offer: str = "skills") -> list[Any]:
    """The tools that are callable now; a ``-`` in a name becomes a ``_``, for the model writes them as Python. A failure is raised, with
    the text that the model is to read. Raises PackageMissing, and CommandInvalid for a pod that is not a blocking one."""
    with needing("smolagents>=1.26,<2"):
        from smolagents import Tool  # type: ignore[import-not-found]  # SAFE: lazy, see needing

    if not isinstance(pod, Blocking):
        raise CommandInvalid("smolagents calls its tools without a loop", hint="give a pod of SkillManager.blocking(...)")

    class SkillTool(Tool):  # type: ignore[misc]  # SAFE: the framework is not installed where types are checked
        skip_forward_signature_validation = True  # the parameters are known from the schema only

        def __init__(self, tool: PodTool) -> None:
            self.name = tool.name.replace("-", "_")
            self.description = tool.description
            self.inputs = _inputs(tool.parameters)
            self.output_type, self.output_schema = _output(tool)
            self._tool = tool
            super().__init__()

        def forward(self, /, **arguments: Any) -> Any:
            try:
                result = self._tool.call_and_wait(arguments)
            except SkillpodError as error:
                raise RuntimeError(error_text(error)) from error
            if not result.is_content:
                return result.value
            return "\n".join(shown(result.value, text=lambda words: words, media=lambda media: None))

    return [SkillTool(tool) for tool in pod_tools(pod, caller=caller, offer=offer)]


def _inputs(parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    required = parameters.get("required", ())
    found = {name: _input(rules, parameters.get("$defs", {}), _DEPTH) for name, rules in parameters.get("properties", {}).items()}
    return {name: {**shape, **({} if name in required else {"nullable": True})} for name, shape in found.items()}


def _input(rules: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """A parameter in the words the framework has: one type or several, a description, ``nullable``."""
    written = _written_out(rules, definitions, depth)
    alternatives = [part for part in written.pop("anyOf", ()) if part.get("type") != "null"]
    if len(alternatives) == 1:
        written = {**alternatives[0], **written, "nullable": True}
    elif alternatives:
        written["type"] = sorted({kind for part in alternatives for kind in _kinds(part)})
    return {**written, "type": written.get("type", "any"), "description": written.get("description", "")}


def _kinds(rules: Mapping[str, Any]) -> list[str]:
    kinds = rules.get("type", "any")
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _written_out(rules: Any, definitions: Mapping[str, Any], depth: int) -> Any:
    """Rules with what they refer to in its place."""
    if isinstance(rules, list):
        return [_written_out(part, definitions, depth) for part in rules]
    if not isinstance(rules, Mapping):
        return rules
    found = {keyword: _written_out(value, definitions, depth) for keyword, value in rules.items() if keyword != "$ref"}
    if "$ref" not in rules:
        return found
    target = definitions.get(str(rules["$ref"]).rpartition("/")[2], {})
    if depth == 0:
        return {"type": target.get("type", "object"), **found}
    return {**_written_out(target, definitions, depth - 1), **found}


def _output(tool: PodTool) -> tuple[str, dict[str, Any] | None]:
    """The type of the value; its schema too when it is an object, whose fields the model may then use."""
    if tool.spec.is_content:
        return "string", None
    schema = _written_out(tool.spec.output_schema or {}, (tool.spec.output_schema or {}).get("$defs", {}), _DEPTH)
    schema.pop("$defs", None)
    kind = schema.get("type", "any")
    return (kind, schema if kind == "object" else None) if isinstance(kind, str) else ("any", None)
