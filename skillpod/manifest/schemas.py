"""JSON Schemas that strangers wrote: whether the host may safely evaluate one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from skillpod.documents import MAX_PATTERNS, dotted, join, meta_faults, pattern_fault
from skillpod.errors import DocumentInvalid

MAX_EXPANSION = 10_000
"""Subschemas when every reference is written out: the work that one value can cause."""
MAX_NESTING = 32
"""Subschemas inside each other when every reference is written out."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLES = (
    "items",
    "additionalProperties",
    "propertyNames",
    "contains",
    "contentSchema",
    "not",
    "if",
    "then",
    "else",
)
_REFUSED = (
    "patternProperties",
    "unevaluatedProperties",  # each level looks at all below it twice, so nesting doubles the work
    "unevaluatedItems",
    "$id",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
    "$vocabulary",
)
_INSTEAD = {
    "patternProperties": "use propertyNames and additionalProperties",
    "unevaluatedProperties": "use additionalProperties",
    "unevaluatedItems": "use items",
}
_LOCAL = re.compile(r"#/\$defs/([A-Za-z0-9_.-]+)")  # nothing that a pointer would read as an escape or as a second step

Path = tuple[str | int, ...]


def author_schema_faults(schema: Mapping[str, Any], *, name: str, most: int = MAX_EXPANSION) -> list[DocumentInvalid]:
    """Why an author's schema is not accepted: not JSON Schema 2020-12, a reference that is not ``#/$defs/NAME`` or goes in a circle,
    or so much that one value would keep the host busy: more than ``most`` subschemas. ``name`` is the place of the schema.

    ``$anchor`` is taken as a name that nothing refers to.
    """
    faults = meta_faults(schema, name=name)
    if faults:
        return faults
    if len(patterns_of(schema)) > MAX_PATTERNS:
        return [_fault(f"more than {MAX_PATTERNS} patterns", (), name, "make it simpler")]
    for path, subschema in _walk(schema, ()):
        faults.extend(_keyword_faults(schema, subschema, path, name))
    return faults or _expansion_faults(schema, name, most)


def patterns_of(schema: Mapping[str, Any]) -> set[str]:
    """The regular expressions of a schema, each once."""
    return {subschema["pattern"] for _, subschema in _walk(schema, ()) if "pattern" in subschema}


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
    named = _LOCAL.fullmatch(reference)
    return root.get("$defs", {}).get(named[1]) if named else None


def _expansion_faults(root: Mapping[str, Any], name: str, most: int) -> list[DocumentInvalid]:
    try:
        extent = _Expansion(root).of(root)
    except _Circle as circle:
        return [_fault(f"the reference {circle} goes in a circle", (), name, "write out as many levels as are needed")]
    except RecursionError:
        return [_too_deep(name)]
    if extent.size > most:
        return [_fault(f"written out it has more than {most} subschemas", (), name, "make it simpler")]
    return [_too_deep(name)] if extent.nesting > MAX_NESTING else []


def _too_deep(name: str) -> DocumentInvalid:
    return _fault(f"written out it nests more than {MAX_NESTING} deep", (), name, "make it simpler")


class _Circle(Exception):
    """A reference that leads back to itself."""


class _Extent(NamedTuple):
    """How many subschemas, and how many of them inside each other."""

    size: int
    nesting: int


class _Expansion:
    """Counts subschemas with every reference written out, each definition once."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._known: dict[str, _Extent] = {}
        self._open: set[str] = set()

    def of(self, schema: Any) -> _Extent:
        if not isinstance(schema, dict):
            return _Extent(1, 1)
        inside = [self.of(below) for step, below in _children(schema) if step[0] not in ("$defs", "definitions")]
        if "$ref" in schema:
            inside.append(self._referenced(schema["$ref"]))
        return _Extent(1 + sum(part.size for part in inside), 1 + max((part.nesting for part in inside), default=0))

    def _referenced(self, reference: str) -> _Extent:
        if reference in self._open:
            raise _Circle(reference)
        if reference not in self._known:
            self._open.add(reference)
            self._known[reference] = self.of(_target(self._root, reference))
            self._open.discard(reference)
        return self._known[reference]


def _fault(message: str, path: Path, name: str, hint: str) -> DocumentInvalid:
    return DocumentInvalid(message, at=join(name, dotted(path)), hint=hint)
