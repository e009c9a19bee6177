"""What the names of a file mean where they are read: what every binding that may count there gives them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from skillpod.audit.constants import MAX_DEPTH
from skillpod.audit.context import given
from skillpod.audit.facts import NAMELESS, UNKNOWN, Held, Meaning, Meanings, What
from skillpod.audit.fixpoint import TooDeep
from skillpod.audit.holders import elements_of
from skillpod.audit.inert import is_inert
from skillpod.audit.landmarks import FOLLOWED, WATCHED
from skillpod.audit.scopes import Binding, Kind, Scope, Source, mangled
from skillpod.audit.standard import MODULES, is_member, is_standard, transit

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

_MAX_BINDINGS = 1000

_CLASS, _MODULE, _FUNCTION, _COMPREHENSION = Kind.CLASS, Kind.MODULE, Kind.FUNCTION, Kind.COMPREHENSION
_OPAQUE, _VALUE, _ELEMENT = Source.OPAQUE, Source.VALUE, Source.ELEMENT
"""By one name each: up to Python 3.11 a member of an Enum is found five times as slowly as any other attribute."""

_HANDLER: Meanings = (Meaning(What.HANDLER),)
_SELF: Meanings = (Meaning(What.SELF),)
_OWN_CLASS: Meanings = (Meaning(What.CLASS),)

_OF_METHODS = frozenset({Source.SELF, Source.CLASS, Source.HANDLER, Source.FUNCTION})
"""Sources that say by themselves what the name is."""


def deeper(depth: int) -> int:
    """One file further. Raises TooDeep."""
    if depth >= MAX_DEPTH:
        raise TooDeep
    return depth + 1


class Names:
    """Those of one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._survey = reader.survey
        self._module = reader.survey.module
        self._known = reader.whole.known
        self._inert: tuple[int, int] | None = None

    def exported(self, name: str, depth: int = 0) -> Meanings:
        """What another module of the bundle gets under a name."""
        bindings = self._module.bindings.get(name)
        if bindings:
            found = self._union(bindings, depth)
            may_be_made = "__getattr__" in self._module.bindings  # PEP 562: of a name that is not there when it is asked for
            return (*found, *self._from_elsewhere(name, found, depth), *(UNKNOWN if may_be_made else ()))
        return self._from_stars(self._module, name, depth)

    def lookup(self, node: Any, scope: Scope, depth: int) -> Meanings:
        """What a name may be where it is read."""
        name: str = node.id
        known: Meanings | None = scope.known.get(name)
        if known is not None:
            return known
        if name.startswith("__"):
            name = mangled(name, scope)
        if name in WATCHED:  # of those the answer depends on the place
            return self._lookup(name, node, scope, depth)
        home = scope if name in scope.bindings and not scope.elsewhere else _home(name, scope)
        known = home.known.get(name) if home is not scope else None
        if known is None:
            is_local = (home.kind is _FUNCTION or home.kind is _COMPREHENSION) and not home.elsewhere
            known = self._union(home.bindings[name], depth) if is_local else self._lookup(name, node, home, depth)
            if self._known.is_busy and not self._is_settled(name, home):
                return known  # it may not be whole
            home.known[name] = known
        scope.known[name] = known
        return known

    def _is_settled(self, name: str, home: Scope) -> bool:
        """Whether a name means the same whatever is still being worked out."""
        for binding in home.bindings.get(name, ()):
            if binding.source is not _OPAQUE:
                return False
        return not self._module.stars

    def _lookup(self, name: str, node: Any, scope: Scope, depth: int) -> Meanings:
        found: Meanings = ()
        here: Scope | None = scope
        while here is not None:
            if here.elsewhere:
                here = here.elsewhere.get(name, here)
            bindings = here.bindings.get(name)
            kind = here.kind
            if bindings and (kind is not _CLASS or here is scope):
                found += self._union(bindings, depth)
                if kind is _FUNCTION or kind is _COMPREHENSION:
                    return found
                if kind is _MODULE and (found is not UNKNOWN or self._module.stars):
                    found += self._from_elsewhere(name, found, depth)
                if self._hides(name, bindings, here, scope, node):
                    return found
                if kind is _CLASS:  # a name that a class's body binds is sought there, in the module and in the builtins alone
                    here = self._module
                    continue
            here = here.parent
        if self._module.stars:
            found += self._from_stars(self._module, name, depth)
        builtin = FOLLOWED.get(name)
        if builtin is None:
            return found or UNKNOWN
        return (*found, *builtin) if found else builtin

    def _from_elsewhere(self, name: str, found: Meanings, depth: int) -> Meanings:
        """What a star import, or a store into this module from outside, may have put in the place of a name of the module."""
        starred = self._from_stars(self._module, name, depth) if self._module.stars else ()
        is_constant = any(meaning.what in (What.TEXT, What.HOLDER) for meaning in found)
        return (*starred, *UNKNOWN) if starred or (is_constant and self._reader.whole.is_stored_on_others(name)) else ()

    def _hides(self, name: str, bindings: list[Binding], home: Scope, scope: Scope, node: Any) -> bool:
        """Whether a module's or class's own name surely stands before the builtin where it is read."""
        if name not in WATCHED and home.kind is Kind.MODULE:
            return True
        if name in home.unbound or len(bindings) > _MAX_BINDINGS:
            return False
        if home.kind is Kind.MODULE and self._reader.whole.is_stored_on_others(name):
            return False
        at = (node.lineno, node.col_offset)
        certain = [binding for binding in bindings if binding.is_certain]
        if any(binding.effective <= at for binding in certain):
            return True
        return home.kind is Kind.MODULE and _is_in_function(scope) and any(binding.effective <= self._first_act() for binding in certain)

    def _first_act(self) -> tuple[int, int]:
        """Where the module first does more than define: what is defined before that is there when any function is called."""
        if self._inert is None:
            end = (1 << 30, 0)
            self._inert = next(
                ((each.lineno, each.col_offset) for each in self._survey.statements if not is_inert(each, self._survey)), end
            )
        return self._inert

    def _union(self, bindings: list[Binding], depth: int) -> Meanings:
        found = self._at_once(bindings)
        return found or self._known.meanings(id(bindings), lambda: (self.given(binding, depth + 1) for binding in bindings))

    def _at_once(self, bindings: list[Binding]) -> Meanings:
        """What bindings give that need nobody else's meaning, as most do; nothing when one of them does."""
        found = UNKNOWN
        for binding in bindings:
            source, node = binding.source, binding.node
            if source is _OPAQUE or (source is _VALUE and self._reader.is_nothing(node, binding.scope)):
                continue
            if source is _ELEMENT and self._reader.is_nothing(node.func if node.__class__ is ast.Call else node, binding.scope):
                continue
            if len(bindings) > 1 or source not in _OF_METHODS:
                return ()
            found = self.given(binding, 0)
        return found

    def given(self, binding: Binding, depth: int) -> Meanings:
        """What one binding gives its name. Raises TooDeep."""
        bound = _BOUND.get(binding.source)
        found = UNKNOWN if bound is None else bound(self._reader, binding, depth)
        if found is UNKNOWN:
            return UNKNOWN
        if len(found) == 1 and (found[0].line or found[0].what in NAMELESS):  # as of most
            return found
        return tuple([meaning.bound(binding.line) for meaning in found])

    def _from_stars(self, scope: Scope, name: str, depth: int) -> Meanings:
        found: Meanings = ()
        for node in scope.stars:
            own = self._reader.own_base(node)
            if own is not None:
                reader = self._reader.sibling(own)
                found += reader.names.exported(name, deeper(depth)) if reader and reader is not self._reader else ()
                if reader and "__getattr__" in reader.survey.module.bindings:
                    found += UNKNOWN
            elif node.module and is_standard(node.module.partition(".")[0]):
                resolved = transit(node.module, name)
                if resolved in MODULES or is_member(resolved):
                    found += (Meaning(What.MODULE if resolved in MODULES else What.MEMBER, resolved, node.lineno),)
        return found

    def is_free(self, name: str, scope: Scope) -> bool:
        """Whether no text of this file binds a name: it is the builtin, or what every module has."""
        here: Scope | None = scope
        while here is not None:
            if here.bindings.get(name) or name in here.elsewhere:
                return False
            here = here.parent
        return not self._module.stars


