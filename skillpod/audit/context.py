"""Which parameters are the call's Context: those that are annotated so, under whatever name it was imported."""

from __future__ import annotations

import ast
from typing import Any

from skillpod.audit.facts import Meaning, Meanings, What

CONTEXT = "skillpod.Context"
_PLAIN = frozenset({"str", "int", "float", "bool", "bytes", "object", "list", "dict", "tuple", "set", "Any"})
"""Annotations of almost every parameter there is: no need to ask what they mean."""


def may_be_context(annotation: Any) -> bool:
    """Whether it is worth asking: a name, a dotted name, a text, or a choice of those."""
    if isinstance(annotation, ast.Name):
        return annotation.id not in _PLAIN
    return isinstance(annotation, (ast.Attribute, ast.BinOp)) or (
        isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
    )


def given(reader: Any, annotation: Any, scope: Any, depth: int) -> Meanings:
    """The Context, when that is what a parameter is annotated with; nothing that is known otherwise. Raises TooDeep."""
    if isinstance(annotation, ast.BinOp):
        return (*given(reader, annotation.left, scope, depth + 1), *given(reader, annotation.right, scope, depth + 1))
    node = _unquoted(annotation) if isinstance(annotation, ast.Constant) else annotation
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return ()
    found = reader.evaluate(node, scope, depth + 1)
    return (Meaning(What.CONTEXT),) if any(each.what is What.SDK and each.path == CONTEXT for each in found) else ()


def _unquoted(annotation: ast.Constant) -> Any:
    """``"skillpod.Context"`` as the expression it is, where it stands."""
    node: Any = None
    for part in str(annotation.value).split("."):
        if not part.isidentifier():
            return None
        node = ast.Name(part, ast.Load()) if node is None else ast.Attribute(node, part, ast.Load())
        ast.copy_location(node, annotation)
    return node


def is_member(reader: Any, node: Any, scope: Any, name: str) -> bool:
    """Whether an expression is that attribute of what may be the Context."""
    return (
        isinstance(node, ast.Attribute) and node.attr == name and any(each.what is What.CONTEXT for each in reader.value(node.value, scope))
    )
