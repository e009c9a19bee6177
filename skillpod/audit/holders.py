"""What is held in something else: elements of tuples and tables, values of attributes; followed only as far as they are sure to be these.

A constant taken from a list or a dict counts as proven only where nothing of the skill can have changed it: the literal stands in place, or
its name is never used but to read it. An attribute is looked up by its name alone: whatever the skill stores under it, on whatever object,
it may be.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from skillpod.audit.facts import UNKNOWN, Held, Meaning, Meanings, What
from skillpod.audit.fixpoint import Fixpoint, TooDeep, merged
from skillpod.audit.scopes import Binding, Kind, Scope, Source, mangled
from skillpod.audit.standard import listed

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

LITERALS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)

READS = frozenset(listed("get items keys values copy index count"))
"""Methods that leave what they are called on as it is."""

_PASSED_ON = frozenset(f"builtins.{name}" for name in listed("sorted reversed list tuple set frozenset iter dict"))
"""Builtins that give the elements of their first argument."""

READERS = _PASSED_ON | frozenset(f"builtins.{name}" for name in listed("len enumerate zip any all sum min max print repr str"))
"""Builtins that only read what they are given."""

_ESCAPES = ("\\x", "\\u", "\\N")
_SHAPERS = ("setattr", "__dict__", "vars", "locals", "__getattr", "__getstate__", *_ESCAPES)
_NAMESPACES = ("globals", "vars", "__dict__", "locals", "modules", *_ESCAPES)
_FIELDS = ("__dataclass_fields__", *_ESCAPES)
"""What a text must have in it for a name to get another value unseen; an escape may spell any of them."""

_DEEPEST = 100


class Whole:
    """All files of a bundle, as far as one must be read to understand another."""

    def __init__(self) -> None:
        self.readers: dict[str, Reader] = {}
        self.known = Fixpoint()
        """What names mean, over all files: a cycle may lead through several."""
        self._fields: dict[str, list[tuple[Reader, Binding]]] | None = None
        self._found: dict[str, Meanings] = {}
        self._handled: frozenset[str] | None = None
        self._elsewhere: dict[str, bool] = {}
        self._fields_kept: bool | None = None
        self._foreign_selves: bool | None = None
        self._plain: bool | None = None
        self._set_by_text: frozenset[str] | None = None
        self._mentioned: dict[tuple[str, ...], bool] = {}

    # --- attributes --------------------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> dict[str, list[tuple[Reader, Binding]]]:
        """What the skill stores into attributes, and binds in the bodies of its classes, by name."""
        if self._fields is None:
            self._fields = {}
            for reader in self.readers.values():
                for bound in (reader.survey.fields, *(scope.bindings for scope in reader.survey.classes)):
                    for name, bindings in bound.items():
                        self._fields.setdefault(name, []).extend((reader, binding) for binding in bindings)
        return self._fields

    def field(self, name: str, depth: int) -> Meanings:
        """What an attribute of that name may be; nothing when no module, table, text or Context is stored under it."""
        found = self._found.get(name)
        if found is None:
            found = self._field(name, depth)
            if not self.known.is_busy:
                self._found[name] = found
        return found

    def _field(self, name: str, depth: int) -> Meanings:
        stored = self.fields.get(name)
        if not stored:
            return ()
        if depth > _DEEPEST:
            raise TooDeep
        return self.known.meanings(id(stored), lambda: (_kept(reader.binding(binding, depth + 1)) for reader, binding in stored))

    def is_field_sure(self, name: str) -> bool:
        """Whether an attribute of an object of the skill's own classes can only be what their bodies bind it to."""
        if any(name in reader.survey.fields for reader in self.readers.values()) or name in self.set_by_text:
            return False
        is_bound = all(binding.source is Source.VALUE for _, binding in self.fields.get(name, ()))
        return is_bound and self._are_classes_plain and not self.mentions(_SHAPERS) and not self.has_foreign_selves

    @property
    def _are_classes_plain(self) -> bool:
        """Whether every class of the skill has no base but others of its own."""
        if self._plain is None:
            self._plain = False  # until it is known, as above
            self._plain = all(
                each.what is What.CLASS
                for reader in self.readers.values()
                for place in reader.survey.places
                if isinstance(place.node, ast.ClassDef)
                for base in place.node.bases
                for each in reader.value(base, place.scope)
            )
        return self._plain

    @property
    def set_by_text(self) -> frozenset[str]:
        """Names that ``setattr`` or ``delattr`` is told as constants."""
        if self._set_by_text is None:
            self._set_by_text = frozenset()  # until it is known, for whoever asks on the way
            self._set_by_text = frozenset(name for reader in self.readers.values() for name in _set_by_text(reader))
        return self._set_by_text

    def is_stored_on_others(self, name: str) -> bool:
        """Whether something is stored under a name, or deleted, on what may be another module or object than one's own."""
        if name not in self._elsewhere:
            self._elsewhere[name] = True  # until it is known, for whoever asks on the way
            self._elsewhere[name] = any(
                each.what not in (What.SELF, What.CLASS)
                for reader in self.readers.values()
                for binding in reader.survey.fields.get(name, ())
                for each in reader.evaluate(binding.target.value, binding.scope, 0)
            ) or (name in self.set_by_text)
        return self._elsewhere[name]

    @property
    def has_foreign_selves(self) -> bool:
        """Whether a method may be called with something else than an object of its class: it is taken off the class by its name."""
        if self._foreign_selves is None:
            self._foreign_selves = True  # until it is known, for whoever asks on the way
            self._foreign_selves = any(_takes_methods_off(reader) for reader in self.readers.values())
        return self._foreign_selves

    @property
    def are_fields_kept(self) -> bool:
        """Whether the fields of dataclasses are only looped over, for their names."""
        if self._fields_kept is None:
            self._fields_kept = False  # until it is known, for whoever asks on the way
            self._fields_kept = not self.mentions(_FIELDS) and all(map(_keeps_fields, self.readers.values()))
        return self._fields_kept

    # --- tables ------------------------------------------------------------------------------------------------------------------

    def is_sure(self, holder: Meaning) -> bool:
        """Whether the elements are those of the literal when they are taken from it."""
        held = holder.held
        if held is None:
            return False
        above = held.reader.survey.parents.get(id(held.node))
        if isinstance(held.node, ast.Tuple) or not (holder.line or isinstance(above, ast.NamedExpr)):
            return True
        if held.scope.kind is Kind.CLASS or self.mentions(_NAMESPACES):
            return False
        names = _names_of(above, held.node)
        return bool(names) and self.handled.isdisjoint(names)

    @property
    def handled(self) -> frozenset[str]:
        """Names, of all files, that are used for more than reading what is in them."""
        if self._handled is None:
            self._handled = frozenset(name for reader in self.readers.values() for name in _handled(reader))
        return self._handled

    def mentions(self, words: tuple[str, ...]) -> bool:
        if words not in self._mentioned:
            self._mentioned[words] = any(word in reader.text for reader in self.readers.values() for word in words)
        return self._mentioned[words]


