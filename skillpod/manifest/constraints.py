"""What ``Annotated`` adds to a type: a description as a plain string, or ``skillpod.Field(...)`` with literals."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from skillpod.documents import MAX_PATTERNS, pattern_fault
from skillpod.manifest.literals import literal
from skillpod.manifest.scopes import External, Modules, Scope, Unclear, source

_NUMBER = frozenset({"integer", "number"})
_KEYWORDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "ge": ("minimum", _NUMBER),
    "gt": ("exclusiveMinimum", _NUMBER),
    "le": ("maximum", _NUMBER),
    "lt": ("exclusiveMaximum", _NUMBER),
    "multiple_of": ("multipleOf", _NUMBER),
    "pattern": ("pattern", frozenset({"string"})),
}
_LENGTHS: Mapping[str, Mapping[str, str]] = {
    "min_length": {"string": "minLength", "array": "minItems", "object": "minProperties"},
    "max_length": {"string": "maxLength", "array": "maxItems", "object": "maxProperties"},
}
_KNOWN = (*_KEYWORDS, *_LENGTHS, "description", "examples")


def constrain(schema: Mapping[str, Any], modules: Modules, scope: Scope, mark: ast.expr, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with what one mark of an ``Annotated`` says. Raises Unclear for a mark that can't be read or does not fit the type."""
    if isinstance(mark, ast.Constant) and isinstance(mark.value, str):
        return {**schema, "description": mark.value}
    if isinstance(mark, ast.Call) and _is_field(modules, scope, mark.func):
        return _field(schema, modules, scope, mark, definitions)
    hint = "write a description as a string, or Field(...) from skillpod"
    raise Unclear(f"`{source(mark)}` in Annotated is not known", at=scope.place(mark), hint=hint)


def _is_field(modules: Modules, scope: Scope, node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and modules.resolve(scope, node) == External("skillpod.Field")


def _field(schema: Mapping[str, Any], modules: Modules, scope: Scope, mark: ast.Call, definitions: Mapping[str, Any]) -> dict[str, Any]:
    if mark.args:
        raise Unclear("Field takes keywords only", at=scope.place(mark))
    kinds = types_of(schema, definitions)
    found = dict(schema)
    for keyword in mark.keywords:
        if keyword.arg not in _KNOWN:
            raise Unclear(f"Field has no `{keyword.arg}`", at=scope.place(keyword), hint=f"it has {', '.join(_KNOWN)}")
        value = literal(modules, scope, keyword.value)
        if keyword.arg == "pattern":
            _count_pattern(modules, scope, keyword, value)
        found.update(_keyword(keyword.arg, value, kinds, scope, keyword))
    return found


def _count_pattern(modules: Modules, scope: Scope, node: ast.keyword, value: Any) -> None:
    modules.patterns.add(str(value))
    if len(modules.patterns) > MAX_PATTERNS:
        raise Unclear(f"more than {MAX_PATTERNS} patterns in one skill", at=scope.place(node), hint="check the text in the function")


def _keyword(name: str, value: Any, kinds: frozenset[str], scope: Scope, node: ast.keyword) -> dict[str, Any]:
    _check_value(name, value, scope, node)
    if name in ("description", "examples"):
        return {name: value}
    if name in _LENGTHS:
        words = _LENGTHS[name]
        fitting = [words[kind] for kind in words if kind in kinds]
        if not fitting:
            raise Unclear(f"`{name}` is for text, lists and mappings", at=scope.place(node))
        return dict.fromkeys(fitting, value)
    word, wanted = _KEYWORDS[name]
    if not kinds & wanted:
        raise Unclear(f"`{name}` is for {'text' if name == 'pattern' else 'numbers'}", at=scope.place(node))
    return {word: value}


def _check_value(name: str, value: Any, scope: Scope, node: ast.keyword) -> None:
    at = scope.place(node)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in ("description", "pattern"):
        if not isinstance(value, str) or not value:
            raise Unclear(f"`{name}` is a string", at=at)
        fault = pattern_fault(value) if name == "pattern" else ""
        if fault:
            raise Unclear(f"the pattern {fault}", at=at, hint="write a simpler pattern, or check the text in the function")
    elif name == "examples":
        if not isinstance(value, list) or not value:
            raise Unclear("`examples` is a list of values", at=at)
    elif name in _LENGTHS:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Unclear(f"`{name}` is a whole number from 0", at=at)
    elif not is_number or (name == "multiple_of" and value <= 0):
        raise Unclear(f"`{name}` is a number{' above 0' if name == 'multiple_of' else ''}", at=at)


def types_of(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int = 0) -> frozenset[str]:
    """The JSON types a schema of ours can accept; all of them when it says nothing."""
    if "$ref" in schema and depth < 8:
        return types_of(definitions.get(schema["$ref"].rpartition("/")[2], {}), definitions, depth + 1)
    if "anyOf" in schema:
        return frozenset(kind for part in schema["anyOf"] for kind in types_of(part, definitions, depth + 1))
    if "type" in schema:
        return frozenset({schema["type"]})
    return frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
