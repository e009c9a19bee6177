"""JSON Schemas that strangers wrote: whether the host may safely evaluate one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from skillpod.documents import MAX_PATTERNS, dotted, join, meta_faults, pattern_fault
from skillpod.errors import DocumentInvalid
from skillpod.model.later import later


class Extent(NamedTuple):
    """What a schema is with every reference written out: how many subschemas it has, how many of them are inside each other, and how
    many one value can be held against at the most."""

    size: int
    nesting: int
    width: int


MOST = Extent(size=10_000, nesting=32, width=10_000)
"""For values that come once and are small, such as a configuration."""

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
_LOCAL = later(r"#/\$defs/([A-Za-z0-9_.-]+)")  # nothing that a pointer would read as an escape or as a second step

Path = tuple[str | int, ...]


def author_schema_faults(schema: Mapping[str, Any], *, name: str, most: Extent = MOST) -> list[DocumentInvalid]:
    """Why an author's schema is not accepted: not JSON Schema 2020-12, a reference that is not ``#/$defs/NAME`` or goes in a circle,
    or so much, more than ``most``, that one value would keep the host busy. ``name`` is the place of the schema.

    ``$anchor`` is taken as a name that nothing refers to.
    """
    if count(schema) > most.size:
        return [_too_many(most.size, name)]
    faults = meta_faults(schema, name=name)
    if faults:
        return faults
    if len(patterns_of(schema)) > MAX_PATTERNS:
        return [_fault(f"more than {MAX_PATTERNS} patterns", (), name, "make it simpler")]
    for path, subschema in _walk(schema, ()):
        faults.extend(_keyword_faults(schema, subschema, path, name))
    return faults or _expansion_faults(schema, name, most)


def count(schema: Mapping[str, Any]) -> int:
    """How many subschemas are there to be read, references left as they are. The schema need not be one."""
    return sum(1 for _ in _walk(schema, ()))


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


def _expansion_faults(root: Mapping[str, Any], name: str, most: Extent) -> list[DocumentInvalid]:
    try:
        extent = _Expansion(root).of(root)
    except _Circle as circle:
        return [_fault(f"the reference {circle} goes in a circle", (), name, "write out as many levels as are needed")]
    except RecursionError:
        extent = MOST._replace(nesting=most.nesting + 1)
    if extent.size > most.size:
        return [_too_many(most.size, name)]
    if extent.nesting > most.nesting:
        return [_fault(f"written out it nests more than {most.nesting} deep", (), name, "make it simpler")]
    if extent.width > most.width:
        return [_fault(f"one value can be held against more than {most.width} of its subschemas", (), name, "use fewer alternatives")]
    return []


def _too_many(most: int, name: str) -> DocumentInvalid:
    return _fault(f"written out it has more than {most} subschemas", (), name, "make it simpler")


class _Circle(Exception):
    """A reference that leads back to itself."""


_NAMED_APART = ("properties", "additionalProperties")
_PLACED_APART = ("prefixItems", "items")


class _Expansion:
    """Counts subschemas with every reference written out, each definition once."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._known: dict[str, Extent] = {}
        self._open: set[str] = set()

    def of(self, schema: Any) -> Extent:
        if not isinstance(schema, dict):
            return Extent(1, 1, 1)
        inside = [(str(step[0]), self.of(below)) for step, below in _children(schema) if step[0] not in ("$defs", "definitions")]
        if "$ref" in schema:
            inside.append(("$ref", self._referenced(schema["$ref"])))
        size = 1 + sum(part.size for _, part in inside)
        return Extent(size, 1 + max((part.nesting for _, part in inside), default=0), _width(inside))

    def _referenced(self, reference: str) -> Extent:
        if reference in self._open:
            raise _Circle(reference)
        if reference not in self._known:
            self._open.add(reference)
            self._known[reference] = self.of(_target(self._root, reference))
            self._open.discard(reference)
        return self._known[reference]


def _width(inside: list[tuple[str, Extent]]) -> int:
    """The schema itself and all that judge the same value: of those for values apart, by name or by place, the widest."""
    apart = {keyword: keywords for keywords in (_NAMED_APART, _PLACED_APART) for keyword in keywords}
    widest: dict[tuple[str, ...], int] = {}
    together = 1
    for keyword, part in inside:
        if keyword in apart:
            widest[apart[keyword]] = max(widest.get(apart[keyword], 0), part.width)
        else:
            together += part.width
    return together + sum(widest.values())


def _fault(message: str, path: Path, name: str, hint: str) -> DocumentInvalid:
    return DocumentInvalid(message, at=join(name, dotted(path)), hint=hint)