_KEPT = frozenset({What.MODULE, What.OWN, What.NAMESPACE, What.HOLDER, What.TEXT, What.CONTEXT})


def _kept(meanings: Meanings) -> Meanings:
    return tuple(meaning for meaning in meanings if meaning.what in _KEPT)


# --- elements --------------------------------------------------------------------------------------------------------------------


def elements_of(reader: Reader, node: Any, index: int, scope: Scope, depth: int) -> Meanings:
    """What iterating over an expression gives; ``index``: which part of each element, -1 for the whole."""
    if isinstance(node, ast.Call):
        return _elements_of_call(reader, node, index, scope, depth)
    if isinstance(node, ast.Attribute) and node.attr == "_fields" and not reader.whole.fields.get("_fields"):
        return (Meaning(What.TEXT, "field"),)  # of a namedtuple, or of a syntax node: none of their names begins with an underscore
    found: Meanings = ()
    for holder in reader.evaluate(node, scope, depth):
        found += elements(holder, index, depth) if holder.what is What.HOLDER else UNKNOWN
    return merged(found) or UNKNOWN


def _elements_of_call(reader: Reader, node: Any, index: int, scope: Scope, depth: int) -> Meanings:
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("items", "keys", "values") and not node.args:
        found: Meanings = ()
        for holder in reader.evaluate(function.value, scope, depth):
            found += _parts_of_table(holder, function.attr, index, depth)
        return merged(found) or UNKNOWN
    paths = {meaning.path for meaning in reader.evaluate(function, scope, depth)}
    if paths == {"dataclasses.fields"}:
        return (Meaning(What.FIELD),)
    if not node.args or isinstance(node.args[0], ast.Starred):
        return UNKNOWN
    if paths <= _PASSED_ON and paths:
        return elements_of(reader, node.args[0], index, scope, depth + 1)
    if paths == {"builtins.enumerate"} and index == 1:
        return elements_of(reader, node.args[0], -1, scope, depth + 1)
    if paths == {"builtins.zip"} and 0 <= index < len(node.args) and not isinstance(node.args[index], ast.Starred):
        return elements_of(reader, node.args[index], -1, scope, depth + 1)
    return UNKNOWN


