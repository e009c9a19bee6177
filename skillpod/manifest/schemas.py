"""JSON Schemas that strangers wrote: whether the host may safely evaluate one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skillpod.documents import MAX_PATTERNS, dotted, join, meta_faults, pattern_fault
from skillpod.errors import DocumentInvalid

MAX_EXPANSION = 10_000
"""Subschemas when every reference is written out: the work that one value can cause."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLES = (
    "items",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "contains",
    "contentSchema",
    "not",
    "if",
    "then",
    "else",
)
_REFUSED = ("patternProperties", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary")
_INSTEAD = {"patternProperties": "use propertyNames and additionalProperties"}
_LOCAL = "#/$defs/"

Path = tuple[str | int, ...]


def author_schema_faults(schema: Mapping[str, Any], *, name: str) -> list[DocumentInvalid]:
    """Why an author's schema is not accepted: not JSON Schema 2020-12, a reference that is not ``#/$defs/NAME`` or goes in a circle,
    or so much that one value would keep the host busy. ``name`` is the place of the schema."""
    faults = meta_faults(schema, name=name)
    if faults:
        return faults
    patterns = {subschema["pattern"] for _, subschema in _walk(schema, ()) if "pattern" in subschema}
    if len(patterns) > MAX_PATTERNS:
        return [_fault(f"more than {MAX_PATTERNS} patterns", (), name, "make it simpler")]
    for path, subschema in _walk(schema, ()):
        faults.extend(_keyword_faults(schema, subschema, path, name))
    return faults or _expansion_faults(schema, name)


def _walk(schema: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if not isinstance(schema, dict):
        return
    yield path, schema
    for step, below in _children(schema):
        yield from _walk(below, (*path, *step))


def _children(schema: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for keyword, value in schema.items():
        if keyword in _MAPS and isinstance(value, dict):
            yield from (((keyword, key), below) for key, below in value.items())
        elif keyword in _LISTS and isinstance(value, list):
            yield from (((keyword, index), below) for index, below in enumerate(value))
        elif keyword in _SINGLES:
            yield (keyword,), value


def _keyword_faults(root: Mapping[str, Any], schema: Mapping[str, Any], path: Path, name: str) -> Iterator[DocumentInvalid]:
    for keyword in _REFUSED:
        if keyword in schema:
            yield _fault(
                f"`{keyword}` is not accepted", (*path, keyword), name, _INSTEAD.get(keyword, "remove it; reference with #/$defs/NAME")
            )
    if schema.get("$schema", _DIALECT) != _DIALECT:
        yield _fault("only JSON Schema 2020-12 is accepted", (*path, "$schema"), name, f"remove it, or write {_DIALECT}")
    refused = pattern_fault(schema["pattern"]) if "pattern" in schema else ""
    if refused:
        yield _fault(f"the pattern {refused}", (*path, "pattern"), name, "write a simpler pattern")
    if "$ref" in schema and _target(root, schema["$ref"]) is None:
        yield _fault("a reference must be #/$defs/NAME of a schema that is there", (*path, "$ref"), name, "no remote references")


def _target(root: Mapping[str, Any], reference: str) -> Any:
    if not reference.startswith(_LOCAL):
        return None
    key = reference.removeprefix(_LOCAL).replace("~1", "/").replace("~0", "~")
    return root.get("$defs", {}).get(key)


def _expansion_faults(root: Mapping[str, Any], name: str) -> list[DocumentInvalid]:
    try:
        size = _Expansion(root).size(root)
    except RecursionError as error:
        return [_fault(str(error), (), name, "schemas of configuration can't be recursive")]
    if size > MAX_EXPANSION:
        return [_fault(f"written out it has more than {MAX_EXPANSION} subschemas", (), name, "make it simpler")]
    return []


class _Expansion:
    """Counts subschemas with every reference written out, each definition once."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._known: dict[str, int] = {}
        self._open: set[str] = set()

    def size(self, schema: Any) -> int:
        if not isinstance(schema, dict):
            return 1
        total = 1 + sum(self.size(below) for step, below in _children(schema) if step[0] not in ("$defs", "definitions"))
        return total + self._referenced(schema["$ref"]) if "$ref" in schema else total

    def _referenced(self, reference: str) -> int:
        if reference in self._open:
            raise RecursionError(f"the reference {reference} goes in a circle")
        if reference not in self._known:
            self._open.add(reference)
            self._known[reference] = self.size(_target(self._root, reference))
            self._open.discard(reference)
        return self._known[reference]


def _fault(message: str, path: Path, name: str, hint: str) -> DocumentInvalid:
    return DocumentInvalid(message, at=join(name, dotted(path)), hint=hint)
