"""Values held to a schema: the short way says yes only where the library does."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from skillpod.documents import Schema

TEXT = {"type": "string", "title": "A text", "default": ""}
PLAIN = {"type": "object", "properties": {"text": TEXT, "times": {"type": "integer"}}, "required": ["text"], "additionalProperties": False}
SCHEMAS: list[dict[str, Any]] = [
    *({"type": kind} for kind in ("string", "integer", "number", "boolean", "null", "object", "array")),
    PLAIN,
    {**PLAIN, "additionalProperties": True},
    {**PLAIN, "required": ["text", "more"]},
    {**PLAIN, "maxProperties": 1},
    {**PLAIN, "properties": {"text": {"type": "string", "maxLength": 1}}},
    {**PLAIN, "properties": {"text": {"type": ["string", "null"]}}},
    {**PLAIN, "properties": {"text": {}}},
    {**PLAIN, "properties": {"text": True}},
    {**PLAIN, "properties": {"text": False}},
    {**PLAIN, "not": {}},
    {"properties": {"text": TEXT}},
    {"type": "string", "enum": ["a"]},
    {},
    *({"type": "array", "items": items} for items in (TEXT, PLAIN, {}, True, False, {"type": "number"}, {"type": "array"})),
    {"type": "array", "items": TEXT, "minItems": 2},
    {"type": "array", "prefixItems": [TEXT]},
    {"type": "array", "items": {"type": "array", "items": {"anyOf": [TEXT, {"type": "integer"}]}}},
    {"anyOf": [TEXT, {"type": "null"}]},
    {"anyOf": [PLAIN, {"type": "array", "items": PLAIN}]},
    {"anyOf": [TEXT, {"type": "integer"}], "title": "A choice", "minLength": 2},
    {"type": "object", "additionalProperties": TEXT},
    {"type": "object", "additionalProperties": False},
    {"type": "object", "properties": {"text": PLAIN}, "additionalProperties": {"type": "array", "items": TEXT}},
    {"type": "object", "additionalProperties": {"$ref": "#/$defs/text"}, "$defs": {"text": TEXT}},
    {"type": "object", "patternProperties": {"^t": {"type": "integer"}}},
    *({"type": "string", keyword: limit} for keyword in ("minLength", "maxLength") for limit in (0, 1, 2, 1.0)),
    *({"type": kind, keyword: 1} for kind in ("integer", "number") for keyword in ("minimum", "maximum", "exclusiveMinimum", "const")),
    *({"type": kind, "exclusiveMaximum": 1.5} for kind in ("integer", "number", "string")),
    *({"type": "array", keyword: 1} for keyword in ("minItems", "maxItems")),
    *({"type": "object", keyword: 1} for keyword in ("minProperties", "maxProperties")),
    {"type": "array", "uniqueItems": True},
    {"type": "array", "uniqueItems": False, "items": TEXT},
    {"type": "string", "pattern": "^a+$"},
    {"type": "string", "enum": ["ab", 1, None]},
    {"type": "string", "const": "a"},
    {"type": "number", "const": True},
    {"type": "integer", "enum": [1, True]},
    {"type": "boolean", "const": True},
    {"type": ["string", "integer"], "minimum": 1},
    {"minLength": 2},
    {"enum": ["a", 1]},
    {"type": "string", "$defs": {"text": TEXT}},
    {"$ref": "#/$defs/text", "$defs": {"text": TEXT}},
    {"$ref": "#/$defs/text", "$defs": {"text": TEXT}, "maxLength": 1},
    {"type": "array", "items": {"$ref": "#/$defs/plain"}, "$defs": {"plain": PLAIN}},
    {
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/tree"},
        "$defs": {"tree": {"anyOf": [TEXT, {"$ref": "#/$defs/list"}]}, "list": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
    },
    {"type": "array", "items": {"$ref": "#/$defs/a~1b"}, "$defs": {"a/b": TEXT, "a~1b": {"type": "integer"}}},
    {"type": "array", "items": {"$id": "urn:y", "$ref": "#/$defs/text", "$defs": {"text": {"type": "integer"}}}, "$defs": {"text": TEXT}},
    {"$id": "urn:x", "type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 1}, "maxItems": 1, "examples": [[1]]},
    {**PLAIN, "properties": {"text": {"type": "string", "minLength": 1}, "times": {"type": "integer", "maximum": 0}}},
]
ALONE: list[Any] = ["a", "ab", 1, 1.0, 1.5, True, None, [], {}]
VALUES: list[Any] = [
    *ALONE,
    *({"text": value} for value in ALONE),
    *({"text": "a", "times": value} for value in ALONE),
    {"text": "a", "more": 1},
    {"times": 1},
    {"text": "a", "times": 1, "more": "b"},
    {"text": {"text": "a"}, "more": ["b"]},
    {"text": {"text": 1}, "more": ["b", 1]},
    *([value] for value in ALONE),
    *([["a", value], [1]] for value in ALONE),
    [{"text": "a"}, {"text": "b", "times": 2}],
    [{"text": "a"}, {"text": 1}],
    *([1, value] for value in ALONE),
    [{"a": [1]}, {"a": [True]}, {"a": [1.0]}],
    {"a": 1, "b": 2},
    (1, 2),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_schema_accepts_what_the_library_accepts_and_nothing_else(schema: dict[str, Any]) -> None:
    library: Any = Draft202012Validator(schema)
    ours = Schema(schema)
    assert [ours.accepts(value) for value in VALUES] == [library.is_valid(value) for value in VALUES]


def test_the_library_is_not_loaded_for_what_is_surely_valid() -> None:
    """It takes as long to load as the rest of a check."""
    program = """\
import json, sys
from skillpod.documents import Schema
from skillpod.resources import packaged_text
schema = Schema(json.loads(packaged_text("manifest/schema.json")))
document = {"name": "a", "version": "1.0.0", "description": "d", "author": "a", "limits": {"wall": "5s"}, "tags": ["x"]}
assert schema.faults(document, name="manifest.yaml") == []
assert "jsonschema" not in sys.modules
assert schema.faults({**document, "name": "A"}, name="manifest.yaml")
assert "jsonschema" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