def _parts_of_table(holder: Meaning, method: str, index: int, depth: int) -> Meanings:
    held = holder.held
    if held is None or not isinstance(held.node, ast.Dict):
        return UNKNOWN
    if method == "keys" or (method == "items" and index == 0):
        return elements(holder, -1, depth)
    if method == "values" or (method == "items" and index == 1):
        return values(holder, depth)
    return UNKNOWN


def elements(holder: Meaning, index: int, depth: int) -> Meanings:
    """What is in a literal as iterating gives it: of a dict, its keys."""
    held = holder.held
    if held is None:
        return UNKNOWN
    if isinstance(held.node, _COMPREHENSIONS):
        shown = held.node.key if isinstance(held.node, ast.DictComp) else held.node.elt
        return _sure(holder, _parts(held, [shown], index, held.reader.survey.inner[id(held.node)], depth))
    nodes = held.node.keys if isinstance(held.node, ast.Dict) else getattr(held.node, "elts", ())
    return _sure(holder, _parts(held, nodes, index, held.scope, depth))


def _parts(held: Held, nodes: Sequence[Any], index: int, scope: Scope, depth: int, kind: str = "elements") -> Meanings:
    """What the parts of a table may be, each worked out once: a table may be made of what was in it before."""
    if depth > _DEEPEST:
        raise TooDeep
    known: Fixpoint = held.reader.whole.known
    return known.meanings((kind, id(held.node), index), lambda: (_part(held, node, index, scope, depth) for node in nodes)) or UNKNOWN


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def _part(held: Any, node: Any, index: int, scope: Scope, depth: int) -> Meanings:
    if node is None or isinstance(node, ast.Starred):
        return UNKNOWN
    if index < 0:
        return held.reader.evaluate(node, scope, depth + 1)  # type: ignore[no-any-return]  # a reader's, which this file can't import
    if isinstance(node, (ast.Tuple, ast.List)) and index < len(node.elts) and not any(isinstance(each, ast.Starred) for each in node.elts):
        return held.reader.evaluate(node.elts[index], scope, depth + 1)  # type: ignore[no-any-return]  # as above
    return UNKNOWN


