"""OpenAI's strict subset of JSON Schema: what a model's arguments can be held to while it writes them.

Every property is required there and nothing else is taken, so a parameter that may be left out becomes one that may be null; ``nulls``
takes those nulls out again. What the subset has no word for (a shortest length, a default) goes into the description, for the model to
read; the pod holds arguments to the tool's own schema in any case.

Source: the guide to structured outputs, its list of supported keywords and limits, as of February 2026.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from skillpod.documents import Schema

MAX_PROPERTIES = 5_000
MAX_DEPTH = 10
MAX_CHOICES = 1_000
MAX_CHARACTERS = 120_000
"""Of the names of properties and definitions and of the choices, together."""
MANY_CHOICES, MAX_CHOICE_CHARACTERS = 250, 15_000
"""A choice of more than so many texts has at most so many characters."""

_KEPT = frozenset(
    {"type", "title", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"}
)
_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_IN_WORDS: Mapping[str, str] = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "format": "format {}",
    "default": "default {}",
    "examples": "such as {}",
}
_SAID = frozenset({"uniqueItems", *_IN_WORDS})
_SILENT = frozenset({"$schema", "$comment", "$defs", "deprecated", "readOnly", "writeOnly"})
_BESIDE = frozenset({"description", "title"}) | _SAID | _SILENT
"""What stands beside a reference or a union without changing what it accepts, as far as the subset can say it."""
_BUILT = frozenset({"properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "$ref", "description"})
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_DEFINITION = "#/$defs/"

_Rules = Mapping[str, Any]


def strict_schema(schema: _Rules) -> dict[str, Any] | None:
    """The schema in the strict subset, accepting what the tool takes with null for what is left out; None when it has no such form."""
    try:
        return _Strict(schema).root()
    except (_Loose, RecursionError):
        return None


class _Loose(Exception):
    """The subset has no form for this."""


class _Strict:
    def __init__(self, schema: _Rules) -> None:
        self._schema = schema
        self._given: _Rules = schema.get("$defs", {})
        self._made: dict[str, dict[str, Any]] = {}
        self._writing: set[str] = set()
        self._properties = 0
        self._choices = 0
        self._characters = 0

    def root(self) -> dict[str, Any]:
        if self._schema.get("type") != "object" or "anyOf" in self._schema:
            raise _Loose
        found = self._convert(self._schema)
        found.pop("description", None)  # the tool has one of its own
        if self._made:
            found["$defs"] = self._made
        if self._characters > MAX_CHARACTERS or _Depths(self._made).of(found) > MAX_DEPTH:
            raise _Loose
        return found

    def _convert(self, schema: Any) -> dict[str, Any]:
        if not isinstance(schema, Mapping) or not schema.keys() <= _KEPT | _SAID | _SILENT | _BUILT:
            raise _Loose
        if "$ref" in schema:
            return self._reference(schema)
        if "anyOf" in schema and not schema.keys() <= _BESIDE | {"anyOf"}:
            raise _Loose  # both would have to hold
        found = {keyword: schema[keyword] for keyword in schema if keyword in _KEPT}
        description = _description(schema)
        if description:
            found["description"] = description
        if schema.get("format") in _FORMATS:
            found["format"] = schema["format"]
        self._add_choices(schema, found)
        if "anyOf" in schema:
            found["anyOf"] = [self._convert(part) for part in schema["anyOf"]]
        elif not _types(found) & _TYPES:
            raise _Loose  # anything at all
        if "object" in _types(found):
            self._add_properties(schema, found)
        if "array" in _types(found) and "const" not in found and "enum" not in found:
            found["items"] = self._convert(schema.get("items"))
        return found

    def _reference(self, schema: _Rules) -> dict[str, Any]:
        """A reference stands alone there: what stands beside it is written out with what it refers to."""
        name = str(schema["$ref"]).removeprefix(_DEFINITION)
        if name not in self._given:
            raise _Loose
        if not schema.keys() <= _BESIDE | {"$ref"}:
            raise _Loose  # both would have to hold
        beside = {keyword: schema[keyword] for keyword in schema if keyword != "$ref" and keyword not in _SILENT}
        if beside and name not in self._writing:  # in itself, a class is referred to without what stands beside it
            self._writing.add(name)
            written = self._convert({**self._given[name], **beside})
            self._writing.discard(name)
            return written
        if name not in self._made:
            self._characters += len(name)
            self._made[name] = {}  # a class that holds itself ends here
            self._made[name].update(self._convert(self._given[name]))
        return {"$ref": schema["$ref"]}

    def _add_choices(self, schema: _Rules, found: dict[str, Any]) -> None:
        values = [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
        if not values:
            return
        if any(isinstance(value, Mapping | list) for value in values):
            raise _Loose
        found["enum"] = values
        kinds = sorted({_type_of(value) for value in values})
        found.setdefault("type", kinds if len(kinds) > 1 else kinds[0])
        texts = sum(len(value) for value in values if isinstance(value, str))
        if len(values) > MANY_CHOICES and texts > MAX_CHOICE_CHARACTERS:
            raise _Loose
        self._choices += len(values)
        if self._choices > MAX_CHOICES:
            raise _Loose
        self._characters += texts

    def _add_properties(self, schema: _Rules, found: dict[str, Any]) -> None:
        properties: _Rules = schema.get("properties", {})
        required = frozenset(schema.get("required", ()))
        if schema.get("additionalProperties") is not False or not required <= properties.keys():
            raise _Loose  # open to names that nobody has listed
        self._properties += len(properties)
        if self._properties > MAX_PROPERTIES:
            raise _Loose  # at once: classes that are written out in classes that are written out double with every level
        self._characters += sum(map(len, properties))
        found["properties"] = {
            name: self._convert(rules) if name in required or accepts_null(rules, self._given) else self._nullable(rules)
            for name, rules in properties.items()
        }
        found["required"] = list(properties)
        found["additionalProperties"] = False

    def _nullable(self, rules: _Rules) -> dict[str, Any]:
        """What the rules take, or null. The description stays outside, so that a reference in it stands alone."""
        inner = self._convert({"$ref": rules["$ref"]} if rules.keys() <= _BESIDE | {"$ref"} and "$ref" in rules else rules)
        if isinstance(inner.get("type"), str) and "enum" not in inner:
            return {**inner, "type": [inner["type"], "null"]}
        inner.pop("description", None)
        description = _description(rules)
        alternatives = inner.get("anyOf", [inner])
        return {**({"description": description} if description else {}), "anyOf": [*alternatives, {"type": "null"}]}


def accepts_null(schema: Any, definitions: _Rules) -> bool:
    if not isinstance(schema, Mapping):
        return schema is True
    if isinstance(schema.get("type"), str) and schema["type"] != "null":
        return False  # most are like this, and a thousand tools are told with every request
    return Schema({**schema, "$defs": definitions}).accepts(None)


def _description(schema: _Rules) -> str:
    """The description, and in brackets what the subset has no keyword for."""
    said = [words.format(json.dumps(schema[key], default=dict)) for key, words in _IN_WORDS.items() if _is_said(schema, key)]
    if schema.get("uniqueItems") is True:
        said.append("no item twice")
    description = str(schema.get("description", ""))
    return f"{description} ({', '.join(said)})".lstrip() if said else description


def _is_said(schema: _Rules, keyword: str) -> bool:
    if keyword == "format" and schema.get("format") in _FORMATS:
        return False
    return keyword in schema and schema[keyword] is not None


def _types(schema: _Rules) -> frozenset[str]:
    kinds = schema.get("type", ())
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {str: "string", int: "integer", float: "number"}.get(type(value), "null")


class _Depths:
    """Levels of objects and lists; a class that holds itself counts once. Each class is looked at once."""

    def __init__(self, definitions: _Rules) -> None:
        self._definitions = definitions
        self._known: dict[str, int] = {}

    def of(self, schema: _Rules) -> int:
        if "$ref" in schema:
            return self._definition(str(schema["$ref"]).removeprefix(_DEFINITION))
        alternatives = max(map(self.of, schema.get("anyOf", ())), default=0)
        if "properties" not in schema and "items" not in schema:
            return alternatives
        inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
        return max(alternatives, 1 + max(map(self.of, inner), default=0))

    def _definition(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 0
            self._known[name] = self.of(self._definitions[name])
        return self._known[name]
