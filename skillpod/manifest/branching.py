"""How often a value of a described type may be looked at: unions of classes inside unions of classes multiply, and the host pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MAX_WIDTH = 256
"""Alternatives that one innermost value can be held against."""

_Schema = Mapping[str, Any]


def branching_fault(schema: _Schema) -> str:
    """Why values of one of our own schemas could keep the host busy, or the empty string.

    Every alternative of an ``anyOf`` that has the value's JSON type is tried to its end, so two alternatives that lead back to the
    same class take twice the time with each level of nesting.
    """
    widths = _Widths(schema.get("$defs", {}))
    try:
        width = widths.of(schema)
    except _Endless as endless:
        return f"a union has more than one way back to `{endless}`"
    return f"its unions have {width} combinations; at most {MAX_WIDTH}" if width > MAX_WIDTH else ""


class _Endless(Exception):
    """A class that is reached twice through one union of its own."""


class _Widths:
    def __init__(self, definitions: Mapping[str, _Schema]) -> None:
        self._definitions = definitions
        self._known: dict[str, int] = {}
        self._open: list[str] = []

    def of(self, schema: _Schema) -> int:
        if "anyOf" in schema:
            return self._union(schema["anyOf"])
        if "$ref" in schema:
            return self._definition(_name(schema))
        return max(map(self.of, _inner(schema)), default=1)

    def _definition(self, name: str) -> int:
        if name in self._open:
            return 1
        if name not in self._known:
            self._open.append(name)
            self._known[name] = self.of(self._definitions[name])
            self._open.pop()
        return self._known[name]

    def _union(self, alternatives: list[_Schema]) -> int:
        """The sum of the alternatives that share a JSON type; the types exclude each other."""
        sums: dict[str, int] = {}
        ways: dict[tuple[str, str], int] = {}
        for alternative in alternatives:
            kind = self._kind(alternative)
            sums[kind] = sums.get(kind, 0) + self.of(alternative)
            for name in sorted(self._reached(alternative) & set(self._open)):
                ways[kind, name] = ways.get((kind, name), 0) + 1
                if ways[kind, name] > 1:
                    raise _Endless(name)
        return max(sums.values())

    def _kind(self, schema: _Schema) -> str:
        while "$ref" in schema:
            schema = self._definitions[_name(schema)]
        return str(schema.get("type", "any"))

    def _reached(self, schema: _Schema) -> set[str]:
        found: set[str] = set()
        pending = [schema]
        while pending:
            current = pending.pop()
            if "$ref" in current and _name(current) not in found:
                found.add(_name(current))
                pending.append(self._definitions[_name(current)])
            pending += current.get("anyOf", ())
            pending += _inner(current)
        return found


def _name(schema: _Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _inner(schema: _Schema) -> Iterator[_Schema]:
    """The schemas of what is inside a value of this one."""
    yield from schema.get("properties", {}).values()
    yield from schema.get("prefixItems", ())
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), Mapping):
            yield schema[keyword]
