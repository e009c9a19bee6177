"""What a module's code reaches: names, attributes and constants followed to the objects of the standard library behind them.

Nothing is executed. A name may have several meanings (it is assigned twice, or under a condition): all of them count. What can't be
followed is UNKNOWN; a method on an unknown value is no finding, a dangerous object that would have to become one first is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from skillpod.audit.changes import READERS
from skillpod.audit.constants import MAX_DEPTH, Constants
from skillpod.audit.context import given
from skillpod.audit.facts import UNKNOWN, Held, Meaning, Meanings, What
from skillpod.audit.fixpoint import TooDeep, merged
from skillpod.audit.folding import FOLDED_CALLS, FOLDED_METHODS, Unfoldable
from skillpod.audit.holders import LITERALS, Whole, elements_of, item
from skillpod.audit.inert import is_inert
from skillpod.audit.modules import Modules
from skillpod.audit.scopes import Binding, Kind, Scope, Source, mangled
from skillpod.audit.source import Source as Text
from skillpod.audit.standard import (
    BUILTINS,
    GUARDED,
    MODULES,
    PERMITTED,
    PURE,
    SUBMODULES,
    is_member,
    is_standard,
    standing,
    transit,
)
from skillpod.audit.survey import survey

SDK = "skillpod"
ANY = "?"
"""The path of the names of an object that is not known."""

_MAX_STEPS = 300_000
_MAX_BINDINGS = 1000
_MAX_PARTS = 8
WATCHED = frozenset({*BUILTINS, "getattr", "setattr", "delattr", "globals", "vars", "locals"})
LOOKERS = frozenset(
    f"builtins.{name}" for name in ("hasattr", "dir", "repr", "str", "print", "isinstance", "id", "bool", "callable", "type")
)
"""Builtins that look at a value and do not hand it on."""

TELLING = frozenset({"os", "sys", "builtins", "posix", "subprocess", "importlib", "ctypes"})
"""Modules whose names are rarely the name of anything else."""

METACLASSES = frozenset({"builtins.type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})

LOOKUPS = frozenset({"get", "pop", "setdefault", "__getitem__"})
"""Methods of a mapping that take a key and give its value."""

_WITH_CLASSES = frozenset({"builtins", "abc", "enum", "typing", "types", "collections"})
"""Modules whose members are mostly classes."""

_FOLLOWED = {
    name.removeprefix("builtins."): (Meaning(What.MEMBER, f"builtins.{name.removeprefix('builtins.')}"),)
    for name in (*WATCHED, "super", "next", "object", "map", *LOOKERS, *READERS, *FOLDED_CALLS)
    if name.startswith("builtins.") or "." not in name
}
"""Builtins that are told from other names: the reader knows what they are, do or give."""
_QUIET = frozenset(_FOLLOWED) - WATCHED - {"type", "next", "object", "super", "map"}
"""Those of which there is nothing to say by themselves, nor when they are called."""

_MUTE = _QUIET - {name.removeprefix("builtins.") for name in FOLDED_CALLS}
"""Those whose results are nothing, whatever they are given."""

SUPER: Meanings = (Meaning(What.SELF, "super"),)

_OWN = frozenset({What.SELF, What.CLASS})
_CLASS, _MODULE, _FUNCTION, _COMPREHENSION = Kind.CLASS, Kind.MODULE, Kind.FUNCTION, Kind.COMPREHENSION
_OPAQUE, _VALUE, _ELEMENT = Source.OPAQUE, Source.VALUE, Source.ELEMENT
"""By one name each: up to Python 3.11 a member of an Enum is found five times as slowly as any other attribute."""


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
        self._modules = modules
        self.whole = whole
        self.survey = survey(source.tree)
        self._known = whole.known
        self._values: dict[int, Meanings] = {}
        self._steps = 0
        self._plain = _Plain(whole)
        self.constants = Constants(self)
        self._followed = {
            id(self.survey.inner[id(binding.node)])
            for scope in (self.survey.module, *self.survey.inner.values())
            for bindings in scope.bindings.values()
            for binding in bindings
            if binding.source is Source.FUNCTION
        }
        self._inert: tuple[int, int] | None = None
        self.imports: set[str] = set()
        """Own dotted names that this file imports."""

    # --- names -------------------------------------------------------------------------------------------------------------------

    def exported(self, name: str, depth: int = 0) -> Meanings:
        """What another module of the bundle gets under a name."""
        bindings = self.survey.module.bindings.get(name)
        if bindings:
            found = self._union(bindings, depth)
            may_be_made = "__getattr__" in self.survey.module.bindings  # PEP 562: of a name that is not there when it is asked for
            return (*found, *self._from_elsewhere(name, found, depth), *(UNKNOWN if may_be_made else ()))
        return self._from_stars(self.survey.module, name, depth)

    def lookup(self, node: Any, scope: Scope, depth: int) -> Meanings:
        """What a name may be where it is read."""
        known: Meanings | None = scope.known.get(node.id)
        if known is not None:
            return known
        name = mangled(node.id, scope) if node.id.startswith("__") else node.id
        if name in WATCHED:  # of those the answer depends on the place
            return self._lookup(name, node, scope, depth)
        home = _home(name, scope)
        known = home.known.get(name)
        if known is None:
            known = self._lookup(name, node, home, depth)
            if self._known.is_busy and not self._is_settled(name, home):
                return known  # it may not be whole
            home.known[name] = known
        scope.known[name] = known
        return known

    def _is_settled(self, name: str, home: Scope) -> bool:
        """Whether a name means the same whatever is still being worked out."""
        return not self.survey.module.stars and all(binding.source is _OPAQUE for binding in home.bindings.get(name, ()))

    def _lookup(self, name: str, node: Any, scope: Scope, depth: int) -> Meanings:
        found: Meanings = ()
        here: Scope | None = scope
        while here is not None:
            here = here.elsewhere.get(name, here)
            bindings = here.bindings.get(name)
            kind = here.kind
            if bindings and (kind is not _CLASS or here is scope):
                found += self._union(bindings, depth)
                if kind is _FUNCTION or kind is _COMPREHENSION:
                    return found
                if kind is _MODULE:
                    found += self._from_elsewhere(name, found, depth)
                if self._hides(name, bindings, here, scope, node):
                    return found
                if kind is _CLASS:  # a name that a class's body binds is sought there, in the module and in the builtins alone
                    here = self.survey.module
                    continue
            here = here.parent
        found += self._from_stars(self.survey.module, name, depth)
        builtin = _FOLLOWED.get(name)
        if builtin is None:
            return found or UNKNOWN
        return (*found, *builtin) if found else builtin

    def _from_elsewhere(self, name: str, found: Meanings, depth: int) -> Meanings:
        """What a star import, or a store into this module from outside, may have put in the place of a name of the module."""
        starred = self._from_stars(self.survey.module, name, depth) if self.survey.module.stars else ()
        is_constant = any(meaning.what in (What.TEXT, What.HOLDER) for meaning in found)
        return (*starred, *UNKNOWN) if starred or (is_constant and self.whole.is_stored_on_others(name)) else ()

    def _hides(self, name: str, bindings: list[Binding], home: Scope, scope: Scope, node: Any) -> bool:
        """Whether a module's or class's own name surely stands before the builtin where it is read."""
        if name not in WATCHED and home.kind is Kind.MODULE:
            return True
        if name in home.unbound or len(bindings) > _MAX_BINDINGS:
            return False
        if home.kind is Kind.MODULE and self.whole.is_stored_on_others(name):
            return False
        at = (node.lineno, node.col_offset)
        certain = [binding for binding in bindings if binding.is_certain]
        if any(binding.effective <= at for binding in certain):
            return True
        return home.kind is Kind.MODULE and _is_in_function(scope) and any(binding.effective <= self._first_act() for binding in certain)

    def _first_act(self) -> tuple[int, int]:
        """Where the module first does more than define: what is defined before that is there when any function is called."""
        if self._inert is None:
            end = (1 << 30, 0)
            self._inert = next(((each.lineno, each.col_offset) for each in self.survey.statements if not is_inert(each, self.survey)), end)
        return self._inert

    def _union(self, bindings: list[Binding], depth: int) -> Meanings:
        found = self._at_once(bindings)
        return found or self._known.meanings(id(bindings), lambda: (self._meanings(binding, depth + 1) for binding in bindings))

    def _at_once(self, bindings: list[Binding]) -> Meanings:
        """What bindings give that need nobody else's meaning, as most do; nothing when one of them does."""
        found = UNKNOWN
        for binding in bindings:
            source, node = binding.source, binding.node
            if source is _OPAQUE or (source is _VALUE and self._is_nothing(node, binding.scope)):
                continue
            if source is _ELEMENT and self._is_nothing(node.func if node.__class__ is ast.Call else node, binding.scope):
                continue
            if len(bindings) > 1 or source not in _OF_METHODS:
                return ()
            found = self._meanings(binding, 0)
        return found

    def _meanings(self, binding: Binding, depth: int) -> Meanings:
        found = self._bound(binding, depth)
        return UNKNOWN if found is UNKNOWN else tuple([meaning.bound(binding.line) for meaning in found])

    def _bound(self, binding: Binding, depth: int) -> Meanings:
        bound = _BOUND.get(binding.source)
        return UNKNOWN if bound is None else bound(self, binding, depth)

    def _value(self, binding: Binding, depth: int) -> Meanings:
        return self.evaluate(binding.node, binding.scope, depth)

    def _import(self, binding: Binding, depth: int) -> Meanings:
        return self.imported(binding.node, binding.alias, depth)

    def _element(self, binding: Binding, depth: int) -> Meanings:
        return elements_of(self, binding.node, binding.index, binding.scope, depth)

    def _function(self, binding: Binding, _depth: int) -> Meanings:
        return self._own_function(binding.node, binding.scope)

    def _typed(self, binding: Binding, depth: int) -> Meanings:
        return given(self, binding.node, binding.scope.parent, depth) or UNKNOWN

    def _own_function(self, node: Any, scope: Scope, _depth: int = 0) -> Meanings:
        return (Meaning(What.FUNCTION, held=Held(self, node, scope)),)

    def _holder(self, node: Any, scope: Scope, _depth: int) -> Meanings:
        return (Meaning(What.HOLDER, held=Held(self, node, scope)),)

    def _from_stars(self, scope: Scope, name: str, depth: int) -> Meanings:
        found: Meanings = ()
        for node in scope.stars:
            own = self.own_base(node)
            if own is not None:
                reader = self.sibling(own)
                found += reader.exported(name, _deeper(depth)) if reader and reader is not self else ()
                if reader and "__getattr__" in reader.survey.module.bindings:
                    found += UNKNOWN
            elif node.module and is_standard(node.module.partition(".")[0]):
                resolved = transit(node.module, name)
                if resolved in MODULES or is_member(resolved):
                    found += (Meaning(What.MODULE if resolved in MODULES else What.MEMBER, resolved, node.lineno),)
        return found

    def is_free(self, name: str, scope: Scope) -> bool:
        """Whether no text of this file binds a name: it is the builtin, or what every module has."""
        here: Scope | None = scope
        while here is not None:
            if here.bindings.get(name) or name in here.elsewhere:
                return False
            here = here.parent
        return not self.survey.module.stars

    def holds_modules(self) -> bool:
        """Whether a module from which others can be reached is among the names of this file."""
        return bool(self.survey.module.stars) or any(module.path not in PURE for module in self.held_modules())

    def held_modules(self) -> Iterator[Meaning]:
        """The standard library's modules that are among the names of this file."""
        for name in self.survey.module.bindings:
            yield from (meaning for meaning in self.exported(name) if meaning.what is What.MODULE)

    def decorates(self, call: Any) -> bool:
        """Whether a call stands as the decorator of a class."""
        above = self.survey.parents.get(id(call))
        return isinstance(above, ast.ClassDef) and call in above.decorator_list

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
        return base is not None and (f"{base}.{alias.name}" if base else alias.name) in self._modules.file_of

    def below(self, name: str) -> Iterator[str]:
        """A package of the bundle and every module in it: what a star import of it may load, by its ``__all__``."""
        inside = f"{name}." if name else ""
        return (each for each in self._modules.file_of if each == name or each.startswith(inside))

    def rebinds(self, name: str) -> bool:
        """Whether a package gives the name of one of its modules to something in it: ``from .table import table``."""
        bindings = self.survey.module.bindings.get(name, ())
        return any(binding.is_certain and isinstance(binding.node, ast.ImportFrom) and binding.node.module for binding in bindings)

    def sibling(self, name: str) -> Reader | None:
        """The reader of another module of the bundle, by its dotted name."""
        return self.whole.readers.get(self._modules.file_of.get(name, ""))

    def imported_files(self) -> Iterator[str]:
        """The files of the bundle that run when this one is imported and its imports are."""
        for name in self.imports:
            yield from self._modules.files_along(name)

    # --- imports -----------------------------------------------------------------------------------------------------------------

    def own_base(self, node: ast.ImportFrom) -> str | None:
        if node.level:
            return self._modules.relative(self.file, node.level, node.module or "")
        if is_standard((node.module or "").partition(".")[0]):
            return None
        return self._modules.absolute(node.module or "", self.file)

    def module(self, path: str) -> Meaning:
        top = path.partition(".")[0]
        if top == SDK:
            return Meaning(What.SDK, path)
        if is_standard(top):
            return Meaning(What.MODULE, path)
        own = self._modules.absolute(path, self.file)
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
            is_nothing = node.__class__ in _CHAINED and self._is_nothing(node, scope)
            found = self._values[id(node)] = UNKNOWN if is_nothing else self.evaluate(node, scope, 0)
        return found

    def _is_nothing(self, node: Any, scope: Scope) -> bool:
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
                if node.__class__ is ast.Name and node.id in _MUTE:
                    return scope.known.get(node.id) is _FOLLOWED[node.id]
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

    def binding(self, binding: Binding, depth: int) -> Meanings:
        """What one binding gives its name. Raises TooDeep."""
        return self._meanings(binding, depth)

    def evaluate(self, node: Any, scope: Scope, depth: int) -> Meanings:
        evaluate = _EVALUATE.get(node.__class__)
        if evaluate is None:
            return UNKNOWN
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > _MAX_STEPS:
            raise TooDeep
        return evaluate(self, node, scope, depth + 1)

    def _constant(self, node: Any, _scope: Scope, _depth: int) -> Meanings:
        return (Meaning(What.TEXT, node.value),) if isinstance(node.value, str) else UNKNOWN

    def _dotted(self, node: Any, scope: Scope, depth: int) -> Meanings:
        name = mangled(node.attr, scope) if node.attr.startswith("__") else node.attr
        return self.attribute(self.evaluate(node.value, scope, depth), name, depth)

    def attribute(self, bases: Meanings, name: str, depth: int) -> Meanings:
        if bases is UNKNOWN and name.lstrip("_") not in TELLING and name not in self.whole.fields:
            return UNKNOWN
        if len(bases) == 1:
            return self._attribute_of(bases[0], name, depth)
        return merged(meaning for base in bases for meaning in self._attribute_of(base, name, depth))

    def _attribute_of(self, base: Meaning, name: str, depth: int) -> Meanings:
        attribute = _ATTRIBUTE.get(base.what)
        return UNKNOWN if attribute is None else attribute(self, base, name, depth)

    def _of_module(self, base: Meaning, name: str, _depth: int) -> Meanings:
        return (Meaning(What.NAMESPACE, base.path, base.line) if name == "__dict__" else _member(base, name),)

    def _of_member(self, base: Meaning, name: str, _depth: int) -> Meanings:
        return (_member(base, name),)

    def _of_foreign(self, base: Meaning, name: str, _depth: int) -> Meanings:
        return (Meaning(base.what, f"{base.path}.{name}", base.line),)

    def _of_field(self, _base: Meaning, name: str, _depth: int) -> Meanings:
        is_text = name == "name" and (self.whole.are_fields_kept or not self.whole.is_stored_on_others(name))
        return (Meaning(What.TEXT, "field"),) if is_text else UNKNOWN

    def _of_some_object(self, base: Meaning, name: str, depth: int) -> Meanings:
        guessed, stored = _guess(base, name), self.whole.field(name, depth + 1)
        if not stored:
            return guessed
        if base.what in (What.SELF, What.CLASS) and guessed == UNKNOWN and self.whole.is_field_sure(name):
            return stored
        return merged((*guessed, *stored, *UNKNOWN))

    def _own_attribute(self, base: Meaning, name: str, depth: int) -> Meanings:
        inside = f"{base.path}.{name}" if base.path else name
        reader = self.sibling(base.path)
        found = reader.exported(name, _deeper(depth)) if reader is not None else ()
        if inside in self._modules.file_of and not (reader is not None and reader.rebinds(name)):
            return (*found, Meaning(What.OWN, inside, base.line))
        return tuple(Meaning(each.what, each.path, base.line) for each in found) or UNKNOWN

    def _folded(self, node: Any, scope: Scope, depth: int) -> Meanings:
        """A text that operations on constants give; UNKNOWN when it is not sure to be one."""
        try:
            value = self.constants.fold(node, scope, depth)
        except Unfoldable:
            return UNKNOWN
        return (Meaning(What.TEXT, value),) if isinstance(value, str) else UNKNOWN

    def _sum(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return self._folded(node, scope, depth) if isinstance(node.op, (ast.Add, ast.Mod, ast.Mult)) else UNKNOWN

    def _either(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return merged((*self.evaluate(node.body, scope, depth), *self.evaluate(node.orelse, scope, depth)))

    def _any(self, node: Any, scope: Scope, depth: int) -> Meanings:
        """``a and b`` is ``a`` only where that is false, as no module is."""
        last = node.values[-1]
        return merged(
            meaning
            for value in node.values
            for meaning in self.evaluate(value, scope, depth)
            if value is last or isinstance(node.op, ast.Or) or not (meaning.what is What.MODULE or meaning.path == "builtins.__spec__")
        )

    def _walrus(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return self.evaluate(node.value, scope, depth)

    def _item(self, node: Any, scope: Scope, depth: int) -> Meanings:
        if isinstance(node.slice, ast.Slice):
            return self._folded(node, scope, depth)
        found: Meanings = ()
        bases = self.evaluate(node.value, scope, depth)
        for base in bases:
            if base.what is What.HOLDER:
                found += item(base, self._key(node.slice, scope, depth), depth)
        spaces = [meaning for meaning in bases if meaning.what is What.NAMESPACE]
        if spaces:
            found += self._named(spaces, node.slice, scope, depth)
        return merged(found) or UNKNOWN

    def _key(self, node: Any, scope: Scope, depth: int) -> str | int | None:
        """A constant index or key, or None."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, (str, int)) else None
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return -node.operand.value if isinstance(node.operand.value, int) else None
        return _text(self.evaluate(node, scope, depth))

    def _awaited(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return self.evaluate(node.value, scope, depth)

    def _starred(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return elements_of(self, node.value, -1, scope, depth)

    def _named(self, spaces: list[Meaning], key: Any, scope: Scope, depth: int) -> Meanings:
        names = [meaning.path for meaning in self.evaluate(key, scope, depth) if meaning.what is What.TEXT]
        found: Meanings = ()
        for space in spaces:
            for name in names:
                if space.path == ANY:
                    found += self.attribute(UNKNOWN, name, depth)
                elif not space.path:
                    found += self.lookup(ast.Name(id=name, ctx=ast.Load(), lineno=1, col_offset=0), self.survey.module, depth)
                else:
                    found += self.attribute((Meaning(What.MODULE, space.path, space.line),), name, depth)
        return found or UNKNOWN

    def _called(self, node: Any, scope: Scope, depth: int) -> Meanings:
        function = node.func
        if isinstance(function, ast.Attribute):
            found = self._method(function, node, scope, depth)
            if found is not None:
                return found
        found = ()
        for meaning in self.evaluate(function, scope, depth):
            found += self._result(meaning, node, scope, depth)
        return found or UNKNOWN

    def _method(self, function: Any, node: Any, scope: Scope, depth: int) -> Meanings | None:
        """Methods of constants and of namespaces; None for any other."""
        if function.attr in LOOKUPS and node.args:
            spaces = [meaning for meaning in self.evaluate(function.value, scope, depth) if meaning.what is What.NAMESPACE]
            if spaces:
                return self._named(spaces, node.args[0], scope, depth)
        if function.attr in FOLDED_METHODS:
            folded = self._folded(node, scope, depth)
            if folded is not UNKNOWN:
                return folded
        if function.attr in ("get", "pop", "setdefault") and node.args:
            return self._from_table(function.value, node.args, scope, depth)
        return None

    def _from_table(self, table: Any, arguments: list[Any], scope: Scope, depth: int) -> Meanings | None:
        """``table.get(key, default)``."""
        found: Meanings = ()
        for base in self.evaluate(table, scope, depth):
            if base.what is not What.HOLDER:
                return None
            found += item(base, self._key(arguments[0], scope, depth), depth)
        if len(arguments) > 1:
            return merged((*found, *self.evaluate(arguments[1], scope, depth)))
        return found

    def _result(self, called: Meaning, node: Any, scope: Scope, depth: int) -> Meanings:
        arguments = node.args
        if called.what is What.FUNCTION and called.held is not None:
            reader: Reader = called.held.reader
            return reader.results(called.held.node, depth)
        if called.path in FOLDED_CALLS:
            return self._folded(node, scope, depth)
        if called.path == "builtins.getattr" and len(arguments) >= 2:
            return self.fetched(arguments, scope, depth)
        if called.path in ("builtins.globals", "builtins.locals") or (called.path == "builtins.vars" and not arguments):
            return (Meaning(What.NAMESPACE),)
        if called.path == "builtins.vars":
            return tuple(
                Meaning(What.NAMESPACE, meaning.path or ANY, meaning.line)
                for meaning in self.evaluate(arguments[0], scope, depth)
                if meaning.what not in (What.SELF, What.CLASS, What.OWN)
            )
        if called.path in ("builtins.__import__", "importlib.import_module") and arguments:
            name = _text(self.evaluate(arguments[0], scope, depth))
            return (self.module(name),) if name else ()
        if called.path == "builtins.super":
            return SUPER if not arguments or self._is_own_super(arguments, scope, depth) else ()
        if called.path == "builtins.type" and len(arguments) == 1:
            return self._type_of(arguments[0], scope, depth)
        if called.path in ("builtins.next") and arguments:
            return elements_of(self, arguments[0], -1, scope, depth)
        return ()

    def _is_own_super(self, arguments: list[Any], scope: Scope, depth: int) -> bool:
        """``super(Own, self)``."""
        if len(arguments) != 2:
            return False
        owner, instance = (self.evaluate(each, scope, depth) for each in arguments)
        return all(each.what is What.CLASS for each in owner) and all(each.what in (What.SELF, What.CLASS) for each in instance)

    def _type_of(self, node: Any, scope: Scope, depth: int) -> Meanings:
        """The type of a class is ``type``, or a class of the skill's own that is one."""
        of = self.evaluate(node, scope, depth)
        is_class = any(each.what is What.CLASS or each.path.partition(".")[0] in _WITH_CLASSES for each in of if each.what is not What.TEXT)
        is_type = isinstance(node, ast.Call) and any(each.path == "builtins.type" for each in self.evaluate(node.func, scope, depth))
        return _FOLLOWED["type"] if is_class or is_type else ()

    def is_followed_function(self, scope: Scope) -> bool:
        """Whether a scope is of a function whose calls are followed."""
        return id(scope) in self._followed and not scope.is_generator

    def results(self, function: Any, depth: int) -> Meanings:
        """What a call of a function of this file gives."""
        inner = self.survey.inner[id(function)]
        if inner.is_generator or not inner.returns or depth > MAX_DEPTH // 2:
            return UNKNOWN
        return self._known.meanings(id(inner), lambda: (self.evaluate(each, inner, depth + 1) for each in inner.returns))

    def fetched(self, arguments: list[Any], scope: Scope, depth: int) -> Meanings:
        bases = self.evaluate(arguments[0], scope, depth)
        found: Meanings = ()
        for name in self.evaluate(arguments[1], scope, depth):
            if name.what is What.TEXT:
                found += self.attribute(bases, name.path, depth)
        return (*found, *self.evaluate(arguments[2], scope, depth)) if len(arguments) > 2 else found


_BOUND: Mapping[Source, Callable[[Reader, Binding, int], Meanings]] = {
    Source.VALUE: Reader._value,
    Source.IMPORT: Reader._import,
    Source.ELEMENT: Reader._element,
    Source.FUNCTION: Reader._function,
    Source.TYPED: Reader._typed,
    Source.HANDLER: lambda *_: (Meaning(What.HANDLER),),
    Source.SELF: lambda *_: (Meaning(What.SELF),),
    Source.CLASS: lambda *_: (Meaning(What.CLASS),),
}

_CHAINED = frozenset({ast.Attribute, ast.Call, ast.Subscript})

_ATTRIBUTE: Mapping[What, Callable[[Reader, Meaning, str, int], Meanings]] = {
    What.MODULE: Reader._of_module,
    What.MEMBER: Reader._of_member,
    What.OWN: Reader._own_attribute,
    What.FIELD: Reader._of_field,
    **dict.fromkeys((What.SDK, What.FOREIGN), Reader._of_foreign),
    **dict.fromkeys((What.GUESS, What.UNKNOWN, What.SELF, What.CLASS, What.HANDLER, What.CONTEXT), Reader._of_some_object),
}

_EVALUATE: Mapping[type, Callable[[Reader, Any, Scope, int], Meanings]] = {
    ast.Name: Reader.lookup,
    ast.Constant: Reader._constant,
    ast.Attribute: Reader._dotted,
    ast.JoinedStr: Reader._folded,
    ast.BinOp: Reader._sum,
    ast.IfExp: Reader._either,
    ast.BoolOp: Reader._any,
    ast.NamedExpr: Reader._walrus,
    ast.Subscript: Reader._item,
    ast.Call: Reader._called,
    ast.Await: Reader._awaited,
    ast.Starred: Reader._starred,
    ast.Lambda: Reader._own_function,
    **dict.fromkeys(LITERALS, Reader._holder),
}


def _member(base: Meaning, name: str) -> Meaning:
    """An attribute of something in the standard library; a module reached through another is itself."""
    if base.path.count(".") >= _MAX_PARTS:  # judged by its beginning; `x = x.next` would go on for ever
        return base
    path = transit(base.path, name)
    if base.what is What.MODULE and (path in MODULES or path in SUBMODULES):
        return Meaning(What.MODULE, path, base.line)
    if path in MODULES and (path in GUARDED or standing(path).reach not in PERMITTED):
        return Meaning(What.MODULE, path, base.line)
    return Meaning(What.MEMBER, path if base.what is What.MODULE else f"{base.path}.{name}", base.line)


def _guess(base: Meaning, name: str) -> Meanings:
    """What an attribute of an unknown value looks like: a telling module, or a member of one."""
    if base.what is What.GUESS and "." not in base.path:
        return (Meaning(What.GUESS, f"{base.path}.{name}", base.line),)
    plain = name.lstrip("_")
    return (Meaning(What.GUESS, plain),) if plain in TELLING else UNKNOWN


def is_own(meanings: Meanings | None) -> bool:
    """Whether a name is the object or the class of a method, and nothing else."""
    return meanings is not None and len(meanings) == 1 and meanings[0].what in _OWN


def is_quiet(name: str, known: Meanings) -> bool:
    """Whether a name is a builtin of which there is nothing to say by itself, nor when it is called."""
    return name in _QUIET and known is _FOLLOWED[name]


_OF_METHODS = frozenset({Source.SELF, Source.CLASS, Source.HANDLER, Source.FUNCTION})
"""Sources that say by themselves what the name is."""


def _home(name: str, scope: Scope) -> Scope:
    """The nearest scope that binds a name where it is read, or the module."""
    here = scope
    while here.parent is not None:
        here = here.elsewhere.get(name, here)
        if name in here.bindings and (here.kind is not _CLASS or here is scope):
            return here
        here = here.parent or here
    return here


def _root(node: Any) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")


def _text(meanings: Meanings) -> str | None:
    """The one constant string an expression is, or None."""
    return meanings[0].path if len(meanings) == 1 and meanings[0].what is What.TEXT else None


def _is_in_function(scope: Scope) -> bool:
    here: Scope | None = scope
    while here is not None:
        if here.kind is Kind.FUNCTION:
            return True
        here = here.parent
    return False


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise TooDeep
    return depth + 1
