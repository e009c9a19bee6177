"""How what a name or an expression stands for is used where it stands: called, looked at, or handed on to where it can't be followed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from skillpod.audit.aims import Aims
from skillpod.audit.facts import Dynamic, Fact, Making, Meaning, Meanings, Names, Use, What
from skillpod.audit.landmarks import SDK
from skillpod.audit.lookups import Lookups
from skillpod.audit.makings import COPIERS, MAKERS, Makings
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Kind, Place, Scope
from skillpod.audit.spots import is_called, spot_of
from skillpod.audit.standard import BUILTINS, HARMLESS_WHEN_SEEN, standing
from skillpod.audit.ways import Ways, held_modules, is_plain_assignment

_OWN_NAMES = ("__name__", "__package__")
_OWN_SPEC = {"builtins.__spec__": "__name__", "builtins.__spec__.name": "__name__", "builtins.__spec__.parent": "__package__"}
"""What a file is told of its own name: two names, and the same by its spec, which is false where the file is run as a program."""

_SIGNATURES = frozenset({"inspect.signature", "inspect.Signature.from_callable"})

_NOTHING: Mapping[int | str, tuple[str, ...]] = MappingProxyType({})
_ASKING_OF_KINDS = frozenset({"builtins.isinstance", "builtins.issubclass"})
_MAKING = frozenset({"operator.attrgetter", "operator.methodcaller", "dataclasses.dataclass", *MAKERS, *COPIERS})


class Uses:
    """Those of one file."""

    def __init__(self, reader: Reader, aims: Aims, ways: Ways, lookups: Lookups, makings: Makings) -> None:
        self._reader = reader
        self._aims = aims
        self._ways = ways
        self._lookups = lookups
        self._makings = makings

    def of(self, meanings: Meanings, place: Place, spelled: str) -> Iterator[Fact]:
        """The facts of what stands at a place, whatever it may be. Raises TooDeep."""
        for meaning in meanings:
            report = _USES.get(meaning.what)
            if report is not None:
                yield from report(self, meaning, place, spelled)

    def _module(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        if meaning.what is What.MODULE and (is_called(place) or isinstance(place.node, ast.Attribute)):
            call = place.parent if is_called(place) else None
            yield from self._used(Use(spot_of(place.node), meaning.what, meaning.path, spelled, meaning.line, call=call), place)
        yield from self.escape(meaning, place, spelled)

    def escape(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        """That a module goes where it can't be followed, if it does."""
        if meaning.path and self._ways.matters(meaning) and self._ways.escape(meaning, place.node, place.parent, place.scope):
            yield self._ways.told(spot_of(place.node), meaning, spelled)

    def _sdk(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        return (self.escape if meaning.path == SDK else self._member)(meaning, place, spelled)

    def _namespace(self, _meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        if not self._lookups.is_followed(place):
            yield Names(spot_of(place.node), spelled)

    def _held(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        """A table or a function that goes where it can't be followed takes along the modules that come out of it."""
        if self._ways.keep(meaning, place.node, place.parent, place.scope):
            return
        for held in held_modules(meaning):
            if self._ways.matters(held):
                yield self._ways.told(spot_of(place.node), held, spelled)

    def _member(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        if self._is_kind(place.node, place.parent, place.scope) or _is_only_sought_in(meaning, place):
            return
        spot, call = spot_of(place.node), place.parent if is_called(place) else None
        name, is_making, is_told = _manner(meaning.path)
        if name in _SIGNATURES and call is None and isinstance(place.parent, ast.Call) and place.parent.args[:1] == [place.node]:
            call = place.parent  # functools.partial(inspect.signature, eval_str=True)
        if is_making:
            yield from self._makings.by_function(meaning, spot, spelled, call, place)
        if is_told:
            told = self._told(call, place.scope)
            is_looked_at = meaning.path in HARMLESS_WHEN_SEEN and call is None and self._is_looked_at(place)
            use = Use(spot, meaning.what, meaning.path, spelled, meaning.line, call=call, told=told, is_looked_at=is_looked_at)
            yield from self._used(use, place)
        elif name in ("getattr", "setattr", "delattr") and call is None:
            yield Dynamic(spot, spelled)
        elif name in ("type.__new__", "type.__call__"):
            yield Making(spot, spelled)
        elif name in ("globals", "locals", "vars") and call is None:
            yield Names(spot, spelled)

    def _used(self, use: Use, place: Place) -> Iterator[Fact]:
        yield use
        yield from self._aims.of_use(use, place)

    def _told(self, call: Any, scope: Scope) -> Mapping[int | str, tuple[str, ...]]:
        """The arguments of a call that are proven constant texts; the first element stands for a literal list.

        ``__name__`` and ``__package__`` stand for themselves: they are the file's own names."""
        if call is None or not (call.args or call.keywords):
            return _NOTHING
        told: dict[int | str, tuple[str, ...]] = {}
        arguments: list[tuple[int | str, Any]] = [*enumerate(call.args), *((word.arg, word.value) for word in call.keywords if word.arg)]
        for key, node in arguments:
            if isinstance(node, ast.Constant):
                if isinstance(node.value, str):
                    told[key] = (node.value,)
                continue
            if isinstance(node, ast.Starred):
                break
            if isinstance(node, ast.Name) and node.id in _OWN_NAMES and self._reader.names.is_free(node.id, scope):
                told[key] = (node.id,)
                continue
            first = node.elts[0] if isinstance(node, (ast.List, ast.Tuple)) and node.elts else node
            meanings = self._reader.value(first, scope)
            texts = tuple(meaning.path if meaning.what is What.TEXT else _OWN_SPEC.get(meaning.path, "") for meaning in meanings)
            if all(text or meaning.what is What.TEXT for text, meaning in zip(texts, meanings, strict=True)):
                told[key] = texts
        return MappingProxyType(told) if told else _NOTHING

    def _is_kind(self, node: Any, parent: Any, scope: Scope) -> bool:
        """Whether something only stands as a kind to tell values by: in ``except kind:``, or as the second argument of isinstance."""
        kind = parent.__class__
        if kind is ast.Call:
            if len(parent.args) != 2 or parent.args[1] is not node:
                return False
            return {meaning.path for meaning in self._reader.value(parent.func, scope)} <= _ASKING_OF_KINDS
        if kind is ast.Tuple:
            return self._is_kind(parent, self._reader.survey.parents.get(id(parent)), scope)
        return kind is ast.ExceptHandler and parent.type is node

    def _is_looked_at(self, place: Place) -> bool:
        """Whether a type is compared with, annotates, or is kept in a name: alone, or among others."""
        node, parents = place.node, self._reader.survey.parents
        parent = place.parent
        while isinstance(parent, (ast.Tuple, ast.Subscript, ast.BinOp)) and getattr(parent, "value", None) is not node:
            node, parent = parent, parents.get(id(parent))
        if isinstance(parent, (ast.arg, ast.FunctionDef, ast.AsyncFunctionDef, ast.MatchClass)):
            return True
        if isinstance(parent, ast.AnnAssign) and parent.annotation is node:
            return True
        if isinstance(parent, ast.Dict) and node in parent.keys:
            return True
        if isinstance(parent, ast.Call) and node is not parent.func and self._is_cast(parent, place.scope):
            return True
        if isinstance(parent, ast.Compare):
            return self._ways.only_compares(node, parent, place.scope)
        return place.scope.kind is not Kind.CLASS and node is place.node and is_plain_assignment(node, parent)

    def _is_cast(self, call: Any, scope: Scope) -> bool:
        return all(meaning.path == "typing.cast" for meaning in self._reader.value(call.func, scope))


_USES: Mapping[What, Callable[[Uses, Meaning, Place, str], Iterator[Fact]]] = {
    **dict.fromkeys((What.MODULE, What.OWN), Uses._module),
    **dict.fromkeys((What.MEMBER, What.FOREIGN), Uses._member),
    What.SDK: Uses._sdk,
    What.NAMESPACE: Uses._namespace,
    **dict.fromkeys((What.HOLDER, What.FUNCTION), Uses._held),
}


@lru_cache(maxsize=4096)
def _manner(path: str) -> tuple[str, bool, bool]:
    """Of a member: what people call it, whether it makes something out of text, and whether a use of it is told to the rules."""
    name = path.removeprefix("builtins.")
    return name, name in _MAKING, name == path or name.partition(".")[0] in BUILTINS or not standing(path).is_listed


def _is_only_sought_in(meaning: Meaning, place: Place) -> bool:
    """``name in sys.modules``; ``__spec__.name``, and whether there is a ``__spec__``."""
    if meaning.path == "sys.modules" or meaning.path.startswith("os.supports_"):  # those hold functions that run programs
        return isinstance(place.parent, ast.Compare) and place.parent.left is not place.node
    if meaning.path in ("builtins.__spec__.parent", "builtins.__spec__.name"):
        return True
    return meaning.path == "builtins.__spec__" and isinstance(place.parent, (ast.Compare, ast.IfExp, ast.If, ast.BoolOp))
