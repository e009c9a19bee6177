"""What is held in something else: elements of tuples and tables, values of attributes; followed only as far as they are sure to be these.

A constant taken from a list or a dict counts as proven only where nothing of the skill can have changed it: the literal stands in place, or
its name is never used but to read it. An attribute is looked up by its name alone: whatever the skill stores under it, on whatever object,
it may be.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from skillpod.audit import changes
from skillpod.audit.facts import UNKNOWN, Held, Meaning, Meanings, What
from skillpod.audit.fixpoint import Fixpoint, TooDeep, merged
from skillpod.audit.scopes import Binding, Kind, Scope, Source

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

LITERALS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)

_ESCAPES = ("\\x", "\\u", "\\N")
_SHAPERS = (
    *("setattr", "__dict__", "vars", "locals", "__getattr", "__getstate__", "__setstate__", "__reduce", "__set__", "__set_name__"),
    *("parse_args", "parse_known", "parse_intermixed", "update_wrapper", "wraps", *_ESCAPES),
)
_NAMESPACES = ("globals", "vars", "__dict__", "locals", "modules", *_ESCAPES)
_FIELDS = ("__dataclass_fields__", *_ESCAPES)
"""What a text must have in it for a name to get another value unseen; an escape may spell any of them."""

_PASSED_ON = frozenset(f"builtins.{name}" for name in changes.PASSED_ON)

_DEEPEST = 100


class Whole:
    """All files of a bundle, as far as one must be read to understand another."""

    def __init__(self) -> None:
        self.readers: dict[str, Reader] = {}
        self.known = Fixpoint()
        """What names mean, over all files: a cycle may lead through several."""
        self._found: dict[str, Meanings] = {}
        self._keyed: dict[int, dict[str, Any]] = {}
        self.table_values: dict[tuple[int, int], Meanings] = {}
        """What tables have been found to hold, by their node and the line of the name they were read from."""
        self._mentioned: dict[tuple[str, ...], bool] = {}

    # --- attributes --------------------------------------------------------------------------------------------------------------

    @cached_property
    def fields(self) -> dict[str, list[tuple[Reader, Binding]]]:
        """What the skill stores into attributes, and binds in the bodies of its classes, by name."""
        fields: dict[str, list[tuple[Reader, Binding]]] = {}
        for reader in self.readers.values():
            for bound in (reader.survey.fields, *(scope.bindings for scope in reader.survey.classes)):
                for name, bindings in bound.items():
                    fields.setdefault(name, []).extend((reader, binding) for binding in bindings)
        return fields

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
        return self.known.meanings(id(stored), lambda: (_kept(reader.names.given(binding, depth + 1)) for reader, binding in stored))

    def is_field_sure(self, name: str) -> bool:
        """Whether an attribute of an object of the skill's own classes can only be what their bodies bind it to."""
        if any(name in reader.survey.fields for reader in self.readers.values()) or self._is_set_by_text(name):
            return False
        if name in self._filled or self._are_methods_given_away:
            return False
        is_bound = all(binding.source is Source.VALUE for _, binding in self.fields.get(name, ()))
        return is_bound and self._are_bases_own and not self.mentions(_SHAPERS) and not self.has_foreign_selves

    def is_stored_on_others(self, name: str) -> bool:
        """Whether something is stored under a name, or deleted, on what may be another module or object than one's own."""
        stored = (binding for reader in self.readers.values() for binding in reader.survey.fields.get(name, ()))
        return self._is_set_by_text(name) or not all(changes.is_of_oneself(each.target.value, each.scope) for each in stored)

    def _is_set_by_text(self, name: str) -> bool:
        return name in self._set_by_text or changes.ANYTHING in self._set_by_text

    @cached_property
    def _set_by_text(self) -> frozenset[str]:
        return frozenset(name for reader in self.readers.values() for name in changes.set_by_text(reader))

    @cached_property
    def _class_names(self) -> frozenset[str]:
        return frozenset(name for reader in self.readers.values() for name in changes.class_names(reader))

    @cached_property
    def _filled(self) -> frozenset[str]:
        return frozenset(name for reader in self.readers.values() for name in changes.filled_names(reader))

    @cached_property
    def _are_methods_given_away(self) -> bool:
        return any(map(changes.gives_methods_away, self.readers.values()))

    @cached_property
    def _are_bases_own(self) -> bool:
        return all(changes.are_bases_own(reader, self._class_names) for reader in self.readers.values())

    @cached_property
    def has_foreign_selves(self) -> bool:
        """Whether a method may be called with something else than an object of its class."""
        methods = frozenset(name for reader in self.readers.values() for name in changes.methods_of(reader))
        return any(changes.takes_methods_off(reader, self._class_names, methods) for reader in self.readers.values())

    @cached_property
    def are_fields_kept(self) -> bool:
        """Whether the fields of dataclasses are only looped over, for their names."""
        return not self.mentions(_FIELDS) and all(map(changes.keeps_fields, self.readers.values()))

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
        names = changes.names_of(above, held.node)
        return bool(names) and self._handled.isdisjoint((*names, changes.ANYTHING))

    @cached_property
    def _handled(self) -> frozenset[str]:
        return frozenset(name for reader in self.readers.values() for name in changes.handled(reader))

    def keyed(self, table: ast.Dict) -> dict[str, Any]:
        """What a literal dict has under each of its keys, where all of them are constants."""
        found = self._keyed.get(id(table))
        if found is None:
            is_told = all(isinstance(key, ast.Constant) for key in table.keys)
            pairs = zip(table.keys, table.values, strict=True) if is_told else ()
            found = {key.value: value for key, value in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)}
            self._keyed[id(table)] = found
        return found

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
    whole: Whole = held.reader.whole
    key = (id(held.node), holder.line)
    found = whole.table_values.get(key)
    if found is None:
        found = _values(holder, held, depth)
        if not whole.known.is_busy:  # meanwhile it may not be all
            whole.table_values[key] = found
    return found


def _values(holder: Meaning, held: Held, depth: int) -> Meanings:
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
        chosen = held.reader.whole.keyed(held.node).get(key)
        if chosen is not None:
            return _sure(holder, _parts(held, [chosen], -1, held.scope, depth, f"item {key!r}"))
    return values(holder, depth)


def _sure(holder: Meaning, found: Meanings) -> Meanings:
    """What is in a table that may have been changed may be something else as well."""
    if holder.line:
        found = tuple(meaning.bound(holder.line) for meaning in found)
    assert holder.held is not None  # noqa: S101  # every caller has looked
    return found if holder.held.reader.whole.is_sure(holder) else merged((*found, *UNKNOWN))