def values(holder: Meaning, depth: int) -> Meanings:
    """What subscripting gives, whichever the key."""
    held = holder.held
    if held is None:
        return UNKNOWN
    if isinstance(held.node, ast.Dict):
        if None in held.node.keys:
            return UNKNOWN
        return _sure(holder, _parts(held, held.node.values, -1, held.scope, depth, "values"))
    if isinstance(held.node, ast.DictComp):
        return _sure(holder, _parts(held, [held.node.value], -1, held.reader.survey.inner[id(held.node)], depth, "values"))
    return elements(holder, -1, depth)


def item(holder: Meaning, key: Any, depth: int) -> Meanings:
    """What a constant key gives: that element alone, where it is there."""
    held = holder.held
    if held is not None and isinstance(held.node, (ast.Tuple, ast.List)) and isinstance(key, int):
        nodes = held.node.elts
        if -len(nodes) <= key < len(nodes) and not any(isinstance(node, ast.Starred) for node in nodes):
            return _sure(holder, _parts(held, [nodes[key]], -1, held.scope, depth, f"item {key % len(nodes)}"))
    if held is not None and isinstance(held.node, ast.Dict) and isinstance(key, str):
        chosen = [value for at, value in zip(held.node.keys, held.node.values, strict=True) if getattr(at, "value", None) == key]
        if chosen and all(isinstance(at, ast.Constant) for at in held.node.keys):
            return _sure(holder, _parts(held, [chosen[-1]], -1, held.scope, depth, f"item {key!r}"))
    return values(holder, depth)


def _sure(holder: Meaning, found: Meanings) -> Meanings:
    """What is in a table that may have been changed may be something else as well."""
    if holder.line:
        found = tuple(meaning.bound(holder.line) for meaning in found)
    assert holder.held is not None  # noqa: S101  # every caller has looked
    return found if holder.held.reader.whole.is_sure(holder) else merged((*found, *UNKNOWN))


def _keeps_fields(reader: Reader) -> bool:
    for place in reader.survey.places:
        if isinstance(place.node, ast.Call):
            is_fields = any(each.path == "dataclasses.fields" for each in reader.value(place.node.func, place.scope))
            if is_fields and not isinstance(place.parent, (ast.For, ast.AsyncFor, ast.comprehension)):
                return False
        elif isinstance(place.node, ast.Name):
            is_field = any(each.what is What.FIELD for each in reader.value(place.node, place.scope))
            if is_field and not isinstance(place.parent, ast.Attribute):
                return False
        elif isinstance(place.node, ast.Attribute):
            is_stored = not isinstance(place.node.ctx, ast.Load)
            if is_stored and any(each.what is What.FIELD for each in reader.value(place.node.value, place.scope)):
                return False
    return True


def _takes_methods_off(reader: Reader) -> bool:
    """``Own.method(other)``, ``type(x).method``, ``x.__class__.method``; and a class that is handed on, from which others can."""
    for place in reader.survey.places:
        node = place.node
        if isinstance(node, ast.Name):
            if not _stays_a_class(place.parent, node) and _is_class(reader, node, place.scope):
                return True
            if not isinstance(place.parent, ast.Attribute) and any(each.what is What.OWN for each in reader.value(node, place.scope)):
                return True  # a module of the skill is handed on, with the classes in it
        elif isinstance(node, ast.Attribute) and _is_method_off(reader, place):
            return True
    return False


def _is_method_off(reader: Reader, place: Any) -> bool:
    """Whether a method is read from a class, and not called with an object of it."""
    node, call = place.node, place.parent
    if not (_is_type_of(node.value) or _is_class(reader, node.value, place.scope)):
        return False
    if not any(isinstance(binding.node, _FUNCTIONS) for _, binding in reader.whole.fields.get(node.attr, ())):
        return False
    first = call.args[0] if isinstance(call, ast.Call) and call.func is node and call.args else None
    return first is None or any(each.what is not What.SELF for each in reader.value(first, place.scope))


def _is_class(reader: Reader, node: Any, scope: Scope) -> bool:
    return any(each.what is What.CLASS for each in reader.value(node, scope))


