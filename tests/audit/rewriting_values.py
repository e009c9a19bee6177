"""Mutations of values: what a skill uses arrives by another name, in a container, through a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.audit.standard import listed
from tests.audit.rewriting import STRONG, Change, Mutation, of_handler, on_top

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LAZY = (*_SCOPES, ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


# --- a value takes another way ---------------------------------------------------------------------------------------------------


class Part(Enum):
    """Which values take the other way."""

    NAME = "an imported name, a strong builtin or a caught error"
    CHAIN = "a whole chain of attributes"


@dataclass(frozen=True, slots=True)
class Way:
    """``VALUE`` stands for the value, ``fresh`` for a name of its own. ``before`` stands above the statement that uses the value."""

    name: str
    instead: str
    before: str = ""
    above: str = ""  # at the top of the module


_BOX = "class FreshBox:\n    def __init__(self, value):\n        self.value = value\n    def give(self):\n        return self.value"
WAYS = (
    Way("name", "fresh", "fresh = VALUE"),
    Way("name_twice", "fresh2", "fresh1 = VALUE\nfresh2 = fresh1"),
    Way("name_with_a_type", "fresh", "fresh: object = VALUE"),
    Way("name_under_a_condition", "fresh", "if 1:\n    fresh = VALUE\nelse:\n    fresh = None"),
    Way("name_in_a_try", "fresh", "try:\n    fresh = VALUE\nfinally:\n    pass"),
    Way("unpacking", "fresh", "_, fresh = (0, VALUE)"),
    Way("starred", "fresh[0]", "_, *fresh = (0, VALUE)"),
    Way("appended", "fresh[0]", "fresh = []\nfresh.append(VALUE)"),
    Way("augmented", "fresh[0]", "fresh = []\nfresh += [VALUE]"),
    Way("item_stored", "fresh['k']", "fresh = {}\nfresh['k'] = VALUE"),
    Way("loop", "fresh", "for fresh in [VALUE]:\n    pass"),
    Way("loop_over_a_dict", "fresh", "for fresh in {'k': VALUE}.values():\n    pass"),
    Way("loop_over_pairs", "fresh", "for _, fresh in enumerate([VALUE]):\n    pass"),
    Way("with", "fresh", "with contextlib.nullcontext(VALUE) as fresh:\n    pass", "import contextlib"),
    Way("match", "fresh", "match VALUE:\n    case fresh:\n        pass"),
    Way("match_in_a_list", "fresh", "match [VALUE]:\n    case [fresh]:\n        pass"),
    Way("match_in_a_dict", "fresh", "match {'k': VALUE}:\n    case {'k': fresh}:\n        pass"),
    Way("walrus", "(fresh := VALUE)"),
    Way("tuple", "(VALUE, 0)[0]"),
    Way("list", "[0, VALUE][-1]"),
    Way("list_cut", "[0, VALUE][1:][0]"),
    Way("dict", "{'k': VALUE}['k']"),
    Way("dict_get", "{'k': VALUE}.get('k')"),
    Way("set", "{VALUE}.pop()"),
    Way("either", "(VALUE if 1 else 0)"),
    Way("or", "(0 or VALUE)"),
    Way("iterator", "next(iter([VALUE]))"),
    Way("default", "(lambda value=VALUE: value)()"),
    Way("lambda", "(lambda: VALUE)()"),
    Way("argument", "(lambda value: value)(VALUE)"),
    Way("keyword", "(lambda *, value: value)(value=VALUE)"),
    Way("star_arguments", "(lambda *values: values[0])(VALUE)"),
    Way("closure", "(lambda value: lambda: value)(VALUE)()"),
    Way("comprehension", "[value for value in [VALUE]][0]"),
    Way("generator", "next(value for value in (VALUE,))"),
    Way("mapped", "list(map(lambda value: value, [VALUE]))[0]"),
    Way("filtered", "list(filter(None, [VALUE]))[0]"),
    Way("zipped", "dict(zip(['k'], [VALUE]))['k']"),
    Way("largest", "max([VALUE], key=id)"),
    Way("partial", "functools.partial(lambda value: value, VALUE)()", above="import functools"),
    Way("reduced", "functools.reduce(lambda one, two: two, [0, VALUE])", above="import functools"),
    Way("chained", "next(itertools.chain([VALUE]))", above="import itertools"),
    Way("got_item", "operator.itemgetter(0)([VALUE])", above="import operator"),
    Way("namespace", "types.SimpleNamespace(value=VALUE).value", above="import types"),
    Way("function", "fresh()", "def fresh():\n    return VALUE"),
    Way("function_that_yields", "next(fresh())", "def fresh():\n    yield VALUE"),
    Way("property", "fresh().value", "class fresh:\n    @property\n    def value(_own):\n        return VALUE"),
    Way("class_attribute", "fresh.value[0]", "class fresh:\n    value = [VALUE]"),
    Way("attribute_of_self", "FreshBox(VALUE).value", above=_BOX),
    Way("method", "FreshBox(VALUE).give()", above=_BOX),
    Way("attribute_stored", "fresh.value", "fresh = FreshBox(0)\nfresh.value = VALUE", _BOX),
    Way("decorator", "fresh", "@(lambda function: function())\ndef fresh():\n    return VALUE"),
)
NESTED_SCOPE = frozenset(
    listed("""
        default lambda argument keyword star_arguments closure comprehension generator mapped reduced partial function
        function_that_yields property class_attribute decorator
    """)
)
"""Ways whose value stands in a scope of its own, from which the names of a class around it can't be seen."""


