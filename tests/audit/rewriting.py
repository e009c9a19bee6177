"""A mutation: another way to write the same skill, made from its syntax tree, without chance and without running anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from skillpod.audit.standard import listed

Files = Mapping[str, str]
HANDLER = "handler.py"
STRONG = frozenset(
    listed("eval exec compile __import__ breakpoint getattr setattr delattr globals vars locals help __builtins__ open super")
)
"""Builtins whose own name is written differently, as imported names are. ``type`` is none: honest code passes it on."""


Change = Callable[[ast.Module], "ast.Module | None"]


class Answer(Enum):
    """What a mutant of a vector must get."""

    SAME_RULE = "the rule the vector is meant for"
    CAUGHT = "any verdict but allow"


@dataclass(frozen=True, slots=True)
class Mutation:
    """``rewrite`` says None where a skill has nothing it applies to. What it makes does the same as before."""

    name: str
    rewrite: Callable[[Files], Files | None]
    answer: Answer = Answer.CAUGHT


def of_handler(change: Change) -> Callable[[Files], Files | None]:
    def rewrite(files: Files) -> Files | None:
        changed = change(ast.parse(files[HANDLER]))
        return None if changed is None else {**files, HANDLER: ast.unparse(ast.fix_missing_locations(changed))}

    return rewrite


def on_top(tree: ast.Module, text: str) -> ast.Module:
    """With some lines below the docstring and the imports from the future."""
    at = 0
    while at < len(tree.body) and (_is_text(tree.body[at]) or getattr(tree.body[at], "module", "") == "__future__"):
        at += 1
    tree.body[at:at] = ast.parse(text).body
    return tree


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
