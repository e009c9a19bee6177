"""From a file's places of interest to facts: what is used, handed on, changed, or reached by a name that is computed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from skillpod.audit.aims import CONTEXTUAL, Aims
from skillpod.audit.calls import fetched
from skillpod.audit.changes import SETTERS
from skillpod.audit.constants import MAX_DEPTH
from skillpod.audit.dullness import LOOKED_AT, Dullness, is_notable
from skillpod.audit.facts import (
    UNKNOWN,
    Attribute,
    Base,
    Change,
    Dynamic,
    Evaluated,
    Fact,
    Making,
    Meaning,
    Meanings,
    Spot,
    Template,
    What,
    Words,
)
from skillpod.audit.fixpoint import TooDeep
from skillpod.audit.imports import Imports
from skillpod.audit.landmarks import ANY, LOOKUPS
from skillpod.audit.lookups import PARSERS, Lookups, is_made_of_text, pair_of
from skillpod.audit.makings import TAKERS, Makings
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import ANNOTATIONS, Place, Scope, Source, mangled
from skillpod.audit.spoken import spoken
from skillpod.audit.spots import base_of, excerpt, is_called, last, prefix, spell, spot_of
from skillpod.audit.standard import BUILTINS, Reach, standing
from skillpod.audit.uses import Uses
from skillpod.audit.ways import Ways

_GOVERNING = ("__package__", "__name__", "__spec__", "__path__", "__loader__", "__builtins__", "__file__")


class Observer:
    """Looks at one file through its reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._aims = Aims(reader)
        ways = Ways(reader)
        self._lookups = Lookups(reader)
        self._makings = Makings(reader)
        self._imports = Imports(reader, ways)
        self._uses = Uses(reader, self._aims, ways, self._lookups, self._makings)
        self._dullness = Dullness(reader)

    # --- facts -------------------------------------------------------------------------------------------------------------------

    def facts(self) -> Iterator[Fact]:
        """Everything the rules want to know, in no order. Raises TooDeep."""
        yield from self._special_names()
        is_dull, report = {kind: ask.__get__(self._dullness) for kind, ask in _DULL.items()}, _REPORT
        for place in self._reader.survey.places:
            node, scope, parent = place
            kind = node.__class__
            if not (kind in is_dull and is_dull[kind](node, scope, parent)):
                yield from report[kind](self, place)
        yield from spoken(self._reader)

    def _special_names(self) -> Iterator[Fact]:
        """What the import machinery goes by, given another value: ``from . import name`` may then be of any module."""
        for name in _GOVERNING:
            for binding in self._reader.survey.module.bindings.get(name, ()):
                yield Change(Spot(binding.line, 1), f"the module's own {name}", name)
            if name in self._reader.survey.module.unbound:
                yield Change(Spot(1, 1), f"the module's own {name}", f"del {name}")

    def _report_name(self, place: Place) -> Iterator[Fact]:
        if place.node.id == ANNOTATIONS:
            yield Attribute(spot_of(place.node), ANNOTATIONS, ANNOTATIONS)
            return
        name = place.node.id
        meanings = self._reader.lookup(place.node, place.scope, 0)
        if name.startswith("__") and name not in BUILTINS:
            yield Attribute(spot_of(place.node), name, name)
        if meanings is UNKNOWN:
            return
        if isinstance(place.parent, ast.arg) and any(meaning.what is What.TEXT for meaning in meanings):
            yield Evaluated(spot_of(place.node), place.node.id)
        yield from self._uses.of(meanings, place, place.node.id)

    def _report_attribute(self, place: Place) -> Iterator[Fact]:
        chain: list[Any] = []
        root: Any = place.node
        while root.__class__ is ast.Attribute:
            chain.append(root)
            root = root.value
        if len(chain) > MAX_DEPTH // 2:
            raise TooDeep
        if isinstance(root, ast.Name) and root.id.startswith("__") and root.id not in BUILTINS:
            yield Attribute(spot_of(root), root.id, root.id)
        bases = self._reader.value(root, place.scope)
        for link in reversed(chain):
            is_changed = link is place.node and not isinstance(link.ctx, ast.Load)
            if is_notable(link.attr):
                yield from self._report_dunder(link, bases, spell(root, chain), place)
            if is_changed:
                yield from self._report_changes(bases, place, spell(root, chain))
            bases = self._reader.attribute(bases, mangled(link.attr, place.scope), 0)
            if bases is not UNKNOWN:
                yield from _report_guesses(bases, link, root, chain)
        if isinstance(place.node.ctx, ast.Load):
            if place.node.attr in ("format", "format_map") and not is_called(place) and is_made_of_text(place.node.value):
                yield Template(spot_of(place.node), excerpt(place.node))
            self._reader.remember(place.node, bases)
            if bases is not UNKNOWN:
                yield from self._uses.of(bases, place, spell(root, chain))
        if place.node.attr in CONTEXTUAL:
            aims = self._aims.of_attribute if is_called(place) else self._aims.of_method
            yield from aims(place, spell(root, chain))

    def _report_dunder(self, link: Any, bases: Meanings, spelled: str, place: Place) -> Iterator[Fact]:
        name, base = link.attr, base_of(bases)
        if name == "obj" and base is not Base.HANDLER:
            return
        is_last = link is place.node
        is_asked = self._is_asked_along(place, link) if name.startswith("__") else False
        spot = last(link)
        call = place.parent if is_last and is_called(place) else None
        is_changed = is_last and not isinstance(link.ctx, ast.Load)
        is_own = name.startswith("__") and name in self._reader.whole.fields
        yield Attribute(spot, name, spelled, base, is_changed, call, is_asked, is_own)

    def _is_asked_along(self, place: Place, link: Any) -> bool:
        """``x.__dict__["name"]``, ``x.__dict__.get("name")``, ``name in x.__dict__``, ``for name in x.__dict__``."""
        if link is place.node:
            return self._lookups.is_followed(place) or isinstance(place.parent, (ast.For, ast.AsyncFor, ast.comprehension))
        method, call = place.node, place.parent
        if not isinstance(method, ast.Attribute) or method.value is not link or not isinstance(call, ast.Call) or call.func is not method:
            return False
        if method.attr in ("items", "keys", "values", "copy"):
            return True
        return method.attr in LOOKUPS and bool(call.args) and self._lookups.is_constant(call.args[0], place.scope)

    def _report_changes(self, bases: Meanings, place: Place, spelled: str) -> Iterator[Fact]:
        for base in bases:
            is_switch = place.node.attr == "TYPE_CHECKING" and base.what is not What.SELF
            if is_switch or base.what in (What.MODULE, What.MEMBER, What.SDK) or self._governs(base, place.node.attr):
                yield Change(spot_of(place.node), base.path or "the skill's own module", spelled)
        if place.node.attr in TAKERS and self._reader.whole.mentions(("Formatter",)):
            yield Making(spot_of(place.node), spelled)
        owner: Any = place.node.value
        is_type_of = isinstance(owner, ast.Call) and len(owner.args) == 1 and getattr(owner.func, "id", "") == "type"
        if is_type_of and not all(each.what in (What.SELF, What.CLASS) for each in self._reader.value(owner.args[0], place.scope)):
            yield Change(spot_of(place.node), "the class of an object", spelled)

    def _governs(self, base: Meaning, name: str) -> bool:
        """Whether a name of another module of the skill is one that decides what code means: a special one, or of something imported."""
        if base.what is not What.OWN:
            return False
        reader = self._reader.sibling(base.path)
        bindings = reader.survey.module.bindings.get(name, ()) if reader else ()
        return name.startswith("__") or name == "TYPE_CHECKING" or any(binding.source is Source.IMPORT for binding in bindings)

    def _report_call(self, place: Place) -> Iterator[Fact]:
        node = place.node
        is_lookup = False
        if isinstance(node.func, ast.Attribute) and node.func.attr in LOOKED_AT:
            is_lookup = node.func.attr in LOOKUPS
            yield from self._report_method(place)
        for word in node.keywords:
            if word.arg == "eval_str" and getattr(word.value, "value", True) is not False:
                yield Evaluated(spot_of(node), excerpt(node))
        called = self._reader.value(node.func, place.scope)
        if not isinstance(place.parent, ast.Attribute) and (is_lookup or any(map(_gives_what_it_holds, called))):
            yield from self._report_given(place)
        for meaning in called:
            report = _CALLS.get(meaning.path)
            if report is not None:
                yield from report(self, place, meaning.path)

    def _report_method(self, place: Place) -> Iterator[Fact]:
        """A call of a method whose name alone tells what it may do."""
        node, scope = place.node, place.scope
        if node.func.attr in ("format", "format_map"):
            yield from self._lookups.template(node, scope, spot_of(node))
        elif node.func.attr in PARSERS:
            yield from self._lookups.filled(node, scope, spot_of(node))
        elif node.args and any(meaning.what is What.NAMESPACE for meaning in self._reader.value(node.func.value, scope)):
            yield from self._report_named(node.args[0], place)

    def _report_setter(self, place: Place, _path: str) -> Iterator[Fact]:
        return self._lookups.store(place, spot_of(place.node))

    def _report_namespaces(self, place: Place, path: str) -> Iterator[Fact]:
        return self._lookups.namespace(place, spot_of(place.node), path.removeprefix("builtins."))

    def _report_getter(self, place: Place, path: str) -> Iterator[Fact]:
        return self._lookups.getter(place, spot_of(place.node), path)

    def _report_given(self, place: Place) -> Iterator[Fact]:
        """A module that comes out of a table or of a function where it can't be followed."""
        for meaning in self._reader.value(place.node, place.scope):
            if meaning.what in (What.MODULE, What.OWN):
                yield from self._uses.escape(meaning, place, excerpt(place.node))

    def _report_getattr(self, place: Place, _path: str) -> Iterator[Fact]:
        if _is_the_ordinary_way(place):
            return
        node, scope, spot = place.node, place.scope, spot_of(place.node)
        if len(node.args) < 2 or any(isinstance(argument, ast.Starred) for argument in node.args):
            yield Dynamic(spot, "getattr(...)")
            return
        yield from self._lookups.fetch(node.args[0], node.args[1], place, spot, is_changed=False)
        for meaning in fetched(self._reader, node.args, scope, 0):
            if meaning.what in (What.MODULE, What.MEMBER, What.SDK, What.FOREIGN):
                yield from self._uses.of((meaning,), Place(node, scope, place.parent), excerpt(node))
            elif meaning.what is What.GUESS and "." in meaning.path:
                module, _, member = meaning.path.partition(".")
                yield from pair_of(module, member, spot, excerpt(node))

    def _report_item(self, place: Place) -> Iterator[Fact]:
        node, scope = place.node, place.scope
        if not isinstance(node.ctx, ast.Load):
            for base in self._reader.value(node.value, scope):
                if base.what is What.NAMESPACE and base.path == ANY:
                    if not self._lookups.is_constant(node.slice, scope):
                        yield Dynamic(spot_of(node), excerpt(node), prefix(node.slice))
                elif (base.what is What.NAMESPACE and base.path) or _is_shared(base):
                    yield Change(spot_of(node), base.path, excerpt(node))
            return
        if not isinstance(
            node.value,
            (ast.Call, ast.Attribute, ast.Name, ast.NamedExpr, ast.Tuple, ast.List, ast.Dict, ast.Subscript, ast.IfExp, ast.BoolOp),
        ):
            return
        if any(meaning.what is What.NAMESPACE for meaning in self._reader.value(node.value, scope)):
            yield from self._report_named(node.slice, place)
        elif not isinstance(place.parent, ast.Attribute):  # a chain reports its own root
            yield from self._report_result(place)

    def _report_result(self, place: Place) -> Iterator[Fact]:
        meanings = self._reader.value(place.node, place.scope)
        if meanings is not UNKNOWN:
            yield from self._uses.of(meanings, place, excerpt(place.node))

    def _report_named(self, key: Any, place: Place) -> Iterator[Fact]:
        """A name taken from a module's names as a mapping."""
        for name in self._reader.value(key, place.scope):
            if name.what is What.TEXT:
                yield Attribute(spot_of(place.node), name.path, excerpt(place.node))
        if not isinstance(place.parent, ast.Attribute):
            yield from self._report_result(place)

    def _report_text(self, place: Place) -> Iterator[Fact]:
        if not self._is_compared(place.node, place.parent, place.scope):
            yield Words(spot_of(place.node), place.node.value)

    def _is_compared(self, node: Any, parent: Any, scope: Scope) -> bool:
        """Whether a text can't be looked up by: it is only compared, asked for by hasattr, or told as an attribute already."""
        if isinstance(parent, (ast.Tuple, ast.Set, ast.List)):
            above = self._reader.survey.parents.get(id(parent))
            return isinstance(above, ast.Compare)
        if isinstance(parent, ast.Call) and len(parent.args) > 1 and parent.args[1] is node:
            called = {meaning.path for meaning in self._reader.value(parent.func, scope)}
            return bool(called) and called <= {"builtins.hasattr", "builtins.getattr"}
        return isinstance(parent, ast.Compare)

    def _report_sum(self, place: Place) -> Iterator[Fact]:
        if isinstance(place.parent, ast.arg):
            yield Evaluated(spot_of(place.node), excerpt(place.node))
        for meaning in self._reader.value(place.node, place.scope):
            if meaning.what is What.TEXT:
                yield Words(spot_of(place.node), meaning.path)

    def _report_match(self, place: Place) -> Iterator[Fact]:
        for name in place.node.kwd_attrs:
            yield Attribute(spot_of(place.node), name, f"{name}=", Base.HANDLER if name == "obj" else Base.OTHER)


