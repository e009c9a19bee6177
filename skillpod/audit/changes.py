"""Who changes what, told by the text alone: which names are only read, which are stored under, whose methods are taken off their class.

Nothing is followed here, so that what is followed can rest on it: where the text does not tell, the answer is that it may be changed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from skillpod.audit.scopes import Kind, Place, Scope, Source, mangled
from skillpod.audit.standard import listed

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

READS = frozenset(listed("get items keys values copy index count"))
"""Methods that leave what they are called on as it is."""

PASSED_ON = frozenset(listed("sorted reversed list tuple set frozenset iter dict"))
"""Builtins that give the elements of their first argument."""

READERS = PASSED_ON | frozenset(listed("len enumerate zip any all sum min max print repr str"))
"""Builtins that only read what they are given."""

SETTERS = frozenset({"setattr", "delattr", "object.__setattr__", "object.__delattr__"})
"""Builtins that store under an attribute's name, or delete it."""

_STORING = frozenset(name.rpartition(".")[2] for name in SETTERS)
_GETTERS = frozenset(listed("getattr attrgetter methodcaller get pop __getitem__ __getattribute__"))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
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

_LOOKING = frozenset(listed("isinstance issubclass repr str print id hash len super"))
_DECORATORS = frozenset(
    listed("""
        property classmethod staticmethod abstractmethod abstractproperty override overload final cached_property cache lru_cache
        contextmanager asynccontextmanager wraps tool setter getter deleter singledispatchmethod deprecated register
    """)
)
"""Decorators that hand nobody the method they are given."""

ANYTHING = "*"
"""Among names that are told as text: one that is not written as a constant."""


# --- tables ----------------------------------------------------------------------------------------------------------------------


def names_of(statement: Any, node: Any) -> tuple[str, ...]:
    """The names that an assignment gives to a literal, when it gives it to names alone."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and statement.value is node:
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        return tuple(names) if len(names) == len(targets) else ()
    return ()


def handled(reader: Reader) -> Iterator[str]:
    """Names that are used for more than reading what is in them."""
    places = reader.survey.by_kind
    for node, scope, parent in places[ast.Name]:
        if not _is_read(node, parent, scope):
            yield mangled(node.id, scope)
    for node, scope, parent in places[ast.Attribute]:
        yield from _handled_along(node, parent, scope)
    for node, _, _ in places[ast.ImportFrom]:
        yield from (alias.name for alias in node.names if alias.asname and alias.asname != alias.name)
    for node, _, _ in places[ast.Call]:
        if _called(node) in _GETTERS:
            told = [argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            yield from (part for text in told for part in text.split("."))
            if not told and node.args and getattr(node.args[0], "id", "") in reader.own_modules:
                yield ANYTHING


def _handled_along(node: Any, parent: Any, scope: Scope) -> Iterator[str]:
    """Of ``consts.NAMES.append``, ``NAMES``; of ``NAMES.append``, too."""
    if not _is_read(node, parent, scope):
        yield node.attr
    while node.__class__ is ast.Attribute:
        below = node.value
        if node.attr not in READS:
            if below.__class__ is ast.Attribute:
                yield mangled(below.attr, scope)
            elif below.__class__ is ast.Name:
                yield mangled(below.id, scope)
        node = below


_LEAVING = frozenset({ast.Attribute, ast.FormattedValue, ast.UnaryOp, ast.If, ast.While, ast.Assert, ast.Expr})
"""Nodes that leave what stands in them as it is."""


def _is_read(node: Any, parent: Any, scope: Scope) -> bool:
    kind = parent.__class__
    if kind is ast.Call:
        return parent.func is node or _is_reader(parent.func, scope)
    if kind is ast.Subscript:
        return parent.value is node and isinstance(parent.ctx, ast.Load)
    if kind in (ast.For, ast.AsyncFor, ast.comprehension):
        return parent.iter is node
    if kind is ast.Compare:  # `in` asks the elements; any other comparison is handed the table
        is_sought = all(isinstance(op, (ast.In, ast.NotIn)) for op in parent.ops) and parent.left is not node
        return is_sought or all(isinstance(op, (ast.Is, ast.IsNot)) for op in parent.ops)
    return kind in _LEAVING


def _is_reader(function: Any, scope: Scope) -> bool:
    """Whether a builtin is called that only reads, by a name that is nobody else's here."""
    if not isinstance(function, ast.Name) or function.id not in READERS:
        return False
    return all(function.id not in here.bindings and function.id not in here.elsewhere and not here.stars for here in _upward(scope))


