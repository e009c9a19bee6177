"""Where the value of a module goes: a way that can be followed, or one where what is taken from it can't."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from skillpod.audit.calls import results
from skillpod.audit.facts import Escape, Held, Meaning, Spot, What
from skillpod.audit.holders import values
from skillpod.audit.landmarks import LOOKERS
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Kind, Scope
from skillpod.audit.standard import BY_MEMBERS, GUARDED, PERMITTED, PURE, standing

_COUNTERS = frozenset({"builtins.len", "builtins.bool", "builtins.print"})
"""Builtins that give nothing of a table to anybody."""

_OF_OTHERS = frozenset({What.MODULE, What.MEMBER, What.TEXT})
"""Kinds of what is certainly not an object of the skill's own."""


class Ways:
    """Those of one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def told(self, spot: Spot, module: Meaning, spelled: str) -> Escape:
        """The fact that a module goes where it can't be followed."""
        reader = self._reader.sibling(module.path) if module.what is What.OWN else None
        held = reader.held_modules() if reader is not None else iter((module,))
        return Escape(spot, module.path, spelled, any(is_strong(each) for each in held))

    def matters(self, meaning: Meaning) -> bool:
        """Whether handing this module on hides anything: not when nothing else can be reached from it."""
        if meaning.what is not What.OWN:
            return meaning.path not in PURE
        reader = self._reader.sibling(meaning.path)
        return reader is not None and reader.holds_modules()

    def escape(self, module: Meaning, node: Any, parent: Any, scope: Scope) -> bool:
        """Whether a module's value goes where it can't be followed. A strong one is not followed into anything that holds it."""
        kind = type(parent)
        if kind in (ast.Expr, ast.UnaryOp, ast.If, ast.While, ast.FormattedValue, ast.Attribute):
            return False
        if kind is ast.Assert:
            return parent.msg is node
        if kind is ast.Compare:
            return not self.only_compares(node, parent, scope)
        if kind is ast.Call:
            return parent.func is not node and not self._only_looks(node, parent, scope)
        if kind in (ast.IfExp, ast.BoolOp, ast.NamedExpr):
            if kind is ast.IfExp and parent.test is node:
                return False
            return self.escape(module, parent, self._reader.survey.parents[id(parent)], scope)
        is_plain = is_plain_assignment(node, parent)
        if kind is ast.Subscript and parent.value is node:
            return False
        if is_strong(module):
            return not is_plain or scope.kind is Kind.CLASS
        if kind in (ast.Tuple, ast.List, ast.Set, ast.Dict):
            holder = Meaning(What.HOLDER, held=Held(self._reader, parent, scope))
            return not self.keep(holder, parent, self._reader.survey.parents.get(id(parent)), scope)
        if kind is ast.Return:
            return not self._reader.is_followed_function(scope)
        return not is_plain or scope.kind is Kind.CLASS

    def keep(self, meaning: Meaning, node: Any, parent: Any, scope: Scope) -> bool:
        """Whether what a table or a function holds is still known behind this use of it."""
        if is_plain_assignment(node, parent):
            return True
        if meaning.what is What.FUNCTION:
            return isinstance(parent, ast.Call) and parent.func is node
        if isinstance(parent, ast.Call):
            called = {each.path for each in self._reader.value(parent.func, scope)}
            return parent.func is node or (bool(called) and called <= _COUNTERS)
        if isinstance(parent, ast.Subscript):
            return parent.value is node and not isinstance(parent.slice, ast.Slice)
        if isinstance(parent, ast.Attribute):
            call = self._reader.survey.parents.get(id(parent))
            return parent.attr in ("get", "items", "keys", "values") and isinstance(call, ast.Call) and call.func is parent
        if isinstance(parent, ast.Compare):
            return self.only_compares(node, parent, scope)
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            return parent.iter is node
        return isinstance(parent, (ast.Expr, ast.If, ast.While)) or (isinstance(parent, ast.Assert) and parent.test is node)

    def only_compares(self, node: Any, comparison: Any, scope: Scope) -> bool:
        """Whether a comparison asks no object of the skill's own, which would be handed the other side."""
        if all(isinstance(op, (ast.Is, ast.IsNot)) for op in comparison.ops):
            return True
        others = [side for side in (comparison.left, *comparison.comparators) if side is not node]
        return all(
            isinstance(side, ast.Constant) or all(each.what in _OF_OTHERS for each in self._reader.value(side, scope)) for side in others
        )

    def _only_looks(self, node: Any, call: Any, scope: Scope) -> bool:
        called = self._reader.value(call.func, scope)
        if not called:
            return False
        if {meaning.path for meaning in called} == {"builtins.isinstance"}:
            return len(call.args) == 2 and all(each.what in _OF_OTHERS for each in self._reader.value(call.args[1], scope))
        if all(meaning.path in LOOKERS for meaning in called):
            return True
        names = {meaning.path for meaning in called}
        if names == {"builtins.getattr"}:
            is_told = len(call.args) > 1 and all(each.what is What.TEXT for each in self._reader.value(call.args[1], scope))
            return is_told and call.args[0] is node
        return names == {"builtins.vars"} or names <= {"importlib.reload"}


_STRONG = GUARDED | BY_MEMBERS | {name.partition(".")[0] for name in BY_MEMBERS}
"""Modules that are never handed on, and packages that hold one."""


def is_strong(module: Meaning) -> bool:
    """Whether a module, or one in it, can do more than a skill may do unasked."""
    return module.what is What.MODULE and (module.path in _STRONG or standing(module.path).reach not in PERMITTED)


def held_modules(meaning: Meaning) -> Iterator[Meaning]:
    """The modules that come out of a table when it is read, or of a function when it is called."""
    held = meaning.held
    if held is None:
        return
    found = values(meaning, 0) if meaning.what is What.HOLDER else results(held.reader, held.node, 0)
    yield from (each for each in found if each.what in (What.MODULE, What.OWN) and each.path)


def is_plain_assignment(node: Any, parent: Any) -> bool:
    """Whether a value is given to names alone, which are followed."""
    if not isinstance(parent, (ast.Assign, ast.AnnAssign)) or parent.value is not node:
        return False
    targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
    return all(isinstance(target, ast.Name) for target in targets)
