"""What is looked up by text: ``getattr`` and ``setattr``, ``vars`` and ``globals``, getters, and the fields of templates."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from skillpod.audit.facts import Attribute, Base, Change, Dynamic, Fact, Names, Pair, Spot, Template, What, Words
from skillpod.audit.landmarks import TELLING
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Place, Scope
from skillpod.audit.spots import base_of, excerpt, is_called, prefix
from skillpod.audit.standard import PERMITTED, PURE, standing

PARSERS = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args", "parse_known_intermixed_args"})
"""Methods that fill an object by the names of a command line's options."""

_LISTING = frozenset(f"builtins.{name}" for name in ("sorted", "list", "tuple", "set", "frozenset", "len"))


class Lookups:
    """Those of one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def filled(self, node: Any, scope: Scope, spot: Spot) -> Iterator[Fact]:
        """``parse_args(..., namespace=x)`` stores into ``x`` by the names of the options."""
        filled = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "namespace")]
        for base in (each for value in filled for each in self._reader.value(value, scope)):
            if base.what in (What.MODULE, What.MEMBER, What.SDK, What.OWN):
                yield Change(spot, base.path, excerpt(node.func))

    def template(self, node: Any, scope: Scope, spot: Spot) -> Iterator[Fact]:
        """A template that is no proven text reads any attribute of what it is given, as text."""
        template = node.func.value
        if isinstance(template, ast.Constant):
            return
        found = self._reader.value(template, scope)
        yield from (Words(spot, meaning.path) for meaning in found if meaning.what is What.TEXT)
        if not is_made_of_text(template):
            return
        is_proven = all(meaning.what is What.TEXT for meaning in found)
        given = [*node.args, *(word.value for word in node.keywords)]
        if not is_proven and not all(isinstance(each, (ast.Constant, ast.JoinedStr)) for each in given):
            yield Template(spot, excerpt(node.func))

    def fetch(self, base: Any, name: Any, place: Place, spot: Spot, *, is_changed: bool) -> Iterator[Fact]:
        bases = self._reader.value(base, place.scope)
        for meaning in self._reader.value(name, place.scope):
            if meaning.what is What.TEXT:
                call = place.parent if is_called(place) else None
                yield Attribute(spot, meaning.path, excerpt(place.node), base_of(bases), is_changed, call)
                if meaning.path in ("format", "format_map") and is_made_of_text(base):
                    yield Template(spot, excerpt(place.node))
            elif is_changed and base_of(bases) is Base.SELF and not self._reader.whole.has_foreign_selves:
                continue
            elif not (bases and all(each.what is What.MODULE and each.path in PURE for each in bases)):
                yield Dynamic(spot, excerpt(place.node), prefix(name), base_of(bases))
                return

    def store(self, place: Place, spot: Spot) -> Iterator[Fact]:
        arguments = place.node.args
        if len(arguments) < 2 or any(isinstance(argument, ast.Starred) for argument in arguments):
            yield Dynamic(spot, excerpt(place.node))
            return
        for base in self._reader.value(arguments[0], place.scope):
            if base.what in (What.MODULE, What.MEMBER, What.SDK):
                yield Change(spot, base.path, excerpt(place.node))
            elif base.what is What.OWN:
                yield Names(spot, excerpt(place.node))
            elif any(each.path == "TYPE_CHECKING" for each in self._reader.value(arguments[1], place.scope)):
                yield Change(spot, "the skill's own module", excerpt(place.node))
        yield from self.fetch(arguments[0], arguments[1], place, spot, is_changed=True)

    def namespace(self, place: Place, spot: Spot, name: str) -> Iterator[Fact]:
        is_weak = False
        if name == "vars" and place.node.args:
            held = self._reader.value(place.node.args[0], place.scope)
            if all(meaning.what is What.SELF for meaning in held) or _is_of_arguments(place.node.args[0], place.scope):
                return
            is_weak = all(meaning.what in (What.CLASS, What.UNKNOWN) for meaning in held)
        if not (self.is_followed(place) or self._is_asked(place) or self._is_listed(place)):
            yield Names(spot, f"{name}()", is_weak)

    def _is_listed(self, place: Place) -> bool:
        """Whether only the names are taken: ``sorted(globals())``, ``[*globals()]``, a loop over them."""
        parent = place.parent
        if isinstance(parent, ast.Starred):
            return isinstance(self._reader.survey.parents.get(id(parent)), (ast.List, ast.Set, ast.Tuple))
        if isinstance(parent, ast.Call) and parent.args[:1] == [place.node] and not parent.keywords:
            called = {each.path for each in self._reader.value(parent.func, place.scope)}
            return bool(called) and called <= _LISTING
        return isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is place.node

    def _is_asked(self, place: Place) -> bool:
        """``globals().get("name")``."""
        method = place.parent
        if not isinstance(method, ast.Attribute) or method.attr not in ("get", "__getitem__", "keys"):
            return False
        call = self._reader.survey.parents.get(id(method))
        return method.attr == "keys" or bool(
            isinstance(call, ast.Call) and call.func is method and call.args and self.is_constant(call.args[0], place.scope)
        )

    def getter(self, place: Place, spot: Spot, path: str) -> Iterator[Fact]:
        names = place.node.args if path == "operator.attrgetter" else place.node.args[:1]
        for name in names:
            for meaning in self._reader.value(name, place.scope):
                if meaning.what is not What.TEXT:
                    yield Dynamic(spot, excerpt(place.node), prefix(name))
                    break
                parts = meaning.path.split(".")
                for part in parts:
                    yield Attribute(spot, part, excerpt(place.node))
                for first, second in pairwise(parts):
                    yield from pair_of(first, second, spot, excerpt(place.node))

    def is_followed(self, place: Place) -> bool:
        """Whether a namespace is only asked for constant names."""
        parent = place.parent
        if isinstance(parent, ast.Subscript) and parent.value is place.node:
            return isinstance(parent.ctx, ast.Load) and self.is_constant(parent.slice, place.scope)
        return isinstance(parent, ast.Compare)

    def is_constant(self, node: Any, scope: Scope) -> bool:
        return all(meaning.what is What.TEXT for meaning in self._reader.value(node, scope))


def _is_of_arguments(node: Any, scope: Scope) -> bool:
    """Whether a name is what ``parse_args()`` gave: the arguments of a command line, by name."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in PARSERS
    bindings = scope.bindings.get(node.id, ()) if isinstance(node, ast.Name) else ()
    return bool(bindings) and all(isinstance(each.node, ast.Call) and _is_of_arguments(each.node, scope) for each in bindings)


def is_made_of_text(node: Any) -> bool:
    """A sum, an f-string, ``glue.join(parts)`` and other methods that surely give text."""
    if isinstance(node, (ast.BinOp, ast.JoinedStr)):
        return True
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format", "replace", "decode")


def is_starred(arguments: list[Any]) -> bool:
    return any(isinstance(argument, ast.Starred) for argument in arguments)


def pair_of(first: str, second: str, spot: Spot, spelled: str) -> Iterator[Fact]:
    module = first.lstrip("_")
    if module in TELLING:
        stands = standing(f"{module}.{second}")
        if stands.is_listed and stands.reach not in PERMITTED:
            yield Pair(spot, f"{module}.{second}", spelled)