_CALLS: Mapping[str, Callable[[Observer, Place, str], Iterator[Fact]]] = {
    **dict.fromkeys(("builtins.getattr", "builtins.object.__getattribute__"), Observer._report_getattr),
    **dict.fromkeys((path for name in SETTERS for path in (name, f"builtins.{name}")), Observer._report_setter),
    **dict.fromkeys(("builtins.globals", "builtins.locals", "builtins.vars"), Observer._report_namespaces),
    **dict.fromkeys(("operator.attrgetter", "operator.methodcaller"), Observer._report_getter),
    "builtins.type": lambda observer, place, _: observer._makings.by_type(place),
}

_REPORT: dict[type, Any] = {
    ast.Name: Observer._report_name,
    ast.Attribute: Observer._report_attribute,
    ast.Call: Observer._report_call,
    ast.Subscript: Observer._report_item,
    ast.Constant: Observer._report_text,
    ast.BinOp: Observer._report_sum,
    ast.ClassDef: lambda observer, place: observer._makings.by_statement(place),
    ast.MatchClass: Observer._report_match,
    **dict.fromkeys((ast.Import, ast.ImportFrom), lambda observer, place: observer._imports.of(place)),
}

_DULL: Mapping[type, Any] = {
    ast.Name: Dullness.is_name,
    ast.Call: Dullness.is_call,
    ast.Attribute: Dullness.is_attribute,
    ast.Subscript: Dullness.is_item,
}


def _is_shared(base: Meaning) -> bool:
    """Whether a table is the standard library's; the environment of the process is the skill's own to fill."""
    return base.what is What.SDK or (base.what is What.MEMBER and standing(base.path).reach is not Reach.ENVIRONMENT)


def _is_the_ordinary_way(place: Place) -> bool:
    """``object.__getattribute__(self, name)`` in a ``__getattribute__``: what would have been done without it."""
    named = place.node.args[1:2]
    return place.scope.name == "__getattribute__" and bool(named) and isinstance(named[0], ast.Name) and _is_spelled_of_object(place.node)


def _is_spelled_of_object(call: Any) -> bool:
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "object"


# --- small answers ---------------------------------------------------------------------------------------------------------------


def _report_guesses(meanings: Meanings, link: Any, root: Any, chain: list[Any]) -> Iterator[Fact]:
    for meaning in meanings:
        if meaning.what is What.GUESS and "." in meaning.path:
            module, _, member = meaning.path.partition(".")
            yield from pair_of(module, member, last(link), spell(root, chain))


def _gives_what_it_holds(called: Meaning) -> bool:
    return called.what is What.FUNCTION or called.path == "builtins.next"