# --- attributes ------------------------------------------------------------------------------------------------------------------


def is_of_oneself(node: Any, scope: Scope) -> bool:
    """Whether a name is the object, or the class, that a method is called on."""
    if not isinstance(node, ast.Name):
        return False
    for here in _upward(scope):
        if here.elsewhere.get(node.id):
            return False
        bindings = here.bindings.get(node.id)
        if bindings:
            return all(binding.source is Source.SELF or (binding.source is Source.CLASS and binding.node is None) for binding in bindings)
    return False


def set_by_text(reader: Reader) -> Iterator[str]:
    """Names that ``setattr`` and its like are told; ANYTHING where it is not a constant."""
    for node, scope, _ in reader.survey.by_kind[ast.Call]:
        if len(node.args) > 1 and _called(node) in _STORING:
            told = node.args[1]
            if isinstance(told, ast.Constant) and isinstance(told.value, str):
                yield told.value
            elif not is_of_oneself(node.args[0], scope):
                yield ANYTHING


def class_names(reader: Reader) -> Iterator[str]:
    """What the classes of a file are called, and what an import calls a class of another."""
    yield from (place.node.name for place in reader.survey.by_kind[ast.ClassDef])
    for place in reader.survey.by_kind[ast.ImportFrom]:
        yield from (alias.asname for alias in place.node.names if alias.asname and alias.name[:1].isupper())


def are_bases_own(reader: Reader, own: frozenset[str]) -> bool:
    """Whether the classes of a file derive from none but the skill's."""
    return all(getattr(base, "id", "") in own for place in reader.survey.by_kind[ast.ClassDef] for base in place.node.bases)


def filled_names(reader: Reader) -> Iterator[str]:
    """Fields that whoever makes an object may give a value: what a class announces that is decorated, or announces and leaves open."""
    for place in reader.survey.by_kind[ast.ClassDef]:
        announced = (each for each in place.node.body if isinstance(each, ast.AnnAssign))
        yield from (getattr(each.target, "id", "") for each in announced if place.node.decorator_list or each.value is None)


def takes_methods_off(reader: Reader, own: frozenset[str], methods: frozenset[str]) -> bool:
    """``Own.method(other)``, ``type(x).method``, ``x.__class__.method``; and a class that is handed on, from which others can: also
    with the module that it is in; and a method that the class's own body hands on."""
    places = reader.survey.by_kind
    return (
        any(_is_handed_on(reader, place, own, methods) for place in places[ast.Name])
        or any(_gives_a_type(place) for place in places[ast.Call])
        or any(_takes_off(place, own, methods) for place in places[ast.Attribute] if place.node.attr in methods)
    )


def gives_methods_away(reader: Reader) -> bool:
    """Whether a method is given to a decorator that may keep it."""
    return any(map(_is_given_away, reader.survey.spoken))


def _is_given_away(place: Place) -> bool:
    if not isinstance(place.node, _FUNCTIONS) or place.scope.parent is None or place.scope.parent.kind is not Kind.CLASS:
        return False
    called = (each.func if isinstance(each, ast.Call) else each for each in place.node.decorator_list)
    return not all(_leaf(each) in _DECORATORS for each in called)


def _is_handed_on(reader: Reader, place: Place, own: frozenset[str], methods: frozenset[str]) -> bool:
    node, scope, parent = place
    if node.id in reader.own_modules and not isinstance(parent, ast.Attribute):
        return True
    if scope.kind is Kind.CLASS and node.id in methods and node.id in scope.bindings and not _stays_in_class(parent):
        return True
    return (node.id in own or _is_own_class(node, scope)) and not _stays_a_class(parent, node)