_BOUND: Mapping[Source, Callable[[Reader, Binding, int], Meanings]] = {
    Source.VALUE: lambda reader, binding, depth: reader.evaluate(binding.node, binding.scope, depth),
    Source.IMPORT: lambda reader, binding, depth: reader.imported(binding.node, binding.alias, depth),
    Source.ELEMENT: lambda reader, binding, depth: elements_of(reader, binding.node, binding.index, binding.scope, depth),
    Source.FUNCTION: lambda reader, binding, _: (Meaning(What.FUNCTION, held=Held(reader, binding.node, binding.scope)),),
    Source.TYPED: lambda reader, binding, depth: given(reader, binding.node, binding.scope.parent, depth) or UNKNOWN,
    Source.HANDLER: lambda *_: _HANDLER,
    Source.SELF: lambda *_: _SELF,
    Source.CLASS: lambda *_: _OWN_CLASS,
}


def _home(name: str, scope: Scope) -> Scope:
    """The nearest scope that binds a name where it is read, or the module."""
    here = scope
    while here.parent is not None:
        if here.elsewhere:
            here = here.elsewhere.get(name, here)
        if name in here.bindings and (here.kind is not _CLASS or here is scope):
            return here
        here = here.parent or here
    return here


def _is_in_function(scope: Scope) -> bool:
    here: Scope | None = scope
    while here is not None:
        if here.kind is Kind.FUNCTION:
            return True
        here = here.parent
    return False
