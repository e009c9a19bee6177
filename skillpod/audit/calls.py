"""What calls give: builtins that are known, functions of the skill's own, methods of tables, of texts and of namespaces."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from skillpod.audit.constants import MAX_DEPTH
from skillpod.audit.facts import UNKNOWN, Meaning, Meanings, What
from skillpod.audit.fixpoint import merged
from skillpod.audit.folding import FOLDED_CALLS, FOLDED_METHODS
from skillpod.audit.holders import elements_of, item
from skillpod.audit.landmarks import ANY, FOLLOWED, LOOKUPS, SUPER
from skillpod.audit.operations import folded, key_of, named, text_of
from skillpod.audit.scopes import Scope

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

_WITH_CLASSES = frozenset({"builtins", "abc", "enum", "typing", "types", "collections"})
"""Modules whose members are mostly classes."""

_GIVING = ("builtins.next", "")
"""What may give an element of what it is given: also what is not known, as ``operator.itemgetter(0)``."""


def called(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    function = node.func
    if isinstance(function, ast.Attribute):
        found = _method(reader, function, node, scope, depth)
        if found is not None:
            return found
    found = ()
    for meaning in reader.evaluate(function, scope, depth):
        found += _result(reader, meaning, node, scope, depth)
    return found or UNKNOWN


def _method(reader: Reader, function: Any, node: Any, scope: Scope, depth: int) -> Meanings | None:
    """Methods of constants and of namespaces; None for any other."""
    if function.attr in LOOKUPS and node.args:
        spaces = [meaning for meaning in reader.evaluate(function.value, scope, depth) if meaning.what is What.NAMESPACE]
        if spaces:
            return named(reader, spaces, node.args[0], scope, depth)
    if function.attr in FOLDED_METHODS:
        constant = folded(reader, node, scope, depth)
        if constant is not UNKNOWN:
            return constant
    if function.attr in ("get", "pop", "setdefault") and node.args:
        return _from_table(reader, function.value, node.args, scope, depth)
    return None


def _from_table(reader: Reader, table: Any, arguments: list[Any], scope: Scope, depth: int) -> Meanings | None:
    """``table.get(key, default)``."""
    found: Meanings = ()
    for base in reader.evaluate(table, scope, depth):
        if base.what is not What.HOLDER:
            return None
        found += item(base, key_of(reader, arguments[0], scope, depth), depth)
    if len(arguments) > 1:
        return merged((*found, *reader.evaluate(arguments[1], scope, depth)))
    return found


def _result(reader: Reader, called: Meaning, node: Any, scope: Scope, depth: int) -> Meanings:
    arguments = node.args
    if called.what is What.FUNCTION and called.held is not None:
        return results(called.held.reader, called.held.node, depth)
    if called.path in FOLDED_CALLS:
        return folded(reader, node, scope, depth)
    if called.path == "builtins.getattr" and len(arguments) >= 2:
        return fetched(reader, arguments, scope, depth)
    if called.path in ("builtins.globals", "builtins.locals") or (called.path == "builtins.vars" and not arguments):
        return (Meaning(What.NAMESPACE),)
    if called.path == "builtins.vars":
        return tuple(
            Meaning(What.NAMESPACE, meaning.path or ANY, meaning.line)
            for meaning in reader.evaluate(arguments[0], scope, depth)
            if meaning.what not in (What.SELF, What.CLASS, What.OWN)
        )
    if called.path in ("builtins.__import__", "importlib.import_module") and arguments:
        name = text_of(reader.evaluate(arguments[0], scope, depth))
        return (reader.module(name),) if name else ()
    if called.path == "builtins.super":
        return SUPER if not arguments or _is_own_super(reader, arguments, scope, depth) else ()
    if called.path == "builtins.type" and len(arguments) == 1:
        return _type_of(reader, arguments[0], scope, depth)
    if called.path in _GIVING and arguments:
        return elements_of(reader, arguments[0], -1, scope, depth)
    return ()


def _is_own_super(reader: Reader, arguments: list[Any], scope: Scope, depth: int) -> bool:
    """``super(Own, self)``."""
    if len(arguments) != 2:
        return False
    owner, instance = (reader.evaluate(each, scope, depth) for each in arguments)
    return all(each.what is What.CLASS for each in owner) and all(each.what in (What.SELF, What.CLASS) for each in instance)


def _type_of(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    """The type of a class is ``type``, or a class of the skill's own that is one."""
    of = reader.evaluate(node, scope, depth)
    is_class = any(each.what is What.CLASS or each.path.partition(".")[0] in _WITH_CLASSES for each in of if each.what is not What.TEXT)
    is_type = isinstance(node, ast.Call) and any(each.path == "builtins.type" for each in reader.evaluate(node.func, scope, depth))
    return FOLLOWED["type"] if is_class or is_type else ()


def results(reader: Reader, function: Any, depth: int) -> Meanings:
    """What a call of a function of this file gives."""
    inner = reader.survey.inner[id(function)]
    if inner.is_generator or not inner.returns or depth > MAX_DEPTH // 2:
        return UNKNOWN
    return reader.whole.known.meanings(id(inner), lambda: (reader.evaluate(each, inner, depth + 1) for each in inner.returns))


def fetched(reader: Reader, arguments: list[Any], scope: Scope, depth: int) -> Meanings:
    """What ``getattr`` gives for its arguments."""
    bases = reader.evaluate(arguments[0], scope, depth)
    found: Meanings = ()
    for name in reader.evaluate(arguments[1], scope, depth):
        if name.what is What.TEXT:
            found += reader.attribute(bases, name.path, depth)
    return (*found, *reader.evaluate(arguments[2], scope, depth)) if len(arguments) > 2 else found
