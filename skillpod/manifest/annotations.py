"""Annotations as JSON Schema (draft 2020-12), from the syntax tree alone."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from skillpod.manifest.classes import ClassField, Kind, Presence, class_kind, class_shape, unquoted
from skillpod.manifest.constraints import constrain
from skillpod.manifest.literals import enum_members, literal
from skillpod.manifest.scopes import External, Member, Modules, OwnClass, OwnValue, Scope, Unclear, source

_DEPTH_LIMIT = 24
_NODE_LIMIT = 2_000
"""Annotations read for one tool: aliases of aliases can name more types than anyone can check."""

Schema = dict[str, Any]


class Direction(Enum):
    """Arguments go in, results come out. What comes out holds every field, given or not."""

    IN = "in"
    OUT = "out"


_PLAIN: Mapping[str, Schema] = {
    "builtins.str": {"type": "string"},
    "builtins.int": {"type": "integer"},
    "builtins.float": {"type": "number"},
    "builtins.bool": {"type": "boolean"},
    "builtins.object": {},
    "typing.Any": {},
    "typing.LiteralString": {"type": "string"},
}
_LISTS = frozenset(
    {
        "builtins.list",
        "typing.List",
        *(f"{home}.{name}" for home in ("typing", "collections.abc") for name in ("Sequence", "MutableSequence", "Iterable", "Collection")),
    }
)
_SETS = frozenset(
    {
        "builtins.set",
        "builtins.frozenset",
        "typing.Set",
        "typing.FrozenSet",
        "typing.AbstractSet",
        "collections.abc.Set",
        "typing.MutableSet",
        "collections.abc.MutableSet",
    }
)
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})
_MAPPINGS = frozenset(
    {
        "builtins.dict",
        "typing.Dict",
        *(f"{home}.{name}" for home in ("typing", "collections.abc") for name in ("Mapping", "MutableMapping")),
    }
)
_SEE_THROUGH = frozenset({"typing.Final", "typing.ReadOnly"})
_INSTEAD: Mapping[str, str] = {
    "builtins.bytes": "take base64 text as a str",
    "builtins.bytearray": "take base64 text as a str",
    "builtins.complex": "take two floats",
    "builtins.type": "name the type of the values",
    "datetime.datetime": "take ISO 8601 text as a str",
    "datetime.date": "take ISO 8601 text as a str",
    "datetime.time": "take ISO 8601 text as a str",
    "datetime.timedelta": "take seconds as a float",
    "decimal.Decimal": "take a str and make the Decimal from it",
    "fractions.Fraction": "take a str and make the Fraction from it",
    "pathlib.Path": "take a str and make the Path from it",
    "uuid.UUID": "take a str and make the UUID from it",
    "typing.NamedTuple": "use a dataclass",
    "typing.Callable": "JSON has no functions",
    "collections.abc.Callable": "JSON has no functions",
    **dict.fromkeys(
        (f"skillpod.{kind}" for kind in ("Image", "Audio", "File", "Content")),
        "content is what a tool returns, alone or in a list; take or hold base64 text as a str",
    ),
    "skillpod.Context": "a Context is a parameter of its own, annotated `Context` and nothing else",
}
_FROM_ELSEWHERE = "use a type of the standard library's typing, or the skill's own dataclass, TypedDict or Enum"


class Annotations:
    """Builds the schemas of one tool's arguments or of its result; classes go to ``definitions``, once each, by name."""

    def __init__(self, modules: Modules, direction: Direction) -> None:
        self.definitions: dict[str, Schema] = {}
        self._modules = modules
        self._direction = direction
        self._names: dict[tuple[str, int], str] = {}
        self._open_aliases: list[int] = []
        self._seen = 0

    def schema(self, scope: Scope, node: ast.expr, depth: int = 0) -> Schema:
        """The schema of an annotation. Raises Unclear, with the place of what could not be read."""
        self._seen += 1
        if depth > _DEPTH_LIMIT or self._seen > _NODE_LIMIT:
            raise Unclear("the type is too large", at=scope.place(node), hint="make it simpler")
        node = unquoted(scope, node)
        match node:
            case ast.Constant(value=None):
                return {"type": "null"}
            case ast.BinOp(op=ast.BitOr()):
                return _union([self.schema(scope, part, depth + 1) for part in alternatives(node)])
            case ast.Subscript():
                return self._subscript(scope, node, depth)
            case ast.Name() | ast.Attribute():
                return self._named(scope, node, depth)
        raise Unclear(f"`{source(node)}` is no type", at=scope.place(node), hint="write a type such as str, list[int] or int | None")

    # names

    def _named(self, scope: Scope, node: ast.Name | ast.Attribute, depth: int) -> Schema:
        match self._modules.resolve(scope, node):
            case External(name):
                return self._external(name, scope, node)
            case OwnClass() as owner:
                return self._class(owner, depth)
            case OwnValue(value, where):
                return self._alias(where, value, node, scope, depth)
        raise Unclear(f"`{source(node)}` is no type", at=scope.place(node))

    def _external(self, name: str, scope: Scope, node: ast.expr) -> Schema:
        if name in _PLAIN:
            return dict(_PLAIN[name])
        if name in _LISTS or name in _TUPLES:
            return {"type": "array"}
        if name in _SETS:
            return {"type": "array", "uniqueItems": True}
        if name in _MAPPINGS:
            return {"type": "object"}
        hint = _INSTEAD.get(name, _FROM_ELSEWHERE)
        raise Unclear(f"`{name.removeprefix('builtins.')}` has no JSON shape we know", at=scope.place(node), hint=hint)

    def _alias(self, where: Scope, value: ast.expr, node: ast.expr, scope: Scope, depth: int) -> Schema:
        if id(value) in self._open_aliases:
            raise Unclear(f"`{source(node)}` is made of itself", at=scope.place(node), hint="use a dataclass, or Any")
        self._open_aliases.append(id(value))
        try:
            if isinstance(value, ast.Call):
                return self._new_type(where, value, node, scope, depth)
            return self.schema(where, value, depth + 1)
        finally:
            self._open_aliases.pop()

    def _new_type(self, where: Scope, value: ast.Call, node: ast.expr, scope: Scope, depth: int) -> Schema:
        named = isinstance(value.func, ast.Name | ast.Attribute) and self._modules.resolve(where, value.func) == External("typing.NewType")
        if named and len(value.args) == 2:
            return self.schema(where, value.args[1], depth + 1)
        raise Unclear(f"`{source(node)}` is made when the code runs", at=scope.place(node), hint="write it as a class")

    # brackets

    def _subscript(self, scope: Scope, node: ast.Subscript, depth: int) -> Schema:
        target = self._modules.resolve(scope, node.value)
        parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if not isinstance(target, External):
            raise Unclear(f"`{source(node)}` is generic", at=scope.place(node), hint="write a class for each type")
        name = target.name
        read = self._generic(name)
        if read is not None:
            return read(scope, node, parts, depth)
        hint = _INSTEAD.get(name, _FROM_ELSEWHERE)
        raise Unclear(f"`{source(node)}` has no JSON shape we know", at=scope.place(node), hint=hint)

    def _generic(self, name: str) -> Callable[[Scope, ast.Subscript, list[ast.expr], int], Schema] | None:
        if name in _LISTS:
            return self._list
        if name in _SETS:
            return self._set
        if name in _TUPLES:
            return self._tuple
        if name in _MAPPINGS:
            return self._mapping
        return {
            "typing.Optional": self._optional,
            "typing.Union": self._united,
            "typing.Literal": self._literal,
            "typing.Annotated": self._annotated,
            "typing.Final": self._see_through,
            "typing.ReadOnly": self._see_through,
        }.get(name)

    def _see_through(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        return self.schema(scope, self._single(scope, node, parts), depth + 1)

    def _single(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr]) -> ast.expr:
        if len(parts) != 1:
            raise Unclear(f"`{source(node)}` takes one type", at=scope.place(node))
        return parts[0]

    def _list(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        return _without_empty({"type": "array", "items": self.schema(scope, self._single(scope, node, parts), depth + 1)})

    def _set(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        return {**self._list(scope, node, parts, depth), "uniqueItems": True}

    def _tuple(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...:
            return self._list(scope, node, parts[:1], depth)
        items = [self.schema(scope, part, depth + 1) for part in parts]
        if not items:
            return {"type": "array", "maxItems": 0}
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}

    def _mapping(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        if len(parts) != 2:
            raise Unclear(f"`{source(node)}` takes the types of keys and values", at=scope.place(node))
        keys = self.schema(scope, parts[0], depth + 1)
        found = _without_empty({"type": "object", "additionalProperties": self.schema(scope, parts[1], depth + 1)})
        if keys == {"type": "string"} or (self._direction is Direction.OUT and keys == {"type": "integer"}):
            return found
        if not self._is_text(keys):
            raise Unclear("the keys of JSON objects are strings", at=scope.place(parts[0]), hint="use dict[str, ...] or a list of pairs")
        return {**found, "propertyNames": keys}

    def _is_text(self, schema: Schema) -> bool:
        if "$ref" in schema:
            return self.definitions[schema["$ref"].rpartition("/")[2]].get("type") == "string"
        return schema.get("type") == "string"

    def _optional(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        return _union([self.schema(scope, self._single(scope, node, parts), depth + 1), {"type": "null"}])

    def _united(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        if not parts:
            raise Unclear("a Union without types", at=scope.place(node))
        return _union([self.schema(scope, part, depth + 1) for part in parts])

    def _literal(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        values: list[Any] = []
        for part in parts:
            values += self._literal_values(scope, part, depth)
        if not values:
            raise Unclear("a Literal without values", at=scope.place(node))
        return _choices(values)

    def _literal_values(self, scope: Scope, part: ast.expr, depth: int) -> list[Any]:
        """One value; the values of another Literal, directly or through an alias."""
        if isinstance(part, ast.Name | ast.Attribute):
            target = self._modules.resolve(scope, part)
            if not isinstance(target, Member):
                return list(_values(self.schema(scope, part, depth + 1)) or self._not_literal(scope, part))
        if isinstance(part, ast.Subscript):
            return list(_values(self.schema(scope, part, depth + 1)) or self._not_literal(scope, part))
        value = literal(self._modules, scope, part)
        if not isinstance(value, str | int | None) or isinstance(value, float):
            self._not_literal(scope, part)
        return [value]

    def _not_literal(self, scope: Scope, part: ast.expr) -> list[Any]:
        raise Unclear(f"`{source(part)}` can't be in a Literal", at=scope.place(part), hint="strings, whole numbers, booleans and None can")

    def _annotated(self, scope: Scope, node: ast.Subscript, parts: list[ast.expr], depth: int) -> Schema:
        found = self.schema(scope, parts[0], depth + 1)
        for mark in parts[1:]:
            found = constrain(found, self._modules, scope, mark, self.definitions)
        return found

    # classes

    def _class(self, owner: OwnClass, depth: int) -> Schema:
        """A reference to the class's definition, which is made at its first use: recursion ends at the name."""
        name = self._names.get(owner.key)
        if name is None:
            kind = class_kind(self._modules, owner)
            name = self._names[owner.key] = self._free_name(owner.node.name)
            self.definitions[name] = {}
            self.definitions[name].update(self._enum(owner) if kind is Kind.ENUM else self._object(owner, kind, depth))
        return {"$ref": f"#/$defs/{name}"}

    def _enum(self, owner: OwnClass) -> Schema:
        return _choices(list(enum_members(self._modules, owner).values()))

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.definitions:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def _object(self, owner: OwnClass, kind: Kind, depth: int) -> Schema:
        shape = class_shape(self._modules, owner, kind)
        fields = [field for field in shape.fields if self._direction is Direction.OUT or field.presence is not Presence.NOT_TAKEN]
        properties = {field.name: self._property(field, shape.docstring.parameters.get(field.name, ""), depth) for field in fields}
        found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [field.name for field in fields if self._is_there(field, kind)]
        if required:
            found["required"] = required
        if shape.docstring.description:
            found["description"] = shape.docstring.description
        return found

    def _is_there(self, field: ClassField, kind: Kind) -> bool:
        """A dataclass that comes out has every field; a TypedDict has those it must have."""
        return field.presence is Presence.REQUIRED or (self._direction is Direction.OUT and kind is Kind.DATACLASS)

    def _property(self, field: ClassField, description: str, depth: int) -> Schema:
        try:
            found = self.schema(field.scope, field.annotation, depth + 1)
        except Unclear as fault:
            where = "" if fault.message.startswith("field `") else f"field `{field.name}`: "
            raise Unclear(f"{where}{fault.message}", at=fault.at, hint=fault.hint) from fault
        if description and "description" not in found:
            found["description"] = description
        if field.has_default and self._direction is Direction.IN:
            found["default"] = field.default
        return found


def alternatives(node: ast.BinOp) -> list[ast.expr]:
    """The members of ``a | b | c``, however many, without recursion."""
    parts: list[ast.expr] = []
    current: ast.expr = node
    while isinstance(current, ast.BinOp) and isinstance(current.op, ast.BitOr):
        parts.append(current.right)
        current = current.left
    return [current, *reversed(parts)]


def _union(schemas: list[Schema]) -> Schema:
    """``anyOf``, flat and without repetitions; one alternative is itself, and anything at all swallows the others."""
    flat: list[Schema] = []
    for schema in schemas:
        for part in schema["anyOf"] if list(schema) == ["anyOf"] else [schema]:
            if part == {}:
                return {}
            if part not in flat:
                flat.append(part)
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


_JSON_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (type(None), "null"),
    (list, "array"),
)


def _choices(values: list[Any]) -> Schema:
    """One of these values; ``type`` beside them where they share one, because some providers want it."""
    unique = list({json.dumps(value, sort_keys=True): value for value in values}.values())
    found: Schema = {"const": unique[0]} if len(unique) == 1 else {"enum": unique}
    kinds = {next((word for kind, word in _JSON_TYPES if isinstance(value, kind)), "object") for value in unique}
    return {**found, "type": kinds.pop()} if len(kinds) == 1 else found


def _values(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _without_empty(schema: Schema) -> Schema:
    """``items: {}`` says nothing."""
    return {key: value for key, value in schema.items() if value != {}}
