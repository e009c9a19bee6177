"""Who changes what, as far as the text of a bundle tells: tables that are more than read, names that are set by text, classes whose
objects have more than what is stored on them, and methods that are called with something else than such an object.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from skillpod.audit.facts import What
from skillpod.audit.scopes import Kind, Place, Scope, Source, mangled
from skillpod.audit.standard import listed

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

READS = frozenset(listed("get items keys values copy index count"))
"""Methods that leave what they are called on as it is."""

PASSED_ON = frozenset(f"builtins.{name}" for name in listed("sorted reversed list tuple set frozenset iter dict"))
"""Builtins that give the elements of their first argument."""

READERS = PASSED_ON | frozenset(f"builtins.{name}" for name in listed("len enumerate zip any all sum min max print repr str isinstance"))
"""Builtins that only read what they are given."""


# --- methods that are taken off their class ---------------------------------------------------------------------------------------


class Foreign:
    """Which methods may be called with something else than an object of their class: those of a class that is handed on, or from which a
    method is read; those that a decorator of the skill is given; those that the class's own body hands on.

    Told by names alone: what anything means may depend on the answer. A class that is reached in another way is not seen."""

    def __init__(self, readers: Collection[Reader]) -> None:
        self._classes = frozenset(name for reader in readers for name in _class_names(reader))
        self._bases: dict[str, set[str]] = {}
        self.classes: set[str] = set()
        self.methods: set[str] = set()
        self.defined: set[str] = set()
        for reader in readers:
            for place in reader.survey.places:
                self._look(place)
            for place in reader.survey.spoken:
                if isinstance(place.node, _FUNCTIONS) and place.scope.parent is not None and place.scope.parent.kind is Kind.CLASS:
                    self.defined.add(place.node.name)
                    if not all(map(_hands_nothing_on, place.node.decorator_list)):
                        self.methods.add(place.node.name)
        pending = [*self.classes]
        while pending:
            for base in self._bases.get(pending.pop(), set()) - self.classes:
                self.classes.add(base)
                pending.append(base)

    def is_sure(self, method: Scope) -> bool:
        """Whether the first parameter of a method is surely an object of its class."""
        owner = method.parent.name if method.parent is not None else ""
        return owner not in self.classes and method.name not in self.methods

    def _look(self, place: Place) -> None:
        node, parent, scope = place.node, place.parent, place.scope
        if isinstance(node, ast.ClassDef):
            self._bases.setdefault(node.name, set()).update(map(_leaf, node.bases))
        elif isinstance(node, ast.Call):
            if _is_type_of(node) and isinstance(parent, (ast.Assign, ast.NamedExpr, ast.Return)):
                self.classes |= self._classes
            if isinstance(node.func, ast.Name) and node.func.id not in _LOOKING and any(map(_is_type_of, node.args)):
                self.classes |= self._classes
        elif isinstance(node, ast.Name):
            if node.id in self._classes and not _stays_a_class(parent, node):
                self.classes.add(node.id)
            elif _is_of_class(node.id, scope) and not _stays_a_class(parent, node):
                self.classes |= self._classes
            elif scope.kind is Kind.CLASS and not isinstance(parent, ast.Assign) and _leaf(getattr(parent, "func", None)) != "property":
                found = scope.bindings.get(node.id, ())
                self.methods |= {node.id for each in found if isinstance(each.node, _FUNCTIONS)}
        elif isinstance(node, ast.Attribute):
            self._look_at_attribute(node, parent, scope)

    def _look_at_attribute(self, node: Any, parent: Any, scope: Scope) -> None:
        if node.attr in self._classes and not _stays_a_class(parent, node):
            self.classes.add(node.attr)
        owner = _leaf(node.value)
        is_class = owner in self._classes or (isinstance(node.value, ast.Name) and _is_of_class(owner, scope))
        if not (is_class or _is_type_of(node.value)):
            return
        first = parent.args[0] if isinstance(parent, ast.Call) and parent.func is node and parent.args else None
        if not (isinstance(first, ast.Name) and _is_source(first.id, scope, Source.SELF)):
            self.methods.add(node.attr)


_LOOKING = frozenset({"isinstance", "issubclass", "repr", "str", "print", "id", "hash", "len", "super"})
_DECORATORS = frozenset(
    listed("""
        property classmethod staticmethod abstractmethod abstractproperty override overload final cached_property cache lru_cache
        contextmanager asynccontextmanager wraps tool setter getter deleter singledispatchmethod total_ordering deprecated register
    """)
)


def _hands_nothing_on(decorator: Any) -> bool:
    return _leaf(decorator.func if isinstance(decorator, ast.Call) else decorator) in _DECORATORS


def _leaf(node: Any) -> str:
    name = getattr(node, "id", getattr(node, "attr", ""))
    return name if isinstance(name, str) else ""


def _is_of_class(name: str, scope: Scope) -> bool:
    return _is_source(name, scope, Source.CLASS)


def _is_source(name: str, scope: Scope, source: Source) -> bool:
    """Whether a name has its value in that way, in the nearest scope that has it."""
    here: Scope | None = scope
    while here is not None:
        found = here.bindings.get(name)
        if found and (here.kind is not Kind.CLASS or here is scope):
            return all(binding.source is source for binding in found)
        here = here.parent
    return False


def _class_names(reader: Reader) -> Iterator[str]:
    """Of the classes of a file, and the names that others give them by an import."""
    for place in reader.survey.places:
        if isinstance(place.node, ast.ClassDef):
            yield place.node.name
        elif isinstance(place.node, ast.ImportFrom) and reader.own_base(place.node) is not None:
            yield from (alias.asname for alias in place.node.names if alias.asname)


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
    if isinstance(node, ast.Call):
        return len(node.args) == 1 and _leaf(node.func) == "type"
    return getattr(node, "attr", "") == "__class__"


# --- what classes have from elsewhere --------------------------------------------------------------------------------------------

_PLAIN_BASES = frozenset(f"typing.{name}" for name in ("Generic", "Protocol")) | frozenset({"builtins.object", "abc.ABC"})
_FILLED_BASES = frozenset({"types.SimpleNamespace", "argparse.Namespace", "threading.local", "functools.partial"})
"""Classes whose objects get attributes of any name from whoever makes them."""


class Kinds:
    """The classes of a bundle, as far as others than their own text decide what their objects have."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        self._announced: set[str] = set()
        self._reshaped: set[str] = set()
        self._bases: set[str] = set()
        for reader in readers:
            for place in reader.survey.places:
                if isinstance(place.node, ast.ClassDef):
                    self._note(reader, place.node, place.scope)
                elif isinstance(place.node, ast.Call) and len(place.node.args) > 2 and getattr(place.node.func, "id", "") == "type":
                    self._bases.add("")

    def _note(self, reader: Reader, node: ast.ClassDef, scope: Scope) -> None:
        bases = {path for base in node.bases for path in _base_paths(reader, base, scope)}
        bound = {getattr(target, "id", "") for each in node.body for target in _targets(each)}
        if node.decorator_list or node.keywords or not bases <= _PLAIN_BASES:
            self._reshaped |= bound
        self._announced |= {getattr(each.target, "id", "") for each in node.body if isinstance(each, ast.AnnAssign) and each.value is None}
        self._bases |= bases

    def leave(self, name: str) -> bool:
        """Whether an attribute of that name is nothing but what the skill's text stores under it. What the standard library's classes
        store has names of small letters."""
        if name in self._announced or name in self._reshaped or "" in self._bases or self._bases & _FILLED_BASES:
            return False
        return name.isupper() or self._bases <= _PLAIN_BASES