def _stays_a_class(parent: Any, node: Any) -> bool:
    """Whether a class is called, derived from, raised, or named as a type, and goes nowhere."""
    if isinstance(parent, ast.Call):
        asked = getattr(parent.func, "id", "")
        return parent.func is node or asked == "super" or (asked in ("isinstance", "issubclass") and parent.args[1:2] == [node])
    return isinstance(parent, _OF_TYPES)


_OF_TYPES = (
    ast.Attribute,
    ast.ClassDef,
    ast.arg,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.AnnAssign,
    ast.ExceptHandler,
    ast.Raise,
    ast.Compare,
)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _is_type_of(node: Any) -> bool:
    return (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "type") or getattr(node, "attr", "") == "__class__"


# --- who changes what ------------------------------------------------------------------------------------------------------------


def _names_of(statement: Any, node: Any) -> tuple[str, ...]:
    """The names that an assignment gives to a literal, when it gives it to names alone."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and statement.value is node:
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        return tuple(names) if len(names) == len(targets) else ()
    return ()


def _handled(reader: Reader) -> Iterator[str]:
    for place in reader.survey.places:
        node = place.node
        if isinstance(node, ast.Name):
            if not _is_read(node, place.parent, place.scope):
                yield mangled(node.id, place.scope)
        elif isinstance(node, ast.Attribute):
            yield from _handled_along(node, place.parent, place.scope)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.asname and alias.asname != alias.name)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in _GETTERS:
            told = (argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str))
            yield from (part for text in told for part in text.split("."))


_GETTERS = frozenset({"getattr", "attrgetter", "methodcaller", "get", "pop", "__getitem__", "__getattribute__"})


def _set_by_text(reader: Reader) -> Iterator[str]:
    for place in reader.survey.places:
        node = place.node
        if isinstance(node, ast.Call) and len(node.args) > 1:
            called = {each.path for each in reader.value(node.func, place.scope)}
            if called & SETTERS:
                yield from (each.path for each in reader.value(node.args[1], place.scope) if each.what is What.TEXT)


SETTERS = frozenset({"builtins.setattr", "builtins.delattr", "builtins.object.__setattr__", "builtins.object.__delattr__"})
"""What stores under, or deletes, an attribute by its name."""


def _handled_along(node: Any, parent: Any, scope: Scope) -> Iterator[str]:
    """Of ``consts.NAMES.append``, ``NAMES``; of ``NAMES.append``, too."""
    if not _is_read(node, parent, scope):
        yield node.attr
    link = node
    while isinstance(link, ast.Attribute):
        below = link.value
        name = below.attr if isinstance(below, ast.Attribute) else below.id if isinstance(below, ast.Name) else ""
        if name and link.attr not in READS:
            yield name
        link = below


def _is_read(node: Any, parent: Any, scope: Scope) -> bool:
    if isinstance(parent, ast.Subscript):
        return parent.value is node and isinstance(parent.ctx, ast.Load)
    if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
        return parent.iter is node
    if isinstance(parent, ast.Call):
        return parent.func is node or _is_reader(parent.func, scope)
    if isinstance(parent, ast.Compare):  # `in` asks the elements; any other comparison is handed the table
        is_sought = all(isinstance(op, (ast.In, ast.NotIn)) for op in parent.ops) and parent.left is not node
        return is_sought or all(isinstance(op, (ast.Is, ast.IsNot)) for op in parent.ops)
    return isinstance(parent, (ast.Attribute, ast.FormattedValue, ast.UnaryOp, ast.If, ast.While, ast.Assert, ast.Expr))


def _is_reader(function: Any, scope: Scope) -> bool:
    """Whether a builtin is called that only reads, by a name that is nobody else's here."""
    if not isinstance(function, ast.Name) or f"builtins.{function.id}" not in READERS:
        return False
    here: Scope | None = scope
    while here is not None:
        if function.id in here.bindings or function.id in here.elsewhere or here.stars:
            return False
        here = here.parent
    return True
