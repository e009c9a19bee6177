"""What the scopes of a module bind their names to, and what is stored into attributes: collected while a survey walks its tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from skillpod.audit.scopes import ANNOTATIONS, Binding, Kind, Scope, Source, mangled

Entry = tuple[Any, Scope, Any]
"""A node, the scope it stands in, and what it is a part of: see ``scopes.Place``."""

_OPAQUE, _VALUE = Source.OPAQUE, Source.VALUE
"""By one name each: up to Python 3.11 a member of an Enum is found five times as slowly as any other attribute."""


class Bindings:
    """Those of one module. ``pending`` and ``places`` are the survey's: targets that are more than names are walked, and one is a place."""

    def __init__(self, certain: Iterable[Any], pending: list[Entry], places: list[Entry]) -> None:
        self.module = Scope(Kind.MODULE, None)
        self.inner: dict[int, Scope] = {}
        self.classes: list[Scope] = []
        self.fields: dict[str, list[Binding]] = {}
        self.certain = {id(statement) for statement in certain}
        """Statements that always run when their scope does."""
        self._pending = pending
        self._places = places
        self._stored: set[int] = set()
        self._standing: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._count = 0
        self._declared: list[tuple[str, Scope, Kind]] = []

    def bind(
        self, name: str, scope: Scope, source: Source, node: Any, statement: Any, alias: ast.alias | None = None, index: int = -1
    ) -> None:
        """One name, which a statement gives what ``node`` is, as ``source`` says."""
        self._count += 1
        if name.startswith("__"):
            name = mangled(name, scope)
        binding = Binding(source, node, scope, statement.lineno, statement, id(statement) in self.certain, alias, index)
        bound = scope.bindings.get(name)
        if bound is None:
            scope.bindings[name] = [binding]
        else:
            bound.append(binding)

    def bind_target(self, target: Any, value: Any, scope: Scope, statement: Any) -> None:
        """A target of an assignment; a tuple is matched with a tuple of as many, element by element."""
        kind = target.__class__
        if kind is ast.Name:
            if target.id == ANNOTATIONS:
                self._places.append((target, scope, statement))
            self.bind(target.id, scope, _OPAQUE if value is None else _VALUE, value, statement)
        elif kind is ast.Attribute:
            self.store(target, value, scope, statement)
            self._pending.append((target, scope, statement))
        elif kind is ast.Starred:
            self.bind_target(target.value, None, scope, statement)
        elif kind is ast.Tuple or kind is ast.List:
            self._bind_parts(target, value, scope, statement)
        else:
            self._pending.append((target, scope, statement))

    def _bind_parts(self, target: Any, value: Any, scope: Scope, statement: Any) -> None:
        values: list[Any] = [None] * len(target.elts)
        if value is not None and not isinstance(value, (ast.Tuple, ast.List)):
            self._bind_elements(target, value, scope, statement)
            return
        if isinstance(value, (ast.Tuple, ast.List)) and not any(isinstance(each, ast.Starred) for each in (*value.elts, *target.elts)):
            values = [*value.elts, *values][: len(target.elts)]
        for inner, matched in zip(target.elts, values, strict=True):
            self.bind_target(inner, matched, scope, statement)

    def _bind_elements(self, target: Any, iterated: Any, scope: Scope, statement: Any, *, of_each: bool = False) -> None:
        """The targets of an unpacking; ``of_each``: of every element that a loop takes, not of the value itself."""
        for index, inner in enumerate(target.elts):
            if isinstance(inner, ast.Name):
                self.bind(inner.id, scope, Source.ELEMENT, iterated, statement, index=index if of_each else -1)
            else:
                self.bind_target(inner, None, scope, statement)

    def bind_loop_target(self, target: Any, iterated: Any, scope: Scope, loop: Any) -> None:
        """A target that takes the elements of a literal has each of them as its value."""
        self.certain.discard(id(loop))  # an empty loop binds nothing
        if isinstance(iterated, (ast.Tuple, ast.List, ast.Set)) and iterated.elts:
            for element in iterated.elts:
                self.bind_target(target, None if isinstance(element, ast.Starred) else element, scope, loop)
        elif isinstance(target, ast.Name):
            self.bind(target.id, scope, Source.ELEMENT, iterated, loop)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._bind_elements(target, iterated, scope, loop, of_each=True)
        else:
            self.bind_target(target, None, scope, loop)

    def store(self, target: Any, value: Any, scope: Scope, statement: Any) -> None:
        """A target that is an attribute; those of loops and the like, of which the value is not known, are told by ``is_stored``."""
        self._stored.add(id(target))
        name = target.attr
        stored = Binding(_OPAQUE if value is None else _VALUE, value, scope, statement.lineno, statement, False, None, -1, target)
        self.fields.setdefault(mangled(name, scope) if name.startswith("__") else name, []).append(stored)

    def is_stored(self, target: Any) -> bool:
        return id(target) in self._stored

    # --- names that live elsewhere ----------------------------------------------------------------------------------------------------

    def declare(self, names: Iterable[str], scope: Scope, kind: Kind) -> None:
        """Names that are global (kind MODULE) or nonlocal in a scope."""
        self._declared.extend((name, scope, kind) for name in names)

    def move_declared(self) -> None:
        """What was bound under names that are declared, once all of it is known."""
        for name, scope, kind in self._declared:
            self._move(name, scope, kind)

    def _move(self, name: str, scope: Scope, kind: Kind) -> None:
        """What a scope binds under a name that is global or nonlocal there belongs to the scope where the name lives."""
        home = self.module if kind is Kind.MODULE else _outer_function(scope, name) or self.module
        if home is scope:
            return
        scope.elsewhere[name] = home
        for binding in scope.bindings.pop(name, []):
            binding.is_certain = False
            home.bindings.setdefault(name, []).append(binding)
        if name in scope.unbound:
            home.unbound.add(name)

    # --- names that say which branch runs ---------------------------------------------------------------------------------------------

    def stands_for(self, name: str) -> tuple[str, ...]:
        """See ``branches.Named``. Worked out again only when more was bound since."""
        count, found = self._standing.get(name, (-1, ()))
        if count != self._count:
            found = self._works_out(name)
            self._standing[name] = (self._count, found)
        return found

    def _works_out(self, name: str) -> tuple[str, ...]:
        scopes = (self.module, *self.inner.values(), *self.classes)
        found = [binding for scope in scopes for binding in scope.bindings.get(name, ())]
        is_touched = any(name in scope.unbound or scope.stars for scope in scopes) or any(name == each for each, _, _ in self._declared)
        if len(found) != 1 or is_touched or name not in self.module.bindings:
            return ()
        [binding] = found
        if binding.source is Source.VALUE and isinstance(binding.node, ast.Constant) and binding.node.value is False:
            return ("False",)
        if binding.source is not Source.IMPORT or binding.alias is None:
            return ()
        if isinstance(binding.node, ast.Import):
            return (binding.alias.name,) if "." not in binding.alias.name else ()
        return (binding.node.module or "", binding.alias.name) if not binding.node.level else ()


def _outer_function(scope: Scope, name: str) -> Scope | None:
    outer = scope.parent
    while outer is not None and (outer.kind is not Kind.FUNCTION or name not in outer.bindings):
        outer = outer.parent
    return outer
