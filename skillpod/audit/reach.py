"""What a module's code reaches: names, attributes and constants followed to the objects of the standard library behind them.

Nothing is executed. A name may have several meanings (it is assigned twice, or under a condition): all of them count. What can't be
followed is UNKNOWN; a method on an unknown value is no finding, a dangerous object that would have to become one first is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from skillpod.audit import attributes, operations
from skillpod.audit.calls import called
from skillpod.audit.constants import MAX_DEPTH, Constants
from skillpod.audit.facts import UNKNOWN, Held, Meaning, Meanings, What
from skillpod.audit.fixpoint import TooDeep, merged
from skillpod.audit.folding import FOLDED_METHODS
from skillpod.audit.holders import LITERALS, Whole
from skillpod.audit.landmarks import FOLLOWED, MUTE, SDK, TELLING, is_own
from skillpod.audit.modules import Modules
from skillpod.audit.names import Names
from skillpod.audit.scopes import Binding, Scope, Source, mangled
from skillpod.audit.source import Source as Text
from skillpod.audit.standard import PURE, is_standard
from skillpod.audit.survey import survey

_MAX_STEPS = 300_000


class _Plain(dict[str, bool]):
    """Whether an attribute of a name says nothing about an object that is not known, nor is stored under by the skill itself."""

    def __init__(self, whole: Whole) -> None:
        self._whole = whole

    def __missing__(self, name: str) -> bool:
        is_told = name.startswith("__") or name.lstrip("_") in TELLING or name == "_fields"
        plain = self[name] = not is_told and name not in self._whole.fields
        return plain


class Reader:
    """One file, read. ``whole`` knows the readers of the whole bundle, so that a sibling's names can be followed."""

    def __init__(self, source: Text, modules: Modules, whole: Whole) -> None:
        self.file = source.file
        self.text = source.text
        self.modules = modules
        self.whole = whole
        self.survey = survey(source.tree)
        self._values: dict[int, Meanings] = {}
        self._steps = 0
        self._plain = _Plain(whole)
        self.constants = Constants(self)
        self.names = Names(self)
        self.lookup = self.names.lookup
        self._followed = {
            id(self.survey.inner[id(binding.node)])
            for scope in (self.survey.module, *self.survey.inner.values())
            for bindings in scope.bindings.values()
            for binding in bindings
            if binding.source is Source.FUNCTION
        }
        self.imports: set[str] = set()
        """Own dotted names that this file imports."""

    # --- other files -------------------------------------------------------------------------------------------------------------

    def holds_modules(self) -> bool:
        """Whether a module from which others can be reached is among the names of this file."""
        return bool(self.survey.module.stars) or any(module.path not in PURE for module in self.held_modules())

    def held_modules(self) -> Iterator[Meaning]:
        """The standard library's modules that are among the names of this file."""
        for name in self.survey.module.bindings:
            yield from (meaning for meaning in self.names.exported(name) if meaning.what is What.MODULE)

    @cached_property
    def imported_names(self) -> frozenset[str]:
        """Names that an import gives a value to, anywhere in the file, and names they are handed on to."""
        scopes = (self.survey.module, *self.survey.inner.values(), *self.survey.classes)
        bound = [(name, binding) for scope in scopes for name, found in scope.bindings.items() for binding in found]
        names = {name for name, binding in bound if binding.source is Source.IMPORT}
        return frozenset(names | {name for name, binding in bound if binding.source is Source.VALUE and _root(binding.node) in names})

    @cached_property
    def own_modules(self) -> frozenset[str]:
        """Names that an import gives to modules of the bundle."""
        found = set()
        for scope in (self.survey.module, *self.survey.inner.values(), *self.survey.classes):
            for name, bindings in scope.bindings.items():
                if any(binding.source is Source.IMPORT and self._imports_own(binding) for binding in bindings):
                    found.add(name)
        return frozenset(found)

    def _imports_own(self, binding: Binding) -> bool:
        alias, node = binding.alias, binding.node
        if alias is None:
            return False
        if isinstance(node, ast.Import):
            return self.module(alias.name).what is What.OWN
        base = self.own_base(node)
        return base is not None and (f"{base}.{alias.name}" if base else alias.name) in self.modules.file_of

    def below(self, name: str) -> Iterator[str]:
        """A package of the bundle and every module in it: what a star import of it may load, by its ``__all__``."""
        inside = f"{name}." if name else ""
        return (each for each in self.modules.file_of if each == name or each.startswith(inside))

    def rebinds(self, name: str) -> bool:
        """Whether a package gives the name of one of its modules to something in it: ``from .table import table``."""
        bindings = self.survey.module.bindings.get(name, ())
        return any(binding.is_certain and isinstance(binding.node, ast.ImportFrom) and binding.node.module for binding in bindings)

    def sibling(self, name: str) -> Reader | None:
        """The reader of another module of the bundle, by its dotted name."""
        return self.whole.readers.get(self.modules.file_of.get(name, ""))

    def imported_files(self) -> Iterator[str]:
        """The files of the bundle that run when this one is imported and its imports are."""
        for name in self.imports:
            yield from self.modules.files_along(name)

    # --- imports -----------------------------------------------------------------------------------------------------------------

    def own_base(self, node: ast.ImportFrom) -> str | None:
        if node.level:
            return self.modules.relative(self.file, node.level, node.module or "")
        if is_standard((node.module or "").partition(".")[0]):
            return None
        return self.modules.absolute(node.module or "", self.file)

    def module(self, path: str) -> Meaning:
        top = path.partition(".")[0]
        if top == SDK:
            return Meaning(What.SDK, path)
        if is_standard(top):
            return Meaning(What.MODULE, path)
        own = self.modules.absolute(path, self.file)
        return Meaning(What.FOREIGN, path) if own is None else Meaning(What.OWN, own)

    def imported(self, node: Any, alias: Any, depth: int) -> Meanings:
        if isinstance(node, ast.Import):
            return (self.module(alias.name if alias.asname else alias.name.partition(".")[0]),)
        if node.level:
            own = self.own_base(node)
            return UNKNOWN if own is None else self.attribute((Meaning(What.OWN, own),), alias.name, depth)
        return self.attribute((self.module(node.module),), alias.name, depth)

    # --- expressions -------------------------------------------------------------------------------------------------------------

    def value(self, node: Any, scope: Scope) -> Meanings:
        """What an expression may be. Raises TooDeep."""
        found = self._values.get(id(node))
        if found is None:
            is_nothing = node.__class__ in _CHAINED and self.is_nothing(node, scope)
            found = self._values[id(node)] = UNKNOWN if is_nothing else self.evaluate(node, scope, 0)
        return found

    def is_nothing(self, node: Any, scope: Scope) -> bool:
        """Whether an expression is surely UNKNOWN, told without following anything, as of most it can be: it is taken from an object, or
        given by one, of which nothing is known."""
        kind = node.__class__
        is_name = kind is ast.Name
        while kind is not ast.Name:
            if kind is ast.Attribute:
                if not self._plain[node.attr]:
                    return False
                node = node.value
            elif kind is ast.Call:
                node = node.func
                if node.__class__ is ast.Attribute and node.attr in FOLDED_METHODS:
                    return False
                if node.__class__ is ast.Name and node.id in MUTE:
                    return scope.known.get(node.id) is FOLLOWED[node.id]
            elif kind is ast.Subscript and node.slice.__class__ is not ast.Slice:
                node = node.value
            else:
                return kind not in _EVALUATE
            kind = node.__class__
        known = scope.known.get(node.id)
        return known is UNKNOWN or (not is_name and is_own(known))

    def remember(self, node: Any, found: Meanings) -> None:
        """What an expression was found to be, for whoever asks for its value."""
        self._values[id(node)] = found

    def evaluate(self, node: Any, scope: Scope, depth: int) -> Meanings:
        """What an expression may be, in ``depth`` others. Raises TooDeep."""
        kind = node.__class__
        if kind is ast.Name:
            known: Meanings | None = scope.known.get(node.id)
            if known is not None:
                return known
        evaluate = _EVALUATE.get(kind)
        if evaluate is None:
            return UNKNOWN
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > _MAX_STEPS:
            raise TooDeep
        return evaluate(self, node, scope, depth + 1)

    def attribute(self, bases: Meanings, name: str, depth: int) -> Meanings:
        """What an attribute of that may be. Raises TooDeep."""
        if (bases is UNKNOWN or is_own(bases)) and self._plain[name]:
            return UNKNOWN
        if len(bases) == 1:
            return attributes.of(self, bases[0], name, depth)
        return merged(meaning for base in bases for meaning in attributes.of(self, base, name, depth))

    def decorates(self, call: Any) -> bool:
        """Whether a call stands as the decorator of a class."""
        above = self.survey.parents.get(id(call))
        return isinstance(above, ast.ClassDef) and call in above.decorator_list

    def is_followed_function(self, scope: Scope) -> bool:
        """Whether a scope is of a function whose calls are followed."""
        return id(scope) in self._followed and not scope.is_generator


