"""Null in the place of what may be left out: models say it, strict schemas make them say it, and most tools take no null there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from skillpod.documents import Schema
from skillpod.registry.functions.strict import accepts_null

_DEFINITION = "#/$defs/"
_Rules = Mapping[str, Any]


def without_nulls(schema: _Rules, arguments: Any) -> Any:
    """The arguments without each null that stands for a property which may be left out and does not take null, at every depth.

    Arguments that fit as they are come back as they are; what fits in no way comes back with as much taken out as could be.
    """
    try:
        if Schema(schema).accepts(arguments):
            return arguments
        return _Restored(schema.get("$defs", {})).value(schema, arguments)
    except RecursionError:
        return arguments  # nested too deeply, which the tool's contract says better


class _Restored:
    def __init__(self, definitions: _Rules) -> None:
        self._definitions = definitions

    def value(self, schema: Any, value: Any) -> Any:
        if not isinstance(schema, Mapping) or not isinstance(value, Mapping | list):
            return value
        if "$ref" in schema:
            value = self.value(self._definitions.get(str(schema["$ref"]).removeprefix(_DEFINITION)), value)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                value = self._alternative(schema[keyword], value)
        for part in schema.get("allOf", ()):
            value = self.value(part, value)
        if isinstance(value, Mapping):
            return dict(self._properties(schema, value))
        return self._items(schema, value)

    def _alternative(self, alternatives: list[Any], value: Any) -> Any:
        """As the first alternative takes it: as it is, or else without nulls."""
        readings: tuple[Callable[[Any], Any], ...] = (lambda _: value, lambda part: self.value(part, value))
        for reading in readings:
            for part in alternatives:
                if isinstance(part, Mapping) and Schema({**part, "$defs": self._definitions}).accepts(read := reading(part)):
                    return read
        return value

    def _properties(self, schema: _Rules, value: _Rules) -> Iterator[tuple[str, Any]]:
        properties: _Rules = schema.get("properties", {})
        required = schema.get("required", ())
        for name, given in value.items():
            rules = properties.get(name, schema.get("additionalProperties"))
            is_left_out = given is None and name in properties and name not in required and not accepts_null(rules, self._definitions)
            if not is_left_out:
                yield name, self.value(rules, given)

    def _items(self, schema: _Rules, value: list[Any]) -> list[Any]:
        first = schema.get("prefixItems", ())
        return [self.value(first[index] if index < len(first) else schema.get("items"), item) for index, item in enumerate(value)]
