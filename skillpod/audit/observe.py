"""From a file's places of interest to facts: what is used, handed on, changed, or reached by a name that is computed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from skillpod.audit.facts import (
    UNKNOWN,
    Attribute,
    Base,
    Change,
    Dynamic,
    Escape,
    Fact,
    Making,
    Meaning,
    Meanings,
    Names,
    Pair,
    Spot,
    Star,
    Use,
    What,
    Words,
)
from skillpod.audit.fixpoint import TooDeep
from skillpod.audit.reach import LOOKERS, LOOKUPS, MAX_DEPTH, METACLASSES, SDK, SUPER, TELLING, Reader
from skillpod.audit.scopes import ANNOTATIONS, Kind, Place, Scope
from skillpod.audit.spoken import spoken
from skillpod.audit.standard import BUILTINS, PERMITTED, PURE, standing

_MAKERS = ("types.new_class", "dataclasses.make_dataclass")


class Observer:
    """Looks at one file through its reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    # --- facts -------------------------------------------------------------------------------------------------------------------

    def facts(self) -> Iterator[Fact]:
        """Everything the rules want to know, in no order. Raises TooDeep."""
        for place in self._reader.survey.places:
            yield from _REPORT[type(place.node)](self, place)
        yield from spoken(self._reader)

    def _report_name(self, place: Place) -> Iterator[Fact]:
        if place.node.id == ANNOTATIONS:
            yield Attribute(_spot(place.node), ANNOTATIONS, ANNOTATIONS)
            return
        meanings = self._reader.lookup(place.node, place.scope, 0)
        if meanings is UNKNOWN:
            return
        yield from self._report_uses(meanings, place, place.node.id)

    def _report_attribute(self, place: Place) -> Iterator[Fact]:
        chain: list[Any] = []
        root: Any = place.node
        while root.__class__ is ast.Attribute:
            chain.append(root)
            root = root.value
        if len(chain) > MAX_DEPTH // 2:
            raise TooDeep
        spelled = _spell(root, chain)
        bases = self._reader.value(root, place.scope)
        for link in reversed(chain):
            is_changed = link is place.node and not isinstance(link.ctx, ast.Load)
            call = place.parent if link is place.node and _is_called(place) else None
            yield from _report_dunder(link, bases, spelled, is_changed, call)
            if is_changed:
                yield from self._report_changes(bases, place, spelled)
            bases = self._reader.attribute(bases, link.attr, 0)
            yield from _report_guesses(bases, link, spelled)
        if bases is not UNKNOWN and isinstance(place.node.ctx, ast.Load):
            yield from self._report_uses(bases, place, spelled)

    def _report_uses(self, meanings: Meanings, place: Place, spelled: str) -> Iterator[Fact]:
        spot = _spot(place.node)
        call = place.parent if _is_called(place) else None
        for meaning in meanings:
            if meaning.what is What.MODULE or (meaning.what is What.OWN and meaning.path) or meaning.path == SDK:
                if isinstance(place.node, ast.Attribute) and meaning.what is What.MODULE:
                    yield Use(spot, meaning.what, meaning.path, spelled, meaning.line, call=call)
                if self._escapes(place.node, place.parent, place.scope) and self._matters(meaning):
                    yield Escape(spot, meaning.path, spelled)
            elif meaning.what in (What.MEMBER, What.SDK, What.FOREIGN):
                yield from self._report_member(meaning, spot, spelled, call, place)
            elif meaning.what is What.NAMESPACE and not self._is_followed(place):
                yield Names(spot, spelled)

    def _report_maker(self, meaning: Meaning, spot: Spot, spelled: str, call: Any, place: Place) -> Iterator[Fact]:
        """Functions that turn text into an attribute or a class: harmless where they stand plainly."""
        if meaning.path in _MAKERS:
            yield Making(spot, spelled)
        elif meaning.path == "dataclasses.dataclass":
            if not (_is_decorator(place) or (call is not None and not call.args and self._reader.decorates(call))):
                yield Making(spot, spelled)
        elif call is None:
            yield Dynamic(spot, spelled)

    def _report_member(self, meaning: Meaning, spot: Spot, spelled: str, call: Any, place: Place) -> Iterator[Fact]:
        name = meaning.path.removeprefix("builtins.")
        if name in ("operator.attrgetter", "operator.methodcaller", "dataclasses.dataclass", *_MAKERS):
            yield from self._report_maker(meaning, spot, spelled, call, place)
        if name == meaning.path or name.partition(".")[0] in BUILTINS:
            yield Use(spot, meaning.what, meaning.path, spelled, meaning.line, call=call, told=self._told(call, place.scope))
        elif name == "getattr" and call is None:
            yield Dynamic(spot, spelled)
        elif name in ("globals", "locals", "vars") and call is None:
            yield Names(spot, spelled)

    def _told(self, call: Any, scope: Scope) -> Mapping[int | str, tuple[str, ...]]:
        """The arguments of a call that are proven constant texts; the first element stands for a literal list."""
        if call is None:
            return MappingProxyType({})
        told: dict[int | str, tuple[str, ...]] = {}
        arguments: list[tuple[int | str, Any]] = [*enumerate(call.args), *((word.arg, word.value) for word in call.keywords if word.arg)]
        for key, node in arguments:
            if isinstance(node, ast.Starred):
                break
            first = node.elts[0] if isinstance(node, (ast.List, ast.Tuple)) and node.elts else node
            meanings = self._reader.value(first, scope)
            if all(meaning.what is What.TEXT for meaning in meanings):
                told[key] = tuple(meaning.path for meaning in meanings)
        return MappingProxyType(told)

    def _matters(self, meaning: Meaning) -> bool:
        """Whether handing this module on hides anything: not when nothing else can be reached from it."""
        if meaning.what is not What.OWN:
            return meaning.path not in PURE
        reader = self._reader.sibling(meaning.path)
        return reader is not None and reader.holds_modules()

    def _escapes(self, node: Any, parent: Any, scope: Scope) -> bool:
        """Whether a module's value goes where it can't be followed."""
        kind = type(parent)
        if kind in (ast.Expr, ast.Compare, ast.UnaryOp, ast.Assert, ast.If, ast.While, ast.FormattedValue, ast.Attribute):
            return False
        if kind is ast.Call:
            return parent.func is not node and not self._only_looks(parent, scope)
        if kind in (ast.Assign, ast.AnnAssign, ast.NamedExpr):
            targets = parent.targets if kind is ast.Assign else [parent.target]
            is_plain = all(isinstance(target, ast.Name) for target in targets) and parent.value is node
            if kind is ast.NamedExpr and is_plain:
                return self._escapes(parent, self._reader.survey.parents[id(parent)], scope)
            return not is_plain or scope.kind is Kind.CLASS
        if kind in (ast.IfExp, ast.BoolOp):
            if kind is ast.IfExp and parent.test is node:
                return False
            return self._escapes(parent, self._reader.survey.parents[id(parent)], scope)
        return not (kind is ast.Subscript and parent.value is node)

    def _only_looks(self, call: Any, scope: Scope) -> bool:
        called = self._reader.value(call.func, scope)
        if all(meaning.path in LOOKERS for meaning in called):
            return True
        names = {meaning.path for meaning in called}
        if names == {"builtins.getattr"}:
            return len(call.args) > 1 and all(each.what is What.TEXT for each in self._reader.value(call.args[1], scope))
        return names == {"builtins.vars"} or names <= {"importlib.reload"}

    def _is_followed(self, place: Place) -> bool:
        """Whether a namespace is only asked for constant names."""
        parent = place.parent
        if isinstance(parent, ast.Subscript) and parent.value is place.node:
            return isinstance(parent.ctx, ast.Load) and self._is_constant(parent.slice, place.scope)
        return isinstance(parent, ast.Compare)

    def _is_constant(self, node: Any, scope: Scope) -> bool:
        return all(meaning.what is What.TEXT for meaning in self._reader.value(node, scope))

    def _report_changes(self, bases: Meanings, place: Place, spelled: str) -> Iterator[Fact]:
        for base in bases:
            if base.what in (What.MODULE, What.MEMBER, What.SDK):
                yield Change(_spot(place.node), base.path, spelled)

    def _report_call(self, place: Place) -> Iterator[Fact]:
        node, scope = place.node, place.scope
        spot = _spot(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in LOOKUPS:
            spaces = [meaning for meaning in self._reader.value(node.func.value, scope) if meaning.what is What.NAMESPACE]
            if spaces and node.args:
                yield from self._report_named(node.args[0], place)
        for meaning in self._reader.value(node.func, scope):
            if meaning.path == "builtins.getattr":
                yield from self._report_getattr(place, spot)
            elif meaning.path in ("builtins.setattr", "builtins.delattr"):
                yield from self._report_setattr(place, spot)
            elif meaning.path in ("builtins.globals", "builtins.locals", "builtins.vars"):
                yield from self._report_namespace(place, spot, meaning.path.removeprefix("builtins."))
            elif meaning.path == "builtins.type" and len(node.args) > 1:
                yield Making(spot, _excerpt(node))
            elif meaning.path in ("operator.attrgetter", "operator.methodcaller"):
                yield from self._report_getter(place, spot, meaning.path)

    def _report_getattr(self, place: Place, spot: Spot) -> Iterator[Fact]:
        node, scope = place.node, place.scope
        if len(node.args) < 2 or any(isinstance(argument, ast.Starred) for argument in node.args):
            yield Dynamic(spot, "getattr(...)")
            return
        yield from self._report_fetch(node.args[0], node.args[1], place, spot, is_changed=False)
        for meaning in self._reader.fetched(node.args, scope, 0):
            if meaning.what in (What.MODULE, What.MEMBER, What.SDK, What.FOREIGN):
                yield from self._report_uses((meaning,), Place(node, scope, place.parent), _excerpt(node))

    def _report_fetch(self, base: Any, name: Any, place: Place, spot: Spot, *, is_changed: bool) -> Iterator[Fact]:
        bases = self._reader.value(base, place.scope)
        for meaning in self._reader.value(name, place.scope):
            if meaning.what is What.TEXT:
                call = place.parent if _is_called(place) else None
                yield Attribute(spot, meaning.path, _excerpt(place.node), _base(bases), is_changed, call)
            elif is_changed and _base(bases) is Base.SELF:
                continue
            elif not (bases and all(each.path in PURE for each in bases)):
                yield Dynamic(spot, _excerpt(place.node), _prefix(name))
                return

    def _report_setattr(self, place: Place, spot: Spot) -> Iterator[Fact]:
        arguments = place.node.args
        if not arguments:
            return
        for base in self._reader.value(arguments[0], place.scope):
            if base.what in (What.MODULE, What.MEMBER, What.SDK):
                yield Change(spot, base.path, _excerpt(place.node))
        if len(arguments) > 1:
            yield from self._report_fetch(arguments[0], arguments[1], place, spot, is_changed=True)

    def _report_namespace(self, place: Place, spot: Spot, name: str) -> Iterator[Fact]:
        if name == "vars" and place.node.args:
            held = self._reader.value(place.node.args[0], place.scope)
            if not any(meaning.what in (What.MODULE, What.OWN) for meaning in held):
                return
        if not self._is_followed(place) and not self._is_asked(place):
            yield Names(spot, f"{name}()")

    def _is_asked(self, place: Place) -> bool:
        """``globals().get("name")``."""
        method = place.parent
        if not isinstance(method, ast.Attribute) or method.attr not in ("get", "__getitem__", "keys"):
            return False
        call = self._reader.survey.parents.get(id(method))
        return method.attr == "keys" or bool(
            isinstance(call, ast.Call) and call.func is method and call.args and self._is_constant(call.args[0], place.scope)
        )

    def _report_getter(self, place: Place, spot: Spot, path: str) -> Iterator[Fact]:
        names = place.node.args if path == "operator.attrgetter" else place.node.args[:1]
        for name in names:
            for meaning in self._reader.value(name, place.scope):
                if meaning.what is not What.TEXT:
                    yield Dynamic(spot, _excerpt(place.node), _prefix(name))
                    break
                parts = meaning.path.split(".")
                for part in parts:
                    yield Attribute(spot, part, _excerpt(place.node))
                for first, second in pairwise(parts):
                    yield from _pair(first, second, spot, _excerpt(place.node))

    def _report_item(self, place: Place) -> Iterator[Fact]:
        node, scope = place.node, place.scope
        if not isinstance(node.ctx, ast.Load):
            for base in self._reader.value(node.value, scope):
                if base.what is What.NAMESPACE and base.path:
                    yield Change(_spot(node), base.path, _excerpt(node))
            return
        if not isinstance(node.value, (ast.Call, ast.Attribute, ast.Name, ast.NamedExpr, ast.Tuple, ast.List)):
            return
        if any(meaning.what is What.NAMESPACE for meaning in self._reader.value(node.value, scope)):
            yield from self._report_named(node.slice, place)
        elif not isinstance(place.parent, ast.Attribute):  # a chain reports its own root
            yield from self._report_result(place)

    def _report_result(self, place: Place) -> Iterator[Fact]:
        meanings = self._reader.value(place.node, place.scope)
        if meanings is not UNKNOWN:
            yield from self._report_uses(meanings, place, _excerpt(place.node))

    def _report_named(self, key: Any, place: Place) -> Iterator[Fact]:
        """A name taken from a module's names as a mapping."""
        for name in self._reader.value(key, place.scope):
            if name.what is What.TEXT:
                yield Attribute(_spot(place.node), name.path, _excerpt(place.node))
        if not isinstance(place.parent, ast.Attribute):
            yield from self._report_result(place)

    def _report_text(self, place: Place) -> Iterator[Fact]:
        yield Words(_spot(place.node), place.node.value)

    def _report_sum(self, place: Place) -> Iterator[Fact]:
        for meaning in self._reader.value(place.node, place.scope):
            if meaning.what is What.TEXT:
                yield Words(_spot(place.node), meaning.path)

    def _report_class(self, place: Place) -> Iterator[Fact]:
        """A class of classes: what it makes is not what stands in the text."""
        for base in place.node.bases:
            if any(meaning.path in METACLASSES for meaning in self._reader.value(base, place.scope)):
                yield Making(_spot(place.node), f"class {place.node.name}({_excerpt(base)})")

    def _report_match(self, place: Place) -> Iterator[Fact]:
        for name in place.node.kwd_attrs:
            yield Attribute(_spot(place.node), name, f"{name}=")

    def _report_import(self, place: Place) -> Iterator[Fact]:
        node = place.node
        spot = _spot(node)
        for alias in node.names:
            if alias.name == "*":
                yield from self._report_star(node, spot)
                continue
            at = Spot(alias.lineno, alias.col_offset + 1)
            meanings = (self._reader.module(alias.name),) if isinstance(node, ast.Import) else self._reader.imported(node, alias, 0)
            self._note_imports(node, alias)
            for meaning in meanings:
                if meaning.what in (What.MODULE, What.MEMBER, What.SDK, What.FOREIGN):
                    yield Use(at, meaning.what, meaning.path, alias.name, is_import=True)
                if place.scope.kind is Kind.CLASS and meaning.what in (What.MODULE, What.OWN) and self._matters(meaning):
                    yield Escape(at, meaning.path, alias.name)  # an attribute of every instance

    def _note_imports(self, node: Any, alias: Any) -> None:
        if isinstance(node, ast.Import):
            own = self._reader.module(alias.name)
            if own.what is What.OWN:
                self._reader.imports.add(own.path)
            return
        base = self._reader.own_base(node)
        if base is not None:
            self._reader.imports.update({base, f"{base}.{alias.name}" if base else alias.name})

    def _report_star(self, node: Any, spot: Spot) -> Iterator[Fact]:
        own = self._reader.own_base(node)
        if own is not None:
            self._reader.imports.add(own)
        elif not node.level:
            meaning = self._reader.module(node.module)
            yield Use(spot, meaning.what, meaning.path, f"from {node.module} import *", is_import=True)
            if meaning.what in (What.MODULE, What.SDK):
                yield Star(spot, meaning.path)


_REPORT: dict[type, Any] = {
    ast.Name: Observer._report_name,
    ast.Attribute: Observer._report_attribute,
    ast.Call: Observer._report_call,
    ast.Subscript: Observer._report_item,
    ast.Constant: Observer._report_text,
    ast.BinOp: Observer._report_sum,
    ast.ClassDef: Observer._report_class,
    ast.MatchClass: Observer._report_match,
    ast.Import: Observer._report_import,
    ast.ImportFrom: Observer._report_import,
}


# --- small answers ---------------------------------------------------------------------------------------------------------------


def _report_dunder(link: Any, bases: Meanings, spelled: str, is_changed: bool, call: Any) -> Iterator[Fact]:
    name = link.attr
    if "_" in name or name == "obj":
        base = _base(bases)
        if name != "obj" or base is Base.HANDLER:
            yield Attribute(Spot(link.end_lineno, link.end_col_offset - len(name) + 1), name, spelled, base, is_changed, call)


def _report_guesses(meanings: Meanings, link: Any, spelled: str) -> Iterator[Fact]:
    for meaning in meanings:
        if meaning.what is What.GUESS and "." in meaning.path:
            module, _, member = meaning.path.partition(".")
            yield from _pair(module, member, Spot(link.end_lineno, link.end_col_offset - len(link.attr) + 1), spelled)


def _pair(first: str, second: str, spot: Spot, spelled: str) -> Iterator[Fact]:
    module = first.lstrip("_")
    if module in TELLING:
        stands = standing(f"{module}.{second}")
        if stands.is_listed and stands.reach not in PERMITTED:
            yield Pair(spot, f"{module}.{second}", spelled)


def _base(bases: Meanings) -> Base:
    if bases == SUPER:
        return Base.SUPER
    if bases and all(base.what is What.SELF for base in bases):
        return Base.SELF
    return Base.HANDLER if any(base.what is What.HANDLER for base in bases) else Base.OTHER


def _prefix(node: Any) -> str:
    """The constant that a computed string begins with."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.left
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_decorator(place: Place) -> bool:
    return isinstance(place.parent, ast.ClassDef) and place.node in place.parent.decorator_list


def _is_called(place: Place) -> bool:
    return isinstance(place.parent, ast.Call) and place.parent.func is place.node


def _spot(node: Any) -> Spot:
    return Spot(node.lineno, node.col_offset + 1)


def _spell(root: Any, chain: list[Any]) -> str:
    names = ".".join(link.attr for link in reversed(chain))
    return f"{root.id}.{names}" if isinstance(root, ast.Name) else f"(...).{names}"


def _excerpt(node: Any) -> str:
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return "(...)"
    return text if len(text) <= 60 else f"{text[:57]}..."
