"""What a use of the standard library reaches: by the tables, and by the arguments of the call where they decide."""

from __future__ import annotations

import ast

from skillpod.audit.facts import Use, What
from skillpod.audit.standard import (
    BY_MEMBERS,
    HARMLESS_WHEN_SEEN,
    Passed,
    Reach,
    Standing,
    is_conditional,
    reach_of_call,
    reach_of_import,
    reach_of_reference,
    standing,
)


def judged(use: Use) -> Standing:
    """For a use of a module or a member of the standard library."""
    if use.is_import and use.what is What.MODULE and use.path in BY_MEMBERS:
        return Standing(Reach.PLAIN)
    if not is_conditional(use.path):
        return standing(use.path)
    return Standing(Reach.PLAIN if use.path in HARMLESS_WHEN_SEEN and use.is_looked_at else _reach(use))


def _reach(use: Use) -> Reach:
    if use.is_import:
        return reach_of_import(use.path)
    if not isinstance(use.call, ast.Call):
        return reach_of_reference(use.path)
    return reach_of_call(use.path, _passed(use.call, use))


def _passed(call: ast.Call, use: Use) -> Passed:
    starred = next((position for position, each in enumerate(call.args) if isinstance(each, ast.Starred)), len(call.args))
    words = {word.arg for word in call.keywords if word.arg is not None}
    is_open = starred < len(call.args) or len(words) < len(call.keywords)
    return Passed(frozenset({*range(starred), *words}), use.told, is_open)
