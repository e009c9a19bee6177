"""Classes that are made or made over, and what turns text into attributes: metaclasses, ``type`` as a function, copiers, formatters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from skillpod.audit.facts import Attribute, Dynamic, Fact, Making, Meaning, Spot, What
from skillpod.audit.holders import elements_of
from skillpod.audit.lookups import is_starred
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Place, Scope
from skillpod.audit.spots import excerpt, spot_of

COPIERS = {"functools.wraps": 1, "functools.update_wrapper": 2}
"""Functions that copy attributes by name: how many arguments come before the names."""

MAKERS = ("types.new_class", "dataclasses.make_dataclass")
_STATE_GIVERS = frozenset({"__reduce__", "__reduce_ex__"})
_SHAPED = frozenset(
    {"builtins.type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType", "contextlib.redirect_stdout", "contextlib.redirect_stderr"}
)
"""Classes of classes, and kinds that are told by their class's names what to reach for."""

_FORMATTER = "string.Formatter"

TAKERS = frozenset({"format_field", "convert_field", "get_field"})
"""Methods of a ``string.Formatter`` that are handed what a field's path led to."""


class Makings:
    """Those of one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def by_function(self, meaning: Meaning, spot: Spot, spelled: str, call: Any, place: Place) -> Iterator[Fact]:
        """Functions that turn text into an attribute or a class: harmless where they stand plainly."""
        if meaning.path in MAKERS:
            yield Making(spot, spelled)
        elif meaning.path in COPIERS:
            yield from self._copied(COPIERS[meaning.path], spot, spelled, call, place)
        elif meaning.path == "dataclasses.dataclass":
            if not (_is_decorator(place) or (call is not None and not call.args and self._reader.decorates(call))):
                yield Making(spot, spelled)
        elif call is None:
            yield Dynamic(spot, spelled)

    def _copied(self, count: int, spot: Spot, spelled: str, call: Any, place: Place) -> Iterator[Fact]:
        """``functools.wraps`` and its like, told which attributes to copy: each by name, or not known."""
        if call is None or is_starred(call.args) or any(word.arg is None for word in call.keywords):
            yield Dynamic(spot, spelled)
            return
        for told in (*call.args[count:], *(word.value for word in call.keywords if word.arg in ("assigned", "updated"))):
            if isinstance(told, (ast.Tuple, ast.List)) and not told.elts:
                continue
            for meaning in elements_of(self._reader, told, -1, place.scope, 0):
                if meaning.what is What.TEXT:
                    yield Attribute(spot, meaning.path, spelled)
                else:
                    yield Dynamic(spot, spelled)

    def by_type(self, place: Place) -> Iterator[Fact]:
        """``type(...)``, which with one argument only tells what something is."""
        arguments = place.node.args
        is_class = _is_written_out(arguments) and self._are_bases_plain(arguments[1], place.scope)
        if (len(arguments) > 1 or is_starred(arguments)) and not is_class:
            yield Making(spot_of(place.node), excerpt(place.node))

    def _are_bases_plain(self, bases: Any, scope: Scope) -> bool:
        return all(each.path not in _SHAPED and each.path != _FORMATTER for base in bases.elts for each in self._reader.value(base, scope))

    def by_statement(self, place: Place) -> Iterator[Fact]:
        """A class of classes, or of a kind that is told by its class's names what to reach for: what it does is not what stands there."""
        for base in place.node.bases:
            if any(meaning.path in _SHAPED for meaning in self._reader.value(base, place.scope)):
                yield Making(spot_of(place.node), f"class {place.node.name}({excerpt(base)})")
        if self._reader.whole.mentions(("Formatter",)):
            taking = [statement for statement in place.node.body if getattr(statement, "name", "") in TAKERS or _binds(statement, TAKERS)]
            yield from (Making(spot_of(statement), f"{place.node.name}, a formatter") for statement in taking)
        for statement in place.node.body:
            yield from self._matched(statement, place.scope)
            is_copied = isinstance(statement, ast.FunctionDef) and statement.name in _STATE_GIVERS
            if is_copied and self._gives_state(statement):
                yield Attribute(spot_of(statement), statement.name, f"def {statement.name}")

    def _matched(self, statement: Any, scope: Scope) -> Iterator[Fact]:
        """``__match_args__``, and ``_fields`` of syntax nodes: which attributes others take, by their names as text."""
        bound = {getattr(target, "id", "") for target in statement.targets} if isinstance(statement, ast.Assign) else set()
        if bound & _STATE_GIVERS:
            yield Attribute(spot_of(statement), min(bound & _STATE_GIVERS), f"{min(bound & _STATE_GIVERS)} =")
        if bound.isdisjoint(("__match_args__", "_fields")):
            return
        names = statement.value.elts if isinstance(statement.value, (ast.Tuple, ast.List)) else [statement.value]
        for meaning in (each for name in names for each in self._reader.value(name, scope)):
            if meaning.what is What.TEXT:
                yield Attribute(spot_of(statement), meaning.path, min(bound))
            else:
                yield Dynamic(spot_of(statement), min(bound))

    def _gives_state(self, function: Any) -> bool:
        """Whether more comes back than how to make the object again: what is then stored into it, by name."""
        returned = self._reader.survey.inner[id(function)].returns
        return not all(isinstance(each, ast.Tuple) and len(each.elts) <= 2 for each in returned)


def _binds(statement: Any, names: frozenset[str]) -> bool:
    return isinstance(statement, ast.Assign) and any(getattr(target, "id", "") in names for target in statement.targets)


def _is_written_out(arguments: list[Any]) -> bool:
    """``type("Name", (Base,), {"member": ...})``: a class statement in other words."""
    if len(arguments) != 3 or not isinstance(arguments[2], ast.Dict):
        return False
    names = [getattr(key, "value", None) for key in arguments[2].keys]
    return isinstance(arguments[1], ast.Tuple) and all(isinstance(name, str) and not name.startswith("__") for name in names)


def _is_decorator(place: Place) -> bool:
    return isinstance(place.parent, ast.ClassDef) and place.node in place.parent.decorator_list
