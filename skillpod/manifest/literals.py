"""Values that can be read from the source as they stand: literals, constants of a module, members of an Enum."""

from __future__ import annotations

import ast
import math
from typing import Any

from skillpod.manifest.scopes import External, Member, Modules, OwnClass, OwnValue, Scope, Unclear, source

_DEPTH_LIMIT = 16
_EMPTY: dict[str, Any] = {"list": [], "dict": {}, "set": [], "frozenset": [], "tuple": []}


class NotLiteral(Unclear):
    """A value that is only known when the code runs."""


def literal(modules: Modules, scope: Scope, node: ast.expr, depth: int = 0) -> Any:
    """The JSON value of an expression: sets and tuples become lists, members of an Enum their values. Raises NotLiteral or Unclear."""
    if depth > _DEPTH_LIMIT:
        raise NotLiteral("nested too deeply", at=scope.place(node))
    match node:
        case ast.Constant(value=None | bool() | int() | str()):
            return node.value
        case ast.Constant(value=float() as number) if math.isfinite(number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)) if not isinstance(number, bool):
            return -number
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [literal(modules, scope, item, depth + 1) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {
                _key(modules, scope, key, node, depth): literal(modules, scope, value, depth + 1)
                for key, value in zip(keys, values, strict=True)
            }
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in _EMPTY and name not in scope.bindings:
            return _EMPTY[name].copy()
        case ast.Name() | ast.Attribute():
            return _named(modules, scope, node, depth)
    raise NotLiteral(f"`{source(node)}` is not a literal", at=scope.place(node))


def _key(modules: Modules, scope: Scope, node: ast.expr | None, whole: ast.expr, depth: int) -> str:
    found = literal(modules, scope, node, depth + 1) if node is not None else None
    if not isinstance(found, str):
        raise NotLiteral("a key that is not a string", at=scope.place(node or whole))
    return found


def _named(modules: Modules, scope: Scope, node: ast.expr, depth: int) -> Any:
    if isinstance(node, ast.Attribute) and node.attr == "value":
        base = modules.resolve(scope, node.value)
        if isinstance(base, Member):
            return member(modules, base, depth)
    match modules.resolve(scope, node):
        case OwnValue(value, where):
            return literal(modules, where, value, depth + 1)
        case Member() as found:
            return member(modules, found, depth)
        case External(name):
            raise NotLiteral(f"`{name.removeprefix('builtins.')}` is not a literal", at=scope.place(node))
    raise NotLiteral(f"`{source(node)}` is not a literal", at=scope.place(node))


def member(modules: Modules, found: Member, depth: int = 0) -> Any:
    """The value of a name in a class body: a member of an Enum, or a constant."""
    owner = found.owner
    if enum_kind(modules, owner) and depth <= _DEPTH_LIMIT:
        members = enum_members(modules, owner, depth + 1)
        if found.name in members:
            return members[found.name]
    inside = modules.inside(owner)
    binding = inside.bindings.get(found.name)
    if not isinstance(binding, ast.expr):
        raise NotLiteral(f"`{owner.node.name}.{found.name}` is not a literal", at=inside.place(owner.node))
    return literal(modules, inside, binding, depth + 1)


# --- Enum --------------------------------------------------------------------------------------------------------------------------

_ENUM_KINDS = {"enum.Enum": "Enum", "enum.IntEnum": "IntEnum", "enum.StrEnum": "StrEnum", "enum.ReprEnum": "Enum"}
_ENUM_MIXINS = {"builtins.str": "str", "builtins.int": "int", "builtins.float": "float"}


def enum_kind(modules: Modules, owner: OwnClass, depth: int = 0) -> str:
    """``Enum``, ``IntEnum``, ``StrEnum``, or the mixed-in type; the empty string for a class that is no Enum. Raises Unclear."""
    kind, mixin = "", ""
    for base in owner.node.bases:
        if not isinstance(base, ast.Name | ast.Attribute):
            continue
        match modules.resolve(owner.scope, base):
            case External(name) if name in ("enum.Flag", "enum.IntFlag"):
                raise Unclear(
                    f"the Flag `{owner.node.name}` has no JSON shape", at=owner.scope.place(owner.node), hint="use a list of an Enum"
                )
            case External(name):
                kind = _ENUM_KINDS.get(name, kind)
                mixin = _ENUM_MIXINS.get(name, mixin)
            case OwnClass() as parent if depth < _DEPTH_LIMIT and parent.key != owner.key:
                kind = enum_kind(modules, parent, depth + 1) or kind
    return (mixin or kind) if kind else ""


def enum_members(modules: Modules, owner: OwnClass, depth: int = 0) -> dict[str, Any]:
    """Name -> value of every member, in order. Raises Unclear for a member whose value is only known when the code runs."""
    kind = enum_kind(modules, owner)
    inside = modules.inside(owner)
    if "__new__" in inside.bindings or "_generate_next_value_" in inside.bindings:
        raise Unclear(f"`{owner.node.name}` makes its own values", at=inside.place(owner.node), hint="write every member's value out")
    members: dict[str, Any] = {}
    for statement in owner.node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name) and not statement.targets[0].id.startswith("_"):
            name = statement.targets[0].id
            members[name] = _member_value(modules, inside, statement.value, kind, name, members, depth)
    if not members:
        raise Unclear(f"the Enum `{owner.node.name}` has no members", at=inside.place(owner.node))
    return members


def _member_value(modules: Modules, inside: Scope, node: ast.expr, kind: str, name: str, earlier: dict[str, Any], depth: int) -> Any:
    if not _is_auto(modules, inside, node):
        return literal(modules, inside, node, depth + 1)
    if kind == "StrEnum":
        return name.lower()
    whole = [value for value in earlier.values() if isinstance(value, int)]
    if kind not in ("Enum", "IntEnum", "int") or len(whole) != len(earlier):
        raise Unclear(f"`auto()` of `{name}` is only known when the code runs", at=inside.place(node), hint="write the value out")
    return max(whole, default=0) + 1


def _is_auto(modules: Modules, inside: Scope, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
        return False
    return modules.resolve(inside, node.func) == External("enum.auto")
