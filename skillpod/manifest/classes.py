"""Classes an annotation may name, read from their source: dataclasses and TypedDicts with their fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.manifest.docstrings import Docstring, read_docstring
from skillpod.manifest.literals import enum_kind, literal
from skillpod.manifest.scopes import External, Modules, OwnClass, Scope, Unclear, source

_DEPTH_LIMIT = 16


class Kind(Enum):
    ENUM = "enum"
    DATACLASS = "dataclass"
    TYPED_DICT = "TypedDict"


class Presence(Enum):
    """Whether a field of a dataclass is given by the caller."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_TAKEN = "not taken"  # field(init=False): set by the class itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassField:
    """``default`` is a JSON value and counts only when ``has_default``: a default that is no literal makes a field optional without one."""

    name: str
    annotation: ast.expr
    scope: Scope
    presence: Presence
    has_default: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class ClassShape:
    fields: tuple[ClassField, ...]
    docstring: Docstring


def class_kind(modules: Modules, owner: OwnClass, depth: int = 0) -> Kind:
    """Raises Unclear for a class that has no JSON shape we know."""
    if enum_kind(modules, owner):
        return Kind.ENUM
    if _dataclass_decorator(modules, owner) is not None:
        return Kind.DATACLASS
    bases = _bases(modules, owner)
    if any(base == External("typing.TypedDict") for base in bases):
        return Kind.TYPED_DICT
    for base in bases:
        if isinstance(base, OwnClass) and depth < _DEPTH_LIMIT and class_kind(modules, base, depth + 1) is Kind.TYPED_DICT:
            return Kind.TYPED_DICT
    hint = "use a dataclass" if External("typing.NamedTuple") in bases else "put @dataclass on it, or make it a TypedDict or an Enum"
    raise Unclear(f"the class `{owner.node.name}` has no JSON shape", at=owner.scope.place(owner.node), hint=hint)


def class_shape(modules: Modules, owner: OwnClass, kind: Kind) -> ClassShape:
    """The fields of a dataclass or TypedDict, inherited ones first. Raises Unclear."""
    fields: dict[str, ClassField] = {}
    read = _dataclass_fields if kind is Kind.DATACLASS else _typed_dict_fields
    for found in _inherited(modules, owner):
        for field in read(modules, found):
            fields[field.name] = field
    return ClassShape(tuple(fields.values()), read_docstring(owner.node))


def _bases(modules: Modules, owner: OwnClass) -> list[Any]:
    return [modules.resolve(owner.scope, base) for base in owner.node.bases if isinstance(base, ast.Name | ast.Attribute)]


_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.TypedDict"})


def _inherited(modules: Modules, owner: OwnClass, depth: int = 0) -> Iterator[OwnClass]:
    """The class's bases, farthest first, then the class itself."""
    if depth > _DEPTH_LIMIT:
        raise Unclear(f"`{owner.node.name}` has too many bases", at=owner.scope.place(owner.node))
    for node in reversed(owner.node.bases):
        base = modules.resolve(owner.scope, node) if isinstance(node, ast.Name | ast.Attribute) else None
        if isinstance(base, OwnClass):
            yield from _inherited(modules, base, depth + 1)
        elif not (isinstance(base, External) and base.name in _PLAIN_BASES):
            raise Unclear(
                f"the base `{source(node)}` can't be read", at=owner.scope.place(node), hint="derive from the skill's own classes only"
            )
    yield owner


def _annotated(owner: OwnClass) -> Iterator[ast.AnnAssign]:
    for statement in owner.node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement


def _outer_name(modules: Modules, scope: Scope, annotation: ast.expr) -> str:
    """The dotted name before the brackets of an annotation, for the few qualifiers that are no types."""
    node = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.split("[")[0].strip().rpartition(".")[2]
    target = modules.resolve(scope, node) if isinstance(node, ast.Name | ast.Attribute) else None
    return target.name if isinstance(target, External) else ""


# --- dataclasses -------------------------------------------------------------------------------------------------------------------


def _dataclass_decorator(modules: Modules, owner: OwnClass) -> ast.expr | None:
    for decorator in owner.node.decorator_list:
        node = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(node, ast.Name | ast.Attribute) and modules.resolve(owner.scope, node) == External("dataclasses.dataclass"):
            return decorator
    return None


