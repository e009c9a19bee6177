"""Scopes: what each binds its names to, and where a node stands."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from skillpod.audit.nodes import walk

ANNOTATIONS = "__annotations__"


class Kind(Enum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    COMPREHENSION = "comprehension"


class Source(Enum):
    """Where a name got its value."""

    __hash__ = object.__hash__  # an Enum's own asks for its name: these are looked up by very often

    IMPORT = "import"  # node: ast.Import | ast.ImportFrom, alias says which name
    VALUE = "value"  # node: the expression
    HANDLER = "handler"  # except ... as name
    SELF = "self"  # the first parameter of a method
    ELEMENT = "element"  # of what is iterated or unpacked; node: that, index: which part of each element, -1 the whole
    CLASS = "class"  # one of the file's classes, or the first parameter of a class method
    FUNCTION = "function"  # node: a function without decorators
    TYPED = "typed"  # a parameter; node: its annotation, which may name the Context
    OPAQUE = "opaque"  # a parameter, a function, a class, anything computed


@dataclass(slots=True, eq=False)
class Binding:
    source: Source
    node: Any
    scope: Scope
    line: int
    statement: Any  # what binds it: a statement, a parameter, a handler
    is_certain: bool  # bound by a statement that always runs when its scope does
    alias: ast.alias | None = None
    index: int = -1
    target: Any = None  # of a store into an attribute: the attribute

    @property
    def effective(self) -> tuple[int, int]:
        """From which place on the name has the value: the end of what binds it, and in a function itself."""
        bound = self.statement
        if isinstance(bound, (ast.FunctionDef, ast.AsyncFunctionDef)) and not bound.decorator_list:
            return (bound.body[0].lineno, bound.body[0].col_offset)
        return (bound.end_lineno or bound.lineno, bound.end_col_offset or 0)


@dataclass(slots=True, eq=False)
class Scope:
    kind: Kind
    parent: Scope | None
    name: str = ""  # of a function or a class
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)  # where names declared global or nonlocal live
    unbound: set[str] = field(default_factory=set)  # names that are deleted again
    known: dict[str, Any] = field(default_factory=dict)  # what names were found to mean here
    says: dict[str, int] = field(default_factory=dict)  # what there may be to say of them: see `dullness`
    stars: list[ast.ImportFrom] = field(default_factory=list)
    is_generator: bool = False
    returns: list[Any] = field(default_factory=list)  # the expressions a function returns


class Place(NamedTuple):
    """A node to look at: in which scope, and what it is a part of."""

    node: Any
    scope: Scope
    parent: Any


def mangled(name: str, scope: Scope) -> str:
    """The name that Python makes of a private one (``__x``) inside a class."""
    if not name.startswith("__") or name.endswith("__"):
        return name
    here: Scope | None = scope
    while here is not None:
        if here.kind is Kind.CLASS and here.name.strip("_"):
            return f"_{here.name.lstrip('_')}{name}"
        here = here.parent
    return name


_TYPES = frozenset({ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.BinOp, ast.Starred})


def names_types(annotation: Any) -> bool:
    """Whether an annotation calls nothing: a name, what is in it, a union."""
    return all(
        node.__class__ in _TYPES and (node.__class__ is not ast.BinOp or node.op.__class__ is ast.BitOr) for node in walk(annotation)
    )
