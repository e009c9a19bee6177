"""What operators give: constants that are worked out, one or the other of two values, what a subscript takes out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from skillpod.audit.facts import UNKNOWN, Meaning, Meanings, What
from skillpod.audit.fixpoint import merged
from skillpod.audit.folding import Unfoldable
from skillpod.audit.holders import elements_of, item
from skillpod.audit.landmarks import ANY
from skillpod.audit.scopes import Scope

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader


def folded(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    """A text that operations on constants give; UNKNOWN when it is not sure to be one."""
    try:
        value = reader.constants.fold(node, scope, depth)
    except Unfoldable:
        return UNKNOWN
    return (Meaning(What.TEXT, value),) if isinstance(value, str) else UNKNOWN


def added(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    return folded(reader, node, scope, depth) if isinstance(node.op, (ast.Add, ast.Mod, ast.Mult)) else UNKNOWN


def either(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    return merged((*reader.evaluate(node.body, scope, depth), *reader.evaluate(node.orelse, scope, depth)))


def any_of(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    """``a and b`` is ``a`` only where that is false, as no module is."""
    last = node.values[-1]
    return merged(
        meaning
        for value in node.values
        for meaning in reader.evaluate(value, scope, depth)
        if value is last or isinstance(node.op, ast.Or) or not (meaning.what is What.MODULE or meaning.path == "builtins.__spec__")
    )


def of_value(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    return reader.evaluate(node.value, scope, depth)


def subscripted(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    if isinstance(node.slice, ast.Slice):
        return folded(reader, node, scope, depth)
    found: Meanings = ()
    bases = reader.evaluate(node.value, scope, depth)
    for base in bases:
        if base.what is What.HOLDER:
            found += item(base, key_of(reader, node.slice, scope, depth), depth)
    spaces = [meaning for meaning in bases if meaning.what is What.NAMESPACE]
    if spaces:
        found += named(reader, spaces, node.slice, scope, depth)
    return merged(found) or UNKNOWN


def key_of(reader: Reader, node: Any, scope: Scope, depth: int) -> str | int | None:
    """A constant index or key, or None."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, (str, int)) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value if isinstance(node.operand.value, int) else None
    return text_of(reader.evaluate(node, scope, depth))


def elements(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    return elements_of(reader, node.value, -1, scope, depth)


def named(reader: Reader, spaces: list[Meaning], key: Any, scope: Scope, depth: int) -> Meanings:
    names = [meaning.path for meaning in reader.evaluate(key, scope, depth) if meaning.what is What.TEXT]
    found: Meanings = ()
    for space in spaces:
        for name in names:
            if space.path == ANY:
                found += reader.attribute(UNKNOWN, name, depth)
            elif not space.path:
                found += reader.lookup(ast.Name(id=name, ctx=ast.Load(), lineno=1, col_offset=0), reader.survey.module, depth)
            else:
                found += reader.attribute((Meaning(What.MODULE, space.path, space.line),), name, depth)
    return found or UNKNOWN


def text_of(meanings: Meanings) -> str | None:
    """The one constant string an expression is, or None."""
    return meanings[0].path if len(meanings) == 1 and meanings[0].what is What.TEXT else None