def _targets(statement: Any) -> Sequence[Any]:
    return statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]


def _base_paths(reader: Reader, base: Any, scope: Scope) -> Iterator[str]:
    """Of what is none of the skill's classes; an empty one of what is not known."""
    node = base.value if isinstance(base, ast.Subscript) else base
    for meaning in reader.evaluate(node, scope, 0):
        if meaning.what is not What.CLASS:
            yield meaning.path


# --- who changes what ------------------------------------------------------------------------------------------------------------


def names_of(statement: Any, node: Any) -> tuple[str, ...]:
    """The names that an assignment gives to a literal, when it gives it to names alone."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is node:
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        return tuple(names) if len(names) == len(targets) else ()
    return ()


def is_named_on_the_way(node: Any, parents: Mapping[int, Any]) -> bool:
    """``(names := ["a"])``: a table that stands in place, and has a name all the same."""
    above = parents.get(id(node))
    while isinstance(above, (ast.NamedExpr, ast.IfExp, ast.BoolOp)):
        if isinstance(above, ast.NamedExpr):
            return True
        above = parents.get(id(above))
    return False


ANY_NAME = "*"
_SETTING = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})


def set_by_name(reader: Reader) -> Iterator[str]:
    for place in reader.survey.places:
        call = place.node
        if not isinstance(call, ast.Call) or getattr(call.func, "id", getattr(call.func, "attr", "")) not in _SETTING or len(call.args) < 2:
            continue
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
            continue  # super().__setattr__(name, value)
        if all(each.what in (What.SELF, What.CLASS) for each in reader.evaluate(call.args[0], place.scope, 0)):
            continue
        for meaning in reader.evaluate(call.args[1], place.scope, 0):
            yield meaning.path if meaning.what is What.TEXT else ANY_NAME


def handled(reader: Reader) -> Iterator[str]:
    for place in reader.survey.places:
        node = place.node
        if isinstance(node, ast.Name):
            if not _is_read(node, place.parent, place.scope):
                yield mangled(node.id, place.scope)
        elif isinstance(node, ast.Call):
            yield from (each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str))
        elif isinstance(node, ast.MatchClass):
            yield from node.kwd_attrs
        elif isinstance(node, ast.Attribute):
            yield from _handled_along(node, place.parent, place.scope)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.asname and alias.asname != alias.name)


def _handled_along(node: Any, parent: Any, scope: Scope) -> Iterator[str]:
    """Of ``consts.NAMES.append``, ``NAMES``; of ``NAMES.append``, too."""
    if not _is_read(node, parent, scope):
        yield mangled(node.attr, scope)
    link = node
    while isinstance(link, ast.Attribute):
        below = link.value
        name = below.attr if isinstance(below, ast.Attribute) else below.id if isinstance(below, ast.Name) else ""
        if name and link.attr not in READS:
            yield mangled(name, scope)
        link = below


def _is_read(node: Any, parent: Any, scope: Scope) -> bool:
    if isinstance(parent, ast.Subscript):
        return parent.value is node and isinstance(parent.ctx, ast.Load)
    if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
        return parent.iter is node
    if isinstance(parent, ast.Call):
        return parent.func is node or _is_reader(parent, scope)
    if isinstance(parent, ast.Compare):
        return _only_compares(node, parent)
    return isinstance(parent, (ast.Attribute, ast.FormattedValue, ast.UnaryOp, ast.If, ast.While, ast.Assert, ast.Expr))


_TYPES = frozenset({"list", "tuple", "dict", "set", "str"})


def _only_compares(node: Any, comparison: Any) -> bool:
    """Whether no object of the skill's own is handed the table: it is sought in, or compared with what is written out."""
    if all(isinstance(op, (ast.Is, ast.IsNot)) for op in comparison.ops):
        return True
    if len(comparison.ops) == 1 and isinstance(comparison.ops[0], (ast.In, ast.NotIn)) and comparison.left is not node:
        return True
    return all(side is node or isinstance(side, _WRITTEN_OUT) for side in (comparison.left, *comparison.comparators))


_WRITTEN_OUT = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict)


def _is_reader(call: ast.Call, scope: Scope) -> bool:
    """Whether a builtin is called that only reads, by a name that is nobody else's here."""
    function = call.func
    if not isinstance(function, ast.Name) or f"builtins.{function.id}" not in READERS:
        return False
    if function.id == "isinstance" and getattr(call.args[-1], "id", "") not in _TYPES:
        return False  # another's ``__instancecheck__`` is handed it
    here: Scope | None = scope
    while here is not None:
        if function.id in here.bindings or function.id in here.elsewhere or here.stars:
            return False
        here = here.parent
    return True