def _gives_a_type(place: Place) -> bool:
    node = place.node
    is_given = _called(node) not in _LOOKING and isinstance(node.func, ast.Name) and any(map(_is_type_of, node.args))
    return is_given or (_is_type_of(node) and isinstance(place.parent, (ast.Assign, ast.NamedExpr, ast.Return)))


def _takes_off(place: Place, own: frozenset[str], methods: frozenset[str]) -> bool:
    node, parent = place.node, place.parent
    owner = node.value
    is_class = _leaf(owner) in own or _is_type_of(owner) or _is_own_class(owner, place.scope)
    if not is_class:
        return False
    first = parent.args[0] if isinstance(parent, ast.Call) and parent.func is node and parent.args else None
    return first is None or not is_of_oneself(first, place.scope)


def methods_of(reader: Reader) -> Iterator[str]:
    """The names of the methods that the classes of a file define, but for those called without an instance by right."""
    for scope in reader.survey.classes:
        for name, bindings in scope.bindings.items():
            if any(isinstance(binding.node, _FUNCTIONS) for binding in bindings):
                yield name


def _stays_a_class(parent: Any, node: Any) -> bool:
    """Whether a class is called, derived from, raised, or named as a type, and goes nowhere."""
    if isinstance(parent, ast.Call):
        asked = getattr(parent.func, "id", "")
        return parent.func is node or asked == "super" or (asked in ("isinstance", "issubclass") and parent.args[1:2] == [node])
    return isinstance(parent, _OF_TYPES)


def _stays_in_class(parent: Any) -> bool:
    """``other = method`` and ``name = property(method)``, in a class's body."""
    return isinstance(parent, ast.Assign) or (isinstance(parent, ast.Call) and _called(parent) == "property")


def _is_own_class(node: Any, scope: Scope) -> bool:
    """Whether a name is the class that a class method is called on."""
    if not isinstance(node, ast.Name):
        return False
    bindings: list[Any] = next((here.bindings[node.id] for here in _upward(scope) if node.id in here.bindings), [])
    return bool(bindings) and all(binding.source is Source.CLASS and binding.node is None for binding in bindings)


def _is_type_of(node: Any) -> bool:
    if isinstance(node, ast.Call):
        return len(node.args) == 1 and getattr(node.func, "id", "") == "type"
    return getattr(node, "attr", "") == "__class__"


# --- fields of dataclasses -------------------------------------------------------------------------------------------------------


def keeps_fields(reader: Reader) -> bool:
    """Whether what ``dataclasses.fields`` gives is only looped over, and read from."""
    taken: set[tuple[int, str]] = set()
    for place in reader.survey.by_kind[ast.Call]:
        if _called(place.node) == "fields":
            loop = place.parent
            if not isinstance(loop, (ast.For, ast.AsyncFor, ast.comprehension)) or not isinstance(loop.target, ast.Name):
                return False
            scopes = (reader.survey.module, *reader.survey.inner.values(), *reader.survey.classes)
            homes = (each for each in scopes if any(bound.node is place.node for bound in each.bindings.get(loop.target.id, ())))
            taken.update((id(home), loop.target.id) for home in homes)
    return not taken or not any(_hands_on(place, taken) for place in reader.survey.places)


def _hands_on(place: Place, taken: set[tuple[int, str]]) -> bool:
    node = place.node
    if isinstance(node, ast.Name):
        return not isinstance(place.parent, ast.Attribute) and _is_among(node, place.scope, taken)
    is_stored = isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    return is_stored and isinstance(node.value, ast.Name) and _is_among(node.value, place.scope, taken)


def _is_among(name: ast.Name, scope: Scope, taken: set[tuple[int, str]]) -> bool:
    home = next((here for here in _upward(scope) if name.id in here.bindings), None)
    return home is not None and (id(home), name.id) in taken


# --- small answers ---------------------------------------------------------------------------------------------------------------


def _called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    return _leaf(node.func)


def _leaf(node: Any) -> str:
    name = getattr(node, "id", "") or getattr(node, "attr", "")
    return name if isinstance(name, str) else ""


def _upward(scope: Scope) -> Iterator[Scope]:
    here: Scope | None = scope
    while here is not None:
        yield here
        here = here.parent
