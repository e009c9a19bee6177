"""Values held to a schema: the short way says yes only where the library does."""

from __future__ import annotations

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
    (1, 2),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_schema_accepts_what_the_library_accepts_and_nothing_else(schema: dict[str, Any]) -> None:
    library: Any = Draft202012Validator(schema)
    ours = Schema(schema)
    assert [ours.accepts(value) for value in VALUES] == [library.is_valid(value) for value in VALUES]
