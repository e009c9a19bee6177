"""Constants behind names: what folding may take a name to be, and only where nothing can have given it another value."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from skillpod.audit.facts import UNKNOWN, What
from skillpod.audit.fixpoint import TooDeep
from skillpod.audit.folding import Budget, Folder, Unfoldable
from skillpod.audit.nodes import walk
from skillpod.audit.scopes import Binding, Kind, Scope, Source, mangled

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

MAX_DEPTH = 120
_MAX_FOLDS = 100_000


class Constants:
    """Those of one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._budget = Budget(_MAX_FOLDS)
        self._folding: set[int] = set()

    def fold(self, node: Any, scope: Scope, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise TooDeep
        if scope.kind is Kind.CLASS and any(isinstance(each, (ast.ListComp, ast.GeneratorExp)) for each in walk(node)):
            raise Unfoldable  # it sees the names around the class, not those in it

        def known(name: Any) -> Any:
            return self._behind(name, scope, depth + 1)

        def called(function: Any) -> str:
            found = self._reader.evaluate(function, scope, depth + 1)
            return found[0].path if len(found) == 1 and found[0].what is What.MEMBER else ""

        return Folder(known, called, self._budget).fold(node)

    def _behind(self, node: Any, scope: Scope, depth: int) -> Any:
        """The constant that a name or an attribute is. Raises Unfoldable."""
        found = self._reader.evaluate(node, scope, depth)
        if len(found) == 1 and found[0].what is What.TEXT:
            return found[0].path
        if len(found) == 1 and found[0].held is not None and found[0].what is What.HOLDER and self._reader.whole.is_sure(found[0]):
            held = found[0].held
            return self._once(held.node, lambda: held.reader.constants.fold(held.node, held.scope, depth))
        bindings = self._only_binding(node, scope)
        if found != UNKNOWN or bindings is None:
            raise Unfoldable
        return self._once(bindings.node, lambda: self.fold(bindings.node, bindings.scope, depth))

    def _only_binding(self, node: Any, scope: Scope) -> Binding | None:
        """The one assignment that gives a name its value."""
        if not isinstance(node, ast.Name):
            return None
        name = mangled(node.id, scope)
        here: Scope | None = scope
        while here is not None:
            here = here.elsewhere.get(name, here)
            bindings = here.bindings.get(name)
            if bindings and (here.kind is not Kind.CLASS or here is scope):
                is_one = len(bindings) == 1 and bindings[0].source is Source.VALUE and name not in here.unbound
                may_change = here.kind is Kind.MODULE and (here.stars or self._reader.whole.is_stored_on_others(name))
                return bindings[0] if is_one and not may_change else None
            here = here.parent
        return None

    def _once(self, node: Any, fold: Callable[[], Any]) -> Any:
        """What a constant that is defined by itself is, is not worked out."""
        if id(node) in self._folding:
            raise Unfoldable
        self._folding.add(id(node))
        try:
            return fold()
        finally:
            self._folding.discard(id(node))
