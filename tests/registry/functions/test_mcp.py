"""MCP's shapes, held to the SDK's own types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mcp.types import CallToolResult, ImageContent, Tool

from skillpod.documents import Schema
from skillpod.errors import ArgumentsInvalid, DocumentInvalid, ToolRaised
from skillpod.registry.functions.mcp import error_shape, result_shape, tool_shape
from skillpod.registry.stable import SPECS
from tests.support.registry import spec

REPORT = {
    "type": "object",
    "properties": {"score": {"type": "number"}, "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}}},
    "required": ["score"],
    "additionalProperties": False,
}
WHOLE = {"score": 1, "parts": [{"name": "a"}]}
PART = {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": False}


def giving(output: Any, **said: Any) -> Any:
    return replace(spec("alpha", "give", output=output), **said)


@pytest.mark.parametrize("each", [*SPECS, giving(None), giving({"type": "string"}), giving({"type": "object"})], ids=lambda each: each.name)
def test_a_tool_is_what_the_sdk_takes_for_one(each: Any) -> None:
    shape = tool_shape(each)
    tool = Tool.model_validate(shape)
    assert tool.name == each.exported
    assert tool.model_dump(by_alias=True, exclude_none=True) == shape


def test_hints_are_annotations() -> None:
    shape = tool_shape(giving(None, hints={"read_only": True, "idempotent": False, "category": "words"}))
    assert shape["annotations"] == {"readOnlyHint": True, "idempotentHint": False}


@pytest.mark.parametrize(
    ("output", "value", "structured"),
    [
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 1}, {"a": 1}),
        ({"type": "string"}, "text", {"result": "text"}),
        ({"type": "array", "items": {"type": "integer"}}, [1, 2], {"result": [1, 2]}),
        ({"anyOf": [{"type": "object"}, {"type": "null"}]}, None, {"result": None}),
        ({"anyOf": [{"type": "object"}, {"type": "null"}]}, {"a": 1}, {"result": {"a": 1}}),
        ({"$ref": "#/$defs/R", "$defs": {"R": REPORT, "Part": PART}}, WHOLE, WHOLE),
        ({"$ref": "#/$defs/R", "$defs": {"R": {"enum": ["a", "b"]}}}, "a", {"result": "a"}),
        ({"type": "array", "items": {"$ref": "#/$defs/Part"}, "$defs": {"Part": PART}}, [{"name": "a"}], {"result": [{"name": "a"}]}),
    ],
)
def test_structured_content_is_an_object_that_fits_the_output_schema(output: Any, value: Any, structured: Any) -> None:
    told, shown = tool_shape(giving(output)), result_shape(giving(output), value)
    assert told["outputSchema"]["type"] == "object"
    assert shown["structuredContent"] == structured
    assert Schema(told["outputSchema"]).accepts(structured)
    assert not CallToolResult.model_validate(shown).is_error


def test_a_class_is_written_out_at_the_root_and_kept_where_it_is_referred_to() -> None:
    schema = tool_shape(giving({"$ref": "#/$defs/R", "description": "A report.", "$defs": {"R": REPORT, "Part": PART}}))["outputSchema"]
    assert (schema["properties"], schema["description"], schema["$defs"]) == (REPORT["properties"], "A report.", {"Part": PART})
    tree = {"type": "object", "properties": {"below": {"$ref": "#/$defs/Tree"}}}
    assert tool_shape(giving({"$ref": "#/$defs/Tree", "$defs": {"Tree": tree}}))["outputSchema"] == {**tree, "$defs": {"Tree": tree}}


def test_what_stands_beside_a_reference_still_holds() -> None:
    output = {"$ref": "#/$defs/R", "minProperties": 2, "$defs": {"R": {"type": "object"}}}
    assert tool_shape(giving(output))["outputSchema"] == {"type": "object", **output}


def test_a_tool_that_declares_nothing_gives_objects_as_structure_and_anything_as_text() -> None:
    assert "outputSchema" not in tool_shape(giving(None))
    assert result_shape(giving(None), {"a": 1})["structuredContent"] == {"a": 1}
    assert result_shape(giving(None), [1]) == {"content": [{"type": "text", "text": "[1]"}], "isError": False}
    assert result_shape(giving(None), "plain")["content"] == [{"type": "text", "text": "plain"}]


def test_content_values_are_the_blocks_and_nothing_else() -> None:
    blocks = [{"type": "text", "text": "see"}, {"type": "image", "data": "aGk=", "mimeType": "image/png"}]
    shape = result_shape(giving(None, is_content=True), blocks)
    assert shape == {"content": blocks, "isError": False}
    assert isinstance(CallToolResult.model_validate(shape).content[1], ImageContent)


def test_an_error_tells_the_model_what_to_do_and_no_traceback() -> None:
    error = ArgumentsInvalid("the arguments do not fit", hint="look", at="a__b", reasons=[DocumentInvalid("too short", at="a__b:text")])
    shape = error_shape(error)
    assert CallToolResult.model_validate(shape).is_error
    assert '"reasons": [{"code": "document_invalid", "message": "too short", "at": "a__b:text"}]' in shape["content"][0]["text"]
    raised = error_shape(ToolRaised("boom", exception="ValueError", traceback="skill://a/handler.py:3"))
    assert "ValueError" in raised["content"][0]["text"]
    assert "handler.py" not in raised["content"][0]["text"]


def test_text_that_no_request_could_carry_is_made_whole() -> None:
    assert result_shape(giving(None), "a\ud800b")["content"][0]["text"] == "a?b"