def _constant(_reader: Reader, node: Any, _scope: Scope, _depth: int) -> Meanings:
    return (Meaning(What.TEXT, node.value),) if isinstance(node.value, str) else UNKNOWN


def _dotted(reader: Reader, node: Any, scope: Scope, depth: int) -> Meanings:
    name = mangled(node.attr, scope) if node.attr.startswith("__") else node.attr
    return reader.attribute(reader.evaluate(node.value, scope, depth), name, depth)


def _function(reader: Reader, node: Any, scope: Scope, _depth: int) -> Meanings:
    return (Meaning(What.FUNCTION, held=Held(reader, node, scope)),)


def _holder(reader: Reader, node: Any, scope: Scope, _depth: int) -> Meanings:
    return (Meaning(What.HOLDER, held=Held(reader, node, scope)),)


_CHAINED = frozenset({ast.Attribute, ast.Call, ast.Subscript})

_EVALUATE: Mapping[type, Callable[[Reader, Any, Scope, int], Meanings]] = {
    ast.Name: lambda reader, node, scope, depth: reader.lookup(node, scope, depth),
    ast.Constant: _constant,
    ast.Attribute: _dotted,
    ast.JoinedStr: operations.folded,
    ast.BinOp: operations.added,
    ast.IfExp: operations.either,
    ast.BoolOp: operations.any_of,
    ast.NamedExpr: operations.of_value,
    ast.Subscript: operations.subscripted,
    ast.Call: called,
    ast.Await: operations.of_value,
    ast.Starred: operations.elements,
    ast.Lambda: _function,
    **dict.fromkeys(LITERALS, _holder),
}


def _root(node: Any) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")
