"""From a file's places of interest to facts: what is used, handed on, changed, or reached by a name that is computed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from skillpod.audit.aims import CONTEXTUAL, Aims
from skillpod.audit.changes import SETTERS
from skillpod.audit.constants import MAX_DEPTH
from skillpod.audit.facts import (
    NOTABLE,
    NOTABLE_BEGINNINGS,
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
    Names,
    Spot,
    Star,
    Template,
    Use,
    What,
    Words,
)
from skillpod.audit.fixpoint import TooDeep
from skillpod.audit.holders import elements_of
from skillpod.audit.lookups import PARSERS, Lookups, is_made_of_text, is_starred, pair_of
from skillpod.audit.reach import ANY, LOOKUPS, METACLASSES, SDK, TELLING, Reader, is_own, is_quiet
from skillpod.audit.scopes import ANNOTATIONS, Kind, Place, Scope, Source, mangled
from skillpod.audit.spoken import spoken
from skillpod.audit.spots import base_of, excerpt, is_called, last, prefix, spell, spot_of
from skillpod.audit.standard import BUILTINS, HARMLESS_WHEN_SEEN, Reach, standing
from skillpod.audit.ways import Ways, held_modules, is_plain_assignment

_OWN_NAMES = ("__name__", "__package__")
_OWN_SPEC = {"builtins.__spec__": "__name__", "builtins.__spec__.name": "__name__", "builtins.__spec__.parent": "__package__"}
"""What a file is told of its own name: two names, and the same by its spec, which is false where the file is run as a program."""

_COPIERS = {"functools.wraps": 1, "functools.update_wrapper": 2}
"""Functions that copy attributes by name: how many arguments come before the names."""

_SIGNATURES = frozenset({"inspect.signature", "inspect.Signature.from_callable"})
_GOVERNING = ("__package__", "__name__", "__spec__", "__path__", "__loader__", "__builtins__", "__file__")
_MAKERS = ("types.new_class", "dataclasses.make_dataclass")


class _Dull(dict[str, bool]):
    """Whether nothing is to be said of an attribute by its name."""

    def __init__(self, reader: Reader) -> None:
        self._whole = reader.whole

    def __missing__(self, name: str) -> bool:
        is_told = is_notable(name) or name.lstrip("_") in TELLING or name in CONTEXTUAL or name in ("format", "format_map")
        dull = self[name] = not is_told and not self._whole.field(name, 0)
        return dull


class Observer:
    """Looks at one file through its reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._aims = Aims(reader)
        self._ways = Ways(reader)
        self._lookups = Lookups(reader)
        self._dull = _Dull(reader)

    # --- facts -------------------------------------------------------------------------------------------------------------------

    def facts(self) -> Iterator[Fact]:
        """Everything the rules want to know, in no order. Raises TooDeep."""
        yield from self._special_names()
        for place in self._reader.survey.places:
            kind = place.node.__class__
            if not (kind in _MOSTLY_DULL and self._is_dull(place.node, kind, place.scope)):
                yield from _REPORT[kind](self, place)
        yield from spoken(self._reader)

    def _is_dull(self, node: Any, kind: type, scope: Scope) -> bool:
        """Whether there is surely nothing to say of a place, as of most: a name known to mean nothing, and what is taken from it or called
        on it, unless the attribute's own name says something."""
        if kind is ast.Call:
            node = node.func
            kind = node.__class__
            if kind is ast.Attribute and node.attr in _CALLED:
                return False
        is_name = kind is ast.Name
        if kind is ast.Attribute and (node.ctx.__class__ is ast.Load or node.attr not in _TOLD_WHEN_CHANGED):
            dull = self._dull
            while kind is ast.Attribute:
                if not dull[node.attr]:
                    return False
                node = node.value
                kind = node.__class__
        if kind is not ast.Name:
            return False
        name = node.id
        known = scope.known.get(name)
        if known is not UNKNOWN and (known is None or not (is_quiet(name, known) if is_name else is_own(known))):
            return False
        return not name.startswith("__")

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
        yield from self._report_uses(meanings, place, place.node.id)

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
                yield from self._report_uses(bases, place, spell(root, chain))
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

    def _report_uses(self, meanings: Meanings, place: Place, spelled: str) -> Iterator[Fact]:
        for meaning in meanings:
            report = _USES.get(meaning.what)
            if report is not None:
                yield from report(self, meaning, place, spelled)

    def _report_module(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        if meaning.what is What.MODULE and (is_called(place) or isinstance(place.node, ast.Attribute)):
            call = place.parent if is_called(place) else None
            yield from self._used(Use(spot_of(place.node), meaning.what, meaning.path, spelled, meaning.line, call=call), place)
        yield from self._report_escape(meaning, place, spelled)

    def _report_escape(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        if meaning.path and self._ways.matters(meaning) and self._ways.escape(meaning, place.node, place.parent, place.scope):
            yield self._ways.told(spot_of(place.node), meaning, spelled)

    def _report_sdk(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        return (self._report_escape if meaning.path == SDK else self._report_member)(meaning, place, spelled)

    def _report_namespace(self, _meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        if not self._lookups.is_followed(place):
            yield Names(spot_of(place.node), spelled)

    def _report_held(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        """A table or a function that goes where it can't be followed takes along the modules that come out of it."""
        if self._ways.keep(meaning, place.node, place.parent, place.scope):
            return
        for held in held_modules(meaning):
            if self._ways.matters(held):
                yield self._ways.told(spot_of(place.node), held, spelled)

    def _report_maker(self, meaning: Meaning, spot: Spot, spelled: str, call: Any, place: Place) -> Iterator[Fact]:
        """Functions that turn text into an attribute or a class: harmless where they stand plainly."""
        if meaning.path in _MAKERS:
            yield Making(spot, spelled)
        elif meaning.path in _COPIERS:
            yield from self._report_copier(_COPIERS[meaning.path], spot, spelled, call, place)
        elif meaning.path == "dataclasses.dataclass":
            if not (_is_decorator(place) or (call is not None and not call.args and self._reader.decorates(call))):
                yield Making(spot, spelled)
        elif call is None:
            yield Dynamic(spot, spelled)

    def _report_copier(self, count: int, spot: Spot, spelled: str, call: Any, place: Place) -> Iterator[Fact]:
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

    def _report_member(self, meaning: Meaning, place: Place, spelled: str) -> Iterator[Fact]:
        if self._is_kind(place.node, place.parent, place.scope) or _is_only_sought_in(meaning, place):
            return
        spot, call = spot_of(place.node), place.parent if is_called(place) else None
        name = meaning.path.removeprefix("builtins.")
        if name in _SIGNATURES and call is None and isinstance(place.parent, ast.Call) and place.parent.args[:1] == [place.node]:
            call = place.parent  # functools.partial(inspect.signature, eval_str=True)
        if name in ("operator.attrgetter", "operator.methodcaller", "dataclasses.dataclass", *_MAKERS, *_COPIERS):
            yield from self._report_maker(meaning, spot, spelled, call, place)
        if name == meaning.path or name.partition(".")[0] in BUILTINS or not standing(meaning.path).is_listed:
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

    def _is_kind(self, node: Any, parent: Any, scope: Scope) -> bool:
        """Whether something only stands as a kind to tell values by: in ``except kind:``, or as the second argument of isinstance."""
        if isinstance(parent, ast.Tuple):
            return self._is_kind(parent, self._reader.survey.parents.get(id(parent)), scope)
        if isinstance(parent, ast.ExceptHandler):
            return parent.type is node
        if isinstance(parent, ast.Call) and len(parent.args) == 2 and parent.args[1] is node:
            called = {meaning.path for meaning in self._reader.value(parent.func, scope)}
            return called <= {"builtins.isinstance", "builtins.issubclass"}
        return False

    def _used(self, use: Use, place: Place) -> Iterator[Fact]:
        yield use
        yield from self._aims.of_use(use, place)

    def _told(self, call: Any, scope: Scope) -> Mapping[int | str, tuple[str, ...]]:
        """The arguments of a call that are proven constant texts; the first element stands for a literal list.

        ``__name__`` and ``__package__`` stand for themselves: they are the file's own names."""
        if call is None:
            return MappingProxyType({})
        told: dict[int | str, tuple[str, ...]] = {}
        arguments: list[tuple[int | str, Any]] = [*enumerate(call.args), *((word.arg, word.value) for word in call.keywords if word.arg)]
        for key, node in arguments:
            if isinstance(node, ast.Starred):
                break
            if isinstance(node, ast.Name) and node.id in _OWN_NAMES and self._reader.is_free(node.id, scope):
                told[key] = (node.id,)
                continue
            first = node.elts[0] if isinstance(node, (ast.List, ast.Tuple)) and node.elts else node
            meanings = self._reader.value(first, scope)
            texts = tuple(meaning.path if meaning.what is What.TEXT else _OWN_SPEC.get(meaning.path, "") for meaning in meanings)
            if all(text or meaning.what is What.TEXT for text, meaning in zip(texts, meanings, strict=True)):
                told[key] = texts
        return MappingProxyType(told)

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

    def _report_changes(self, bases: Meanings, place: Place, spelled: str) -> Iterator[Fact]:
        for base in bases:
            is_switch = place.node.attr == "TYPE_CHECKING" and base.what is not What.SELF
            if is_switch or base.what in (What.MODULE, What.MEMBER, What.SDK) or self._governs(base, place.node.attr):
                yield Change(spot_of(place.node), base.path or "the skill's own module", spelled)
        if place.node.attr in _TAKERS and self._reader.whole.mentions(("Formatter",)):
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
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CALLED:
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

    def _report_type(self, place: Place, _path: str) -> Iterator[Fact]:
        arguments = place.node.args
        is_class = _is_written_out(arguments) and self._are_bases_plain(arguments[1], place.scope)
        if (len(arguments) > 1 or is_starred(arguments)) and not is_class:
            yield Making(spot_of(place.node), excerpt(place.node))

    def _are_bases_plain(self, bases: Any, scope: Scope) -> bool:
        return all(each.path not in _SHAPED and each.path != _FORMATTER for base in bases.elts for each in self._reader.value(base, scope))

    def _report_given(self, place: Place) -> Iterator[Fact]:
        """A module that comes out of a table or of a function where it can't be followed."""
        for meaning in self._reader.value(place.node, place.scope):
            if meaning.what in (What.MODULE, What.OWN):
                yield from self._report_escape(meaning, place, excerpt(place.node))

    def _report_getattr(self, place: Place, _path: str) -> Iterator[Fact]:
        if _is_the_ordinary_way(place):
            return
        node, scope, spot = place.node, place.scope, spot_of(place.node)
        if len(node.args) < 2 or any(isinstance(argument, ast.Starred) for argument in node.args):
            yield Dynamic(spot, "getattr(...)")
            return
        yield from self._lookups.fetch(node.args[0], node.args[1], place, spot, is_changed=False)
        for meaning in self._reader.fetched(node.args, scope, 0):
            if meaning.what in (What.MODULE, What.MEMBER, What.SDK, What.FOREIGN):
                yield from self._report_uses((meaning,), Place(node, scope, place.parent), excerpt(node))
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
            yield from self._report_uses(meanings, place, excerpt(place.node))

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

    def _report_class(self, place: Place) -> Iterator[Fact]:
        """A class of classes, or of a kind that is told by its class's names what to reach for: what it does is not what stands there."""
        for base in place.node.bases:
            if any(meaning.path in _SHAPED for meaning in self._reader.value(base, place.scope)):
                yield Making(spot_of(place.node), f"class {place.node.name}({excerpt(base)})")
        if self._reader.whole.mentions(("Formatter",)):
            taking = [statement for statement in place.node.body if getattr(statement, "name", "") in _TAKERS or _binds(statement, _TAKERS)]
            yield from (Making(spot_of(statement), f"{place.node.name}, a formatter") for statement in taking)
        for statement in place.node.body:
            yield from self._report_matched(statement, place.scope)
            is_copied = isinstance(statement, ast.FunctionDef) and statement.name in _COPIED
            if is_copied and self._gives_state(statement):
                yield Attribute(spot_of(statement), statement.name, f"def {statement.name}")

    def _report_matched(self, statement: Any, scope: Scope) -> Iterator[Fact]:
        """``__match_args__``, and ``_fields`` of syntax nodes: which attributes others take, by their names as text."""
        bound = {getattr(target, "id", "") for target in statement.targets} if isinstance(statement, ast.Assign) else set()
        if bound & _COPIED:
            yield Attribute(spot_of(statement), min(bound & _COPIED), f"{min(bound & _COPIED)} =")
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

    def _report_match(self, place: Place) -> Iterator[Fact]:
        for name in place.node.kwd_attrs:
            yield Attribute(spot_of(place.node), name, f"{name}=", Base.HANDLER if name == "obj" else Base.OTHER)

    def _report_import(self, place: Place) -> Iterator[Fact]:
        node = place.node
        spot = spot_of(node)
        for alias in node.names:
            if alias.name == "*":
                yield from self._report_star(node, spot)
                continue
            at = spot_of(alias)
            meanings = (self._reader.module(alias.name),) if isinstance(node, ast.Import) else self._reader.imported(node, alias, 0)
            self._note_imports(node, alias)
            if isinstance(node, ast.ImportFrom) and alias.name.startswith("__") and node.module != "__future__":
                is_own = self._reader.own_base(node) is not None and not any(each.what is What.UNKNOWN for each in meanings)
                yield Attribute(at, alias.name, f"from {node.module or '.'} import {alias.name}", is_own=is_own)
            for meaning in meanings:
                if meaning.what in (What.MODULE, What.MEMBER, What.SDK, What.FOREIGN):
                    yield Use(
                        at, meaning.what, meaning.path, alias.name, is_import=True, is_attempted=id(node) in self._reader.survey.attempted
                    )
                if place.scope.kind is Kind.CLASS and meaning.what in (What.MODULE, What.OWN) and self._ways.matters(meaning):
                    yield self._ways.told(at, meaning, alias.name)  # an attribute of every instance

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
            self._reader.imports.update(self._reader.below(own))
        elif not node.level:
            meaning = self._reader.module(node.module)
            yield Use(spot, meaning.what, meaning.path, f"from {node.module} import *", is_import=True)
            if meaning.what in (What.MODULE, What.SDK):
                yield Star(spot, meaning.path)


_USES: Mapping[What, Callable[[Observer, Meaning, Place, str], Iterator[Fact]]] = {
    **dict.fromkeys((What.MODULE, What.OWN), Observer._report_module),
    **dict.fromkeys((What.MEMBER, What.FOREIGN), Observer._report_member),
    What.SDK: Observer._report_sdk,
    What.NAMESPACE: Observer._report_namespace,
    **dict.fromkeys((What.HOLDER, What.FUNCTION), Observer._report_held),
}

_CALLS: Mapping[str, Callable[[Observer, Place, str], Iterator[Fact]]] = {
    **dict.fromkeys(("builtins.getattr", "builtins.object.__getattribute__"), Observer._report_getattr),
    **dict.fromkeys((path for name in SETTERS for path in (name, f"builtins.{name}")), Observer._report_setter),
    **dict.fromkeys(("builtins.globals", "builtins.locals", "builtins.vars"), Observer._report_namespaces),
    **dict.fromkeys(("operator.attrgetter", "operator.methodcaller"), Observer._report_getter),
    "builtins.type": Observer._report_type,
}

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


_MOSTLY_DULL = frozenset({ast.Name, ast.Attribute, ast.Call})

_COPIED = frozenset({"__reduce__", "__reduce_ex__"})


_SHAPED = frozenset({*METACLASSES, "contextlib.redirect_stdout", "contextlib.redirect_stderr"})

_CALLED = frozenset({"format", "format_map", *PARSERS, *LOOKUPS})
"""Methods whose call is looked at, whatever they are called on."""

_TAKERS = frozenset({"format_field", "convert_field", "get_field"})
"""Methods of a ``string.Formatter`` that are handed what a field's path led to."""


_TOLD_WHEN_CHANGED = _TAKERS | {"TYPE_CHECKING"}

_FORMATTER = "string.Formatter"


def _binds(statement: Any, names: frozenset[str]) -> bool:
    return isinstance(statement, ast.Assign) and any(getattr(target, "id", "") in names for target in statement.targets)


# --- modules -----------------------------------------------------------------------------------------------------------------------


def _is_shared(base: Meaning) -> bool:
    """Whether a table is the standard library's; the environment of the process is the skill's own to fill."""
    return base.what is What.SDK or (base.what is What.MEMBER and standing(base.path).reach is not Reach.ENVIRONMENT)


def _is_written_out(arguments: list[Any]) -> bool:
    """``type("Name", (Base,), {"member": ...})``: a class statement in other words."""
    if len(arguments) != 3 or not isinstance(arguments[2], ast.Dict):
        return False
    names = [getattr(key, "value", None) for key in arguments[2].keys]
    return isinstance(arguments[1], ast.Tuple) and all(isinstance(name, str) and not name.startswith("__") for name in names)


def _is_the_ordinary_way(place: Place) -> bool:
    """``object.__getattribute__(self, name)`` in a ``__getattribute__``: what would have been done without it."""
    named = place.node.args[1:2]
    return place.scope.name == "__getattribute__" and bool(named) and isinstance(named[0], ast.Name) and _is_spelled_of_object(place.node)


def _is_spelled_of_object(call: Any) -> bool:
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "object"


def _is_only_sought_in(meaning: Meaning, place: Place) -> bool:
    """``name in sys.modules``; ``__spec__.name``, and whether there is a ``__spec__``."""
    if meaning.path == "sys.modules" or meaning.path.startswith("os.supports_"):  # those hold functions that run programs
        return isinstance(place.parent, ast.Compare) and place.parent.left is not place.node
    if meaning.path in ("builtins.__spec__.parent", "builtins.__spec__.name"):
        return True
    return meaning.path == "builtins.__spec__" and isinstance(place.parent, (ast.Compare, ast.IfExp, ast.If, ast.BoolOp))


# --- small answers ---------------------------------------------------------------------------------------------------------------


def is_notable(name: str) -> bool:
    """Whether any rule has something to say of an attribute by its name alone."""
    return name.startswith("__") or name in NOTABLE or name.partition("_")[0] in NOTABLE_BEGINNINGS


def _report_guesses(meanings: Meanings, link: Any, root: Any, chain: list[Any]) -> Iterator[Fact]:
    for meaning in meanings:
        if meaning.what is What.GUESS and "." in meaning.path:
            module, _, member = meaning.path.partition(".")
            yield from pair_of(module, member, last(link), spell(root, chain))


def _gives_what_it_holds(called: Meaning) -> bool:
    return called.what is What.FUNCTION or called.path == "builtins.next"


def _is_decorator(place: Place) -> bool:
    return isinstance(place.parent, ast.ClassDef) and place.node in place.parent.decorator_list
