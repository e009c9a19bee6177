"""Random schemas of the kinds that annotations become, and random values for them: right ones, and ones that miss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from skillpod.documents import Schema

Rules = Mapping[str, Any]

_NAMES = ("a", "b", "c")
_SCALARS: tuple[Rules, ...] = (
    {"type": "string"},
    {"type": "string", "pattern": "^x"},
    {"type": "integer"},
    {"type": "integer", "minimum": 1, "maximum": 3},
    {"type": "number", "exclusiveMinimum": 0},
    {"type": "boolean"},
    {"type": "null"},
    {"const": "one", "type": "string"},
    {"enum": ["one", "two"], "type": "string"},
    {"enum": [1, "one", None, True]},
)
_WRONG = st.sampled_from([None, True, 0, 2, -1.5, "", "x", "one", [], [None], {}, {"a": None}, {"a": None, "b": None, "c": None}])


def _objects(inner: st.SearchStrategy[Rules]) -> st.SearchStrategy[Rules]:
    properties = st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3)
    return st.tuples(properties, st.sets(st.sampled_from(_NAMES))).map(
        lambda drawn: {
            "type": "object",
            "properties": drawn[0],
            "required": sorted(drawn[1] & drawn[0].keys()),
            "additionalProperties": False,
        }
    )


def _grown(inner: st.SearchStrategy[Rules]) -> st.SearchStrategy[Rules]:
    lists = st.tuples(inner, st.sampled_from([{}, {"minItems": 1}, {"maxItems": 2}])).map(
        lambda drawn: {"type": "array", "items": drawn[0], **drawn[1]}
    )
    unions = st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"anyOf": parts})
    described = inner.map(lambda rules: {**rules, "description": "words"})
    return st.one_of(_objects(inner), lists, unions, described)


_TYPES = st.recursive(st.sampled_from([*_SCALARS, {"$ref": "#/$defs/Leaf"}, {"$ref": "#/$defs/Tree"}]), _grown, max_leaves=8)
_LEAVES = _objects(st.sampled_from(_SCALARS))
_TREE: Rules = {
    "type": "object",
    "properties": {
        "leaf": {"$ref": "#/$defs/Leaf", "description": "its leaf"},
        "below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
    },
    "required": [],
    "additionalProperties": False,
}

parameters: st.SearchStrategy[Rules] = st.tuples(_objects(_TYPES), _LEAVES).map(
    lambda drawn: {**drawn[0], "$defs": {"Leaf": drawn[1], "Tree": _TREE}}
)
"""Schemas of a tool's arguments; a definition that holds itself is in each."""


@st.composite
def values(draw: st.DrawFn, schema: Rules, definitions: Rules, *, misses: int, depth: int = 0) -> Any:
    """A value for a schema, which fits but for about one part in ``misses`` (0: it fits)."""
    if misses and draw(st.integers(0, misses - 1)) == 0:
        return draw(_WRONG)
    below: dict[str, Any] = {"definitions": definitions, "misses": misses, "depth": depth + 1}
    if "$ref" in schema:
        return draw(values(definitions[schema["$ref"].rpartition("/")[2]], **below))
    if "anyOf" in schema:
        return draw(values(draw(st.sampled_from(schema["anyOf"])), **below))
    if "enum" in schema or "const" in schema:
        return draw(st.sampled_from([schema["const"]] if "const" in schema else schema["enum"]))
    kinds = schema["type"]
    match draw(st.sampled_from([kinds] if isinstance(kinds, str) else kinds)):
        case "object":
            required = schema.get("required", ())
            given = [name for name in schema["properties"] if name in required or (depth < 6 and draw(st.booleans()))]
            return {name: draw(values(schema["properties"][name], **below)) for name in given}
        case "array":
            least = schema.get("minItems", 0)
            most = max(least, min(schema.get("maxItems", 2), 2 if depth < 6 else least))
            return draw(st.lists(values(schema["items"], **below), min_size=least, max_size=most))
        case "string":
            return draw(st.sampled_from(["x", "xy"] if "pattern" in schema else ["", "one", "x"]))
        case "integer":
            return draw(st.integers(schema.get("minimum", -2), schema.get("maximum", 5)))
        case "number":
            return draw(st.sampled_from([0.5, 2]))
        case "boolean":
            return draw(st.booleans())
    return None


def filled(schema: Rules, value: Any, definitions: Rules) -> Any:
    """A value that fits, with null for each property that it leaves out: how a strict model would write it."""
    if "$ref" in schema:
        return filled(definitions[schema["$ref"].rpartition("/")[2]], value, definitions)
    if "anyOf" in schema:
        fitting = next(part for part in schema["anyOf"] if Schema({**part, "$defs": definitions}).accepts(value))
        return filled(fitting, value, definitions)
    if isinstance(value, dict):
        return {name: filled(rules, value[name], definitions) if name in value else None for name, rules in schema["properties"].items()}
    return [filled(schema["items"], item, definitions) for item in value] if isinstance(value, list) and "items" in schema else value