def _dataclass_fields(modules: Modules, owner: OwnClass) -> Iterator[ClassField]:
    if _dataclass_decorator(modules, owner) is None:
        return  # a plain base contributes no fields
    inside = modules.inside(owner)
    for statement in _annotated(owner):
        qualifier = _outer_name(modules, inside, statement.annotation)
        if qualifier in ("typing.ClassVar", "ClassVar", "dataclasses.KW_ONLY"):
            continue
        if qualifier in ("dataclasses.InitVar", "InitVar"):
            raise Unclear("an InitVar has no JSON shape", at=inside.place(statement), hint="use a plain field")
        yield _dataclass_field(modules, inside, statement)


def _dataclass_field(modules: Modules, inside: Scope, statement: ast.AnnAssign) -> ClassField:
    assert isinstance(statement.target, ast.Name)  # noqa: S101  # SAFE: _annotated gives no other
    name, annotation, value = statement.target.id, statement.annotation, statement.value
    if value is None:
        return ClassField(name=name, annotation=annotation, scope=inside, presence=Presence.REQUIRED)
    if not _is_field_call(modules, inside, value):
        return _with_default(modules, inside, name, annotation, value)
    assert isinstance(value, ast.Call)  # noqa: S101  # SAFE: _is_field_call said so
    options = {keyword.arg: keyword.value for keyword in value.keywords}
    init = options.get("init")
    if isinstance(init, ast.Constant) and init.value is False:
        return ClassField(name=name, annotation=annotation, scope=inside, presence=Presence.NOT_TAKEN)
    if "default" in options:
        return _with_default(modules, inside, name, annotation, options["default"])
    factory = options.get("default_factory")
    if factory is not None:
        return _with_default(modules, inside, name, annotation, ast.copy_location(ast.Call(factory, [], []), factory))
    return ClassField(name=name, annotation=annotation, scope=inside, presence=Presence.REQUIRED)


def _with_default(modules: Modules, inside: Scope, name: str, annotation: ast.expr, value: ast.expr) -> ClassField:
    optional = ClassField(name=name, annotation=annotation, scope=inside, presence=Presence.OPTIONAL)
    try:
        default = literal(modules, inside, value)
    except Unclear:  # known only when the code runs: optional, and the guest fills it in
        return optional
    return ClassField(name=name, annotation=annotation, scope=inside, presence=Presence.OPTIONAL, has_default=True, default=default)


def _is_field_call(modules: Modules, inside: Scope, value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name | ast.Attribute):
        return False
    try:
        return modules.resolve(inside, value.func) == External("dataclasses.field")
    except Unclear:
        return False


# --- TypedDict ---------------------------------------------------------------------------------------------------------------------

_QUALIFIERS = {"typing.Required": Presence.REQUIRED, "typing.NotRequired": Presence.OPTIONAL, "typing.ReadOnly": None}


def _typed_dict_fields(modules: Modules, owner: OwnClass) -> Iterator[ClassField]:
    inside = modules.inside(owner)
    usual = Presence.REQUIRED
    for keyword in owner.node.keywords:
        if keyword.arg == "total" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False:
            usual = Presence.OPTIONAL
    for statement in _annotated(owner):
        assert isinstance(statement.target, ast.Name)  # noqa: S101  # SAFE: _annotated gives no other
        annotation, presence = _peel(modules, inside, statement.annotation, usual)
        yield ClassField(name=statement.target.id, annotation=annotation, scope=inside, presence=presence)


def _peel(modules: Modules, inside: Scope, annotation: ast.expr, presence: Presence) -> tuple[ast.expr, Presence]:
    """The annotation without Required, NotRequired and ReadOnly, and what they say."""
    annotation = unquoted(inside, annotation)
    while isinstance(annotation, ast.Subscript):
        qualifier = _outer_name(modules, inside, annotation)
        if qualifier not in _QUALIFIERS:
            break
        presence = _QUALIFIERS[qualifier] or presence
        annotation = unquoted(inside, annotation.slice)
    return annotation, presence


def unquoted(scope: Scope, node: ast.expr) -> ast.expr:
    """An annotation that was written as a string, as the expression in it. Raises Unclear."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return node
    try:
        inner = ast.parse(node.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unclear(f"the annotation {node.value[:60]!r} is not Python", at=scope.place(node)) from error
    for below in ast.walk(inner):
        ast.copy_location(below, node)
    return inner
