"""Whether a return annotation says content (text, pictures, sounds, files), from the syntax tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from skillpod.manifest.annotations import alternatives
from skillpod.manifest.classes import unquoted
from skillpod.manifest.scopes import External, Modules, OwnValue, Scope, Unclear, source

_KINDS = frozenset({"skillpod.Image", "skillpod.Audio", "skillpod.File"})
_SERIES = frozenset({"builtins.list", "typing.List", "builtins.tuple", "typing.Tuple"})
_SEE_THROUGH = frozenset({"typing.Annotated", "typing.Final"})
_UNIONS = frozenset({"typing.Union", "typing.Optional"})
_NODE_LIMIT = 2_000
"""Annotations looked at for one result; an alias of aliases can name more than anyone can check."""


def is_content(modules: Modules, scope: Scope, annotation: ast.expr) -> bool:
    """True for ``Image``, ``Audio``, ``File``, ``Content``, and unions and lists of them with ``str``.

    Raises Unclear when content is mixed with anything else, at the place of the other thing.
    """
    parts = list(_Parts(modules).of(scope, annotation))
    if not any(part.is_kind for part in parts):
        return False
    other = next((part for part in parts if not part.is_kind and not part.is_text), None)
    if other is not None:
        is_none = isinstance(other.node, ast.Constant) and other.node.value is None
        hint = "return an empty list to say nothing" if is_none else "return the values as text, or as a File; or make two tools of it"
        raise Unclear(f"content can't be mixed with `{source(other.node)}`", at=other.scope.place(other.node), hint=hint)
    return True


@dataclass(frozen=True, slots=True)
class _Part:
    """One type a result may be or hold."""

    scope: Scope
    node: ast.expr
    is_kind: bool = False
    is_text: bool = False


class _Parts:
    """Takes an annotation apart: through unions, aliases and one level of lists."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._open: list[int] = []
        self._seen = 0

    def of(self, scope: Scope, node: ast.expr, *, within: str = "") -> Iterator[_Part]:
        self._seen += 1
        if self._seen > _NODE_LIMIT:
            raise Unclear("the type is too large", at=scope.place(node), hint="make it simpler")
        node = unquoted(scope, node)
        match node:
            case ast.BinOp(op=ast.BitOr()):
                for part in alternatives(node):
                    yield from self.of(scope, part, within=within)
            case ast.Subscript():
                yield from self._subscript(scope, node, within)
            case ast.Name() | ast.Attribute():
                yield from self._named(scope, node, within)
            case _:
                yield _Part(scope, node)

    def _named(self, scope: Scope, node: ast.Name | ast.Attribute, within: str) -> Iterator[_Part]:
        match self._modules.resolve(scope, node):
            case External("skillpod.Content") if not within:
                yield _Part(scope, node, is_kind=True)
            case External(name) if name in _KINDS:
                yield _Part(scope, node, is_kind=True)
            case External("builtins.str"):
                yield _Part(scope, node, is_text=True)
            case OwnValue(value, where) if id(value) not in self._open:
                self._open.append(id(value))
                yield from self.of(where, value, within=within)
                self._open.pop()
            case _:
                yield _Part(scope, node)

    def _subscript(self, scope: Scope, node: ast.Subscript, within: str) -> Iterator[_Part]:
        outer = self._modules.resolve(scope, node.value)
        name = outer.name if isinstance(outer, External) else ""
        parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name in _SEE_THROUGH:
            yield from self.of(scope, parts[0], within=within)
        elif name in _UNIONS or (name in _SERIES and not within):
            for part in parts:
                if not (isinstance(part, ast.Constant) and part.value is ...):
                    yield from self.of(scope, part, within=within or (name if name in _SERIES else ""))
        else:
            yield _Part(scope, node)
        if name == "typing.Optional":
            yield _Part(scope, ast.copy_location(ast.Constant(None), node))
