"""The shapes of MCP: a tool as ``tools/list`` gives it, a result and an error as ``tools/call`` does.

Source: the specification's ``Tool`` and ``CallToolResult``. Up to revision 2025-11-25 an ``outputSchema`` has the type ``object`` at its
root and ``structuredContent`` is an object; the newer ones allow any value. What is said here holds in both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.manifest import ToolSpec
from skillpod.registry.functions.provider import Answered, Defer, Item, Offered, Provider, Shape, Wanted, items
from skillpod.registry.functions.texts import described, error_text, value_text

RESULT = "result"
"""The field that a result which need not be an object is wrapped in."""

_HINTS: Mapping[str, str] = {"read_only": "readOnlyHint", "destructive": "destructiveHint", "idempotent": "idempotentHint"}


def tool_shape(spec: ToolSpec) -> dict[str, Any]:
    """One entry of ``tools/list``, as JSON: ``name``, ``description``, ``inputSchema``, and what else is known of it."""
    shape: dict[str, Any] = {"name": spec.exported}
    title = str(spec.hints.get("title", ""))
    if title:
        shape["title"] = title
    shape["description"] = described(spec)
    shape["inputSchema"] = {"type": "object", **spec.input_schema}
    output = _output_schema(spec)
    if output is not None:
        shape["outputSchema"] = output
    annotations = {word: spec.hints[hint] for hint, word in _HINTS.items() if isinstance(spec.hints.get(hint), bool)}
    if title:
        annotations["title"] = title  # where clients before 2025-06-18 look for it
    if annotations:
        shape["annotations"] = annotations
    return shape


def result_shape(spec: ToolSpec, value: Any) -> dict[str, Any]:
    """A ``CallToolResult`` as JSON, for a value that fits the tool's output schema."""
    if spec.is_content:
        return content_shape(value)
    shape: dict[str, Any] = {"content": [_text(value_text(value))], "isError": False}
    if spec.output_schema is None:
        structured = value if isinstance(value, Mapping) else None
    else:
        structured = {RESULT: value} if _object_schema(spec.output_schema) is None else value
    if structured is not None:
        shape["structuredContent"] = structured
    return shape


def content_shape(blocks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A ``CallToolResult`` of content blocks, which are MCP's own already."""
    return {"content": [dict(block) for block in blocks], "isError": False}


def error_shape(error: SkillpodError) -> dict[str, Any]:
    """A ``CallToolResult`` that tells the model what went wrong, so that it can do better."""
    return {"content": [_text(error_text(error))], "isError": True}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _output_schema(spec: ToolSpec) -> dict[str, Any] | None:
    if spec.output_schema is None or spec.is_content:
        return None
    as_object = _object_schema(spec.output_schema)
    if as_object is not None:
        return as_object
    inner = {keyword: value for keyword, value in spec.output_schema.items() if keyword != "$defs"}
    wrapped: dict[str, Any] = {"type": "object", "properties": {RESULT: inner}, "required": [RESULT], "additionalProperties": False}
    if "$defs" in spec.output_schema:
        wrapped["$defs"] = spec.output_schema["$defs"]  # references are counted from the root
    return wrapped


def _object_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema with ``type: object`` at its root, when it accepts nothing but objects; a reference to a class is written out."""
    if schema.get("type") == "object":
        return dict(schema)
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    reference = str(schema.get("$ref", ""))
    target = definitions.get(reference.removeprefix("#/$defs/"))
    if not reference or not isinstance(target, Mapping) or target.get("type") != "object":
        return None
    beside = {keyword: value for keyword, value in schema.items() if keyword not in ("$ref", "$defs")}
    if not beside.keys() <= {"description", "title"}:
        return {"type": "object", **schema}  # what stands beside a reference holds too, so both stay as they are
    found = {**target, **beside}
    if reference in json.dumps([found, {name: kept for name, kept in definitions.items() if kept is not target}]):
        others = definitions  # it holds itself, or another class does
    else:
        others = {name: kept for name, kept in definitions.items() if kept is not target}
    return {**found, "$defs": dict(others)} if others else found


# --- as a provider: for code that speaks MCP by itself -----------------------------------------------------------------------------


def _define(tools: Sequence[Offered], defer: Defer) -> list[Shape]:
    return [tool_shape(offered.spec) for offered in tools]


def _find(item: Item) -> Iterator[Wanted]:
    """``{name, arguments}``, or a request or its parameters as the SDK has them."""
    if item.get("method", "tools/call") != "tools/call":
        return
    for parameters in items(item.get("params", item)):
        if "name" in parameters:
            call = parameters.get("arguments") or {}
            yield Wanted(id=str(item.get("id", "")), name=str(parameters["name"]), arguments=call, item=item)


def _answer(answers: Sequence[Answered]) -> list[Shape]:
    return [_outcome(answered) for answered in answers]


def _outcome(answered: Answered) -> Shape:
    if answered.error is not None:
        return error_shape(answered.error)
    if answered.is_content:  # by what was called, which may be another tool than the one that was asked to call it
        return content_shape(answered.value)
    if answered.spec is None:
        return {"content": [_text(value_text(answered.value))], "isError": False}
    return result_shape(answered.spec, answered.value)


MCP = Provider(name="mcp", define=_define, find=_find, answer=_answer)
