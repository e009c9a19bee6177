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
from skillpod.blocking import Blocking
from skillpod.errors import CommandInvalid, SkillpodError
from skillpod.model.command import Caller
from skillpod.registry.functions.content import shown
from skillpod.registry.functions.texts import error_text

_DEPTH, _CLASSES = 4, 100
"""Levels of classes that are written out, and how many in one tool."""


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
    written = _Written(parameters.get("$defs", {}))
    found = {name: _input(written.out(rules)) for name, rules in parameters.get("properties", {}).items()}
    return {name: {**shape, **({} if name in required else {"nullable": True})} for name, shape in found.items()}


def _input(rules: dict[str, Any]) -> dict[str, Any]:
    """A parameter in the words the framework has: one type or several, a description, ``nullable``."""
    alternatives = [part for part in rules.pop("anyOf", ()) if part.get("type") != "null"]
    if len(alternatives) == 1:
        rules = {**alternatives[0], **rules, "nullable": True}
    elif alternatives:
        rules["type"] = sorted({kind for part in alternatives for kind in _kinds(part)})
    return {**rules, "type": rules.get("type", "any"), "description": rules.get("description", "")}


def _kinds(rules: Mapping[str, Any]) -> list[str]:
    kinds = rules.get("type", "any")
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _output(tool: PodTool) -> tuple[str, dict[str, Any] | None]:
    """The type of the value; its schema too when it is an object, whose fields the model may then use."""
    if tool.spec.is_content:
        return "string", None
    rules = tool.spec.output_schema or {}
    schema = _Written(rules.get("$defs", {})).out({keyword: value for keyword, value in rules.items() if keyword != "$defs"})
    kind = schema.get("type", "any")
    return (kind, schema if kind == "object" else None) if isinstance(kind, str) else ("any", None)


class _Written:
    """Rules with what they refer to in its place: the framework hands on no definitions. Classes deep inside, or beyond what a model would
    want to read, are told by their type alone."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._left = _CLASSES

    def out(self, rules: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self._part(rules, _DEPTH)
        return found

    def _part(self, rules: Any, depth: int) -> Any:
        if isinstance(rules, list):
            return [self._part(part, depth) for part in rules]
        if not isinstance(rules, Mapping):
            return rules
        found = {keyword: self._part(value, depth) for keyword, value in rules.items() if keyword != "$ref"}
        if "$ref" not in rules:
            return found
        target = self._definitions.get(str(rules["$ref"]).rpartition("/")[2], {})
        if depth == 0 or self._left == 0:
            return {"type": target.get("type", "object"), **found}
        self._left -= 1
        return {**self._part(target, depth - 1), **found}
