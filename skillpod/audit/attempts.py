"""Imports that may fail unseen: those in a ``try`` which catches their failure, and those that stand in for what is always there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from skillpod.audit.standard import is_standard, listed

_MISSING = frozenset({"ImportError", "ModuleNotFoundError", "Exception"})
_GONE = frozenset(
    listed("aifc audioop cgi cgitb chunk crypt imghdr mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib")
)
"""Modules of the standard library that are not in every Python that runs guests (PEP 594)."""


def attempted(node: ast.Try) -> Iterator[Any]:
    """The imports of a ``try`` that are not taken for granted."""
    catching = [handler for handler in node.handlers if _catches_a_missing_module(handler.type)]
    spare = [each for handler in catching for each in handler.body] if all(map(_is_surely_there, node.body)) else []
    within = (*(node.body if catching else ()), *spare)  # what stands in for what is there is never imported
    yield from (each for each in within if isinstance(each, (ast.Import, ast.ImportFrom)))


def _catches_a_missing_module(kinds: Any) -> bool:
    if kinds is None:
        return True
    each = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    return any(getattr(kind, "id", "") in _MISSING for kind in each)


def _is_surely_there(statement: Any) -> bool:
    """Whether it imports nothing but modules of the standard library that every guest has."""
    if isinstance(statement, ast.Import):
        return all(is_standard(alias.name) and alias.name not in _GONE for alias in statement.names)
    return False
