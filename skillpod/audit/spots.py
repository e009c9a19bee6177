"""Small answers about places in a syntax tree: where a node is, how it is spelled, what stands around it."""

from __future__ import annotations

import ast
from typing import Any

from skillpod.audit.facts import Base, Meanings, Spot, What
from skillpod.audit.landmarks import SUPER
from skillpod.audit.scopes import Place


def prefix(node: Any) -> str:
    """The constant that a computed string begins with."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.left
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_called(place: Place) -> bool:
    return isinstance(place.parent, ast.Call) and place.parent.func is place.node


def spot_of(node: Any) -> Spot:
    return Spot(node.lineno, node.col_offset + 1, node.end_col_offset + 1 if node.end_lineno == node.lineno else 0)


def last(link: Any) -> Spot:
    """Where the name of an attribute stands: the last thing of its expression."""
    return Spot(link.end_lineno, link.end_col_offset - len(link.attr.encode("utf-8")) + 1, link.end_col_offset + 1)


def spell(root: Any, chain: list[Any]) -> str:
    names = ".".join(link.attr for link in reversed(chain))
    return f"{root.id}.{names}" if isinstance(root, ast.Name) else f"(...).{names}"


def excerpt(node: Any) -> str:
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return "(...)"
    return text if len(text) <= 60 else f"{text[:57]}..."


def base_of(bases: Meanings) -> Base:
    if bases == SUPER:
        return Base.SUPER
    for what, base in ((What.SELF, Base.SELF), (What.CLASS, Base.CLASS)):
        if bases and all(each.what is what for each in bases):
            return base
    return Base.HANDLER if any(base.what is What.HANDLER for base in bases) else Base.OTHER