def _values(statement: ast.stmt, part: Part, roots: frozenset[str]) -> Iterator[tuple[Any, str, int | None, Any]]:
    """The values in a statement that are worked out exactly once, when it begins: their parent, its field, the place in it, and they."""
    pending: list[tuple[Any, str, int | None, Any]] = [*_header(statement)]
    while pending:
        parent, field, index, node = pending.pop()
        if (part is Part.NAME and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in roots) or (
            part is Part.CHAIN and isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not _is_bound_to_its_place(node)
        ):
            yield parent, field, index, node
        elif not isinstance(node, (*_LAZY, ast.JoinedStr)):
            pending.extend(_children(node))


def _header(statement: ast.stmt) -> Iterator[tuple[Any, str, int | None, Any]]:
    fields: tuple[str, ...] = ("value", "values", "exc", "targets", "iter", "subject", "test", "msg")
    if isinstance(statement, ast.While):
        fields = ()
    elif isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        fields = ("decorator_list", "bases", "keywords")
    elif isinstance(statement, (ast.With, ast.AsyncWith)) and len(statement.items) == 1:
        yield from _children(statement.items[0])
    yield from _children(statement, fields)


def _children(node: Any, fields: tuple[str, ...] | None = None) -> Iterator[tuple[Any, str, int | None, Any]]:
    for field in fields or node._fields:
        value = getattr(node, field, None) if fields is None or field in node._fields else None
        if isinstance(value, list):
            yield from ((node, field, index, each) for index, each in enumerate(value) if isinstance(each, ast.AST))
        elif isinstance(value, ast.AST):
            yield node, field, None, value


def _is_chain(node: Any) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not _is_bound_to_its_place(node)


def _is_bound_to_its_place(node: ast.Attribute) -> bool:
    """Whether a chain would be another one elsewhere: ``super()`` knows its class, ``__name`` is spelled by it."""
    return is_private(node.attr) or any(
        isinstance(inner, _LAZY)
        or (isinstance(inner, ast.Name) and (inner.id in ("super", "locals", "vars", "globals") or is_private(inner.id)))
        for inner in ast.walk(node)
    )


def is_private(name: str) -> bool:
    """Whether Python writes the name of the class around it before a name."""
    return name.startswith("__") and not name.endswith("__")


def roots_of(tree: ast.Module) -> frozenset[str]:
    imported = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    return frozenset({*imported, *STRONG, *_caught(tree)} - {"*", "super"})


def _caught(tree: ast.Module) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}


def blocks(tree: ast.AST) -> Iterator[tuple[list[ast.stmt], bool]]:
    """Every list of statements, and whether it stands in the body of a class."""
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, in_class = pending.pop()
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(node, field, None)
            if not isinstance(below, list):
                continue
            is_class = isinstance(node, ast.ClassDef) or (in_class and not isinstance(node, FUNCTIONS))
            if field in ("body", "orelse", "finalbody"):
                yield below, is_class
            pending.extend((each, is_class) for each in below)


def _another_way(way: Way, part: Part) -> Change:
    def change(tree: ast.Module) -> ast.Module | None:
        roots, count = roots_of(tree), 0
        for block, is_class in list(blocks(tree)):
            if is_class and (way.name in NESTED_SCOPE or "lambda" in way.instead):
                continue
            changed: list[ast.stmt] = []
            for statement in block:
                for parent, field, index, node in list(_values(statement, part, roots)):
                    count += 1
                    changed += ast.parse(_filled(way.before, node, count)).body
                    instead = ast.parse(_filled(way.instead, node, count), mode="eval").body
                    if index is None:
                        setattr(parent, field, instead)
                    else:
                        getattr(parent, field)[index] = instead
                changed.append(statement)
            block[:] = changed
        return on_top(tree, way.above) if count else None

    return change


def _filled(template: str, node: ast.expr, count: int) -> str:
    return template.replace("fresh", f"fresh_{count}_").replace("VALUE", f"({ast.unparse(node)})")


# --- an attribute is taken in another way ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Attributes(ast.NodeTransformer):
    template: str
    found: list[str]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or is_private(node.attr):
            return node
        self.found.append(node.attr)
        text = self.template.replace("NAME", node.attr).replace("VALUE", f"({ast.unparse(node.value)})")
        return ast.parse(text, mode="eval").body


def _attributes_by(template: str, above: str = "") -> Change:
    def change(tree: ast.Module) -> ast.Module | None:
        rewriter = _Attributes(template, [])
        rewriter.visit(tree)
        return on_top(tree, above) if rewriter.found else None

    return change


MUTATIONS = (
    *(Mutation(f"value:{way.name}", of_handler(_another_way(way, Part.NAME))) for way in WAYS),
    *(Mutation(f"chain:{way.name}", of_handler(_another_way(way, Part.CHAIN))) for way in WAYS),
    Mutation("attribute:getattr", of_handler(_attributes_by("getattr(VALUE, 'NAME')"))),
    Mutation("attribute:getattr_with_a_default", of_handler(_attributes_by("getattr(VALUE, 'NAME', None)"))),
    Mutation("attribute:attrgetter", of_handler(_attributes_by("operator.attrgetter('NAME')(VALUE)", "import operator"))),
    Mutation("attribute:attrgetter_imported", of_handler(_attributes_by("take('NAME')(VALUE)", "from operator import attrgetter as take"))),
    Mutation("attribute:lambda", of_handler(_attributes_by("(lambda value: value.NAME)(VALUE)"))),
    Mutation("attribute:getattr_renamed", of_handler(_attributes_by("take_it(VALUE, 'NAME')", "take_it = getattr"))),
)
