"""Which places there is surely nothing to say of, as of most: told by what their names stand for, before anything is looked at closely."""

from __future__ import annotations

import ast
from typing import Any

from skillpod.audit.aims import CONTEXTUAL
from skillpod.audit.facts import NOTABLE, NOTABLE_BEGINNINGS, Meanings, What
from skillpod.audit.landmarks import FOLLOWED, LOOKUPS, TELLING, WATCHED
from skillpod.audit.lookups import PARSERS
from skillpod.audit.makings import TAKERS
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Scope

ALONE, IN_ARGUMENT, PASSED, CALLED, TAKEN = 1, 2, 4, 8, 16
"""What of a name there may be something to say of: of itself, as a parameter's annotation, where it is not called, of a call of it, of
what is taken from it. Sums of these."""

_EVERYTHING = ALONE | IN_ARGUMENT | PASSED | CALLED | TAKEN

LOOKED_AT = frozenset({"format", "format_map", *PARSERS, *LOOKUPS})
"""Methods whose call is looked at, whatever they are called on."""

_TOLD_WHEN_CHANGED = TAKERS | {"TYPE_CHECKING"}
_SILENT = frozenset(f"builtins.{name}" for name in FOLLOWED.keys() - WATCHED)
"""Builtins of which there is nothing to say by themselves."""

_ASKED = frozenset({"builtins.next", "builtins.type"})
"""Those of them whose calls are looked at."""

_SAYING = {
    What.UNKNOWN: 0,
    What.SELF: 0,
    What.CLASS: 0,
    What.HANDLER: 0,
    What.CONTEXT: 0,
    What.FIELD: TAKEN,
    What.GUESS: TAKEN,
    What.TEXT: IN_ARGUMENT,
    What.HOLDER: ALONE,
    What.NAMESPACE: ALONE,
    What.FUNCTION: PASSED | CALLED,
}
"""By what a name may be, where it is none of the standard library's nor of another file; no attribute that is dull comes out of them."""


class _Attributes(dict[str, bool]):
    """Whether nothing is to be said of an attribute by its name, whatever it is taken from that is nobody else's."""

    def __init__(self, reader: Reader) -> None:
        self._whole = reader.whole

    def __missing__(self, name: str) -> bool:
        is_told = is_notable(name) or name.lstrip("_") in TELLING or name in CONTEXTUAL or name in ("format", "format_map")
        dull = self[name] = not is_told and all(each.what is What.TEXT for each in self._whole.field(name, 0))
        return dull


class Dullness:
    """Of the places of one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._attributes = _Attributes(reader)
        self._has_keywords = "eval_str" in reader.text

    def is_name(self, node: Any, scope: Scope, parent: Any) -> bool:
        """Of a name that is read."""
        says = scope.says.get(node.id)
        if says is None:
            says = self._said(node, scope)
        if not says & (ALONE | IN_ARGUMENT | PASSED):
            return True
        if says & ALONE or (says & IN_ARGUMENT and parent.__class__ is ast.arg):
            return False
        return not says & PASSED or (parent.__class__ is ast.Call and parent.func is node)

    def is_call(self, node: Any, scope: Scope, _parent: Any) -> bool:
        """Of a call, but for its arguments, which are places of their own."""
        function = node.func
        kind = function.__class__
        if self._has_keywords and node.keywords:
            return False
        if kind is ast.Attribute:
            return function.attr not in LOOKED_AT and self.is_attribute(function, scope, node)
        if kind is not ast.Name:
            return False
        says = scope.says.get(function.id)
        if says is None:
            says = self._said(function, scope)
        return not says & CALLED

    def is_attribute(self, node: Any, scope: Scope, _parent: Any) -> bool:
        """Of a chain of attributes."""
        is_read = node.ctx.__class__ is ast.Load
        if not is_read and node.attr in _TOLD_WHEN_CHANGED:
            return False
        attributes = self._attributes
        kind = node.__class__
        while kind is ast.Attribute:
            if not attributes[node.attr]:
                return False
            node = node.value
            kind = node.__class__
        if kind is not ast.Name:
            return is_read and (kind is ast.Constant or self._reader.is_nothing(node, scope))
        says = scope.says.get(node.id)
        if says is None:
            says = self._said(node, scope)
        return not says & TAKEN

    def is_item(self, node: Any, scope: Scope, _parent: Any) -> bool:
        """Of what is taken from something by a key."""
        return self._reader.is_nothing(node.value, scope)

    def _said(self, node: Any, scope: Scope) -> int:
        """What there may be to say of a name in a scope."""
        name = node.id
        if name.startswith("__"):
            return _EVERYTHING
        said = _saying(self._reader.lookup(node, scope, 0))
        if name not in WATCHED:  # of those the answer depends on the place
            scope.says[name] = said
        return said


def _saying(meanings: Meanings) -> int:
    said = 0
    for meaning in meanings:
        what, path = meaning.what, meaning.path
        if what is What.MEMBER and path in _SILENT:
            said |= (CALLED | TAKEN) if path in _ASKED else TAKEN
        else:
            said |= _SAYING.get(what, _EVERYTHING)
    return said


def is_notable(name: str) -> bool:
    """Whether any rule has something to say of an attribute by its name alone."""
    return name.startswith("__") or name in NOTABLE or name.partition("_")[0] in NOTABLE_BEGINNINGS
