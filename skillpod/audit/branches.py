"""Branches that never run in a guest: for type checkers, for Pythons before 3.11, for Windows."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

OLDEST, NEWEST = (3, 11), (3, 14)
"""The Pythons that run guests: from the first, before the second (pyproject's requires-python)."""

_TYPING = ("typing", "typing_extensions")
_CHECKING = "TYPE_CHECKING"
_COMPARE: Mapping[type, Callable[[Any, Any], bool]] = {ast.GtE: operator.ge, ast.Gt: operator.gt, ast.LtE: operator.le, ast.Lt: operator.lt}

Named = Callable[[str], tuple[str, ...]]
"""What a plain name stands for, everywhere in the file: ("typing", "TYPE_CHECKING"), ("sys",), ("False",), or () when that is not sure."""


def may_be_dead(test: Any) -> bool:
    """Whether the test of an ``if`` is of one of these kinds, whatever its names mean."""
    if isinstance(test, ast.Name):
        return test.id == _CHECKING
    if isinstance(test, ast.Compare):
        return isinstance(test.left, ast.Attribute) and test.left.attr in ("version_info", "platform", "name")
    return isinstance(test, ast.Attribute) and test.attr == _CHECKING


def outcome(test: Any, named: Named) -> bool | None:
    """Whether the test of an ``if`` always holds, never holds, or neither is sure."""
    path = _path(test, named)
    if path == ("False",) or (path[-1:] == (_CHECKING,) and path[0] in _TYPING):
        return False
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(_path(test.left, named), test.ops[0], test.comparators[0])
    return None


def _path(node: Any, named: Named) -> tuple[str, ...]:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    root = named(node.id) if isinstance(node, ast.Name) else ()
    return (*root, *reversed(names)) if root else ()


def _compared(path: tuple[str, ...], op: Any, other: Any) -> bool | None:
    if path == ("sys", "version_info") and isinstance(other, ast.Tuple):
        return _version(_COMPARE.get(type(op)), [getattr(each, "value", None) for each in other.elts])
    if path in (("sys", "platform"), ("os", "name")) and getattr(other, "value", None) in ("win32", "nt"):
        return {ast.Eq: False, ast.NotEq: True}.get(type(op))
    return None


def _version(compare: Callable[[Any, Any], bool] | None, wanted: list[Any]) -> bool | None:
    if compare is None or not 1 <= len(wanted) <= 2 or not all(type(number) is int for number in wanted):
        return None
    minors = range(OLDEST[1], NEWEST[1])
    answers = {compare((OLDEST[0], minor, micro, "final", 0), tuple(wanted)) for minor in minors for micro in (0, 99)}
    return answers.pop() if len(answers) == 1 else None
