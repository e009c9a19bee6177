"""One walk over a syntax tree: which names each scope binds to what, and which nodes the reader must look at."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

ANNOTATIONS = "__annotations__"
MAX_NODES = 250_000
DESCRIBING = frozenset({"description", "title", "help", "epilog", "usage", "category", "examples", "deprecated", "instructions"})
"""Keywords whose value is shown to whoever calls: of ``@tool``, ``Field`` and parsers of command lines."""


class TooLarge(Exception):
    """The tree has more than MAX_NODES nodes."""


class Kind(Enum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    COMPREHENSION = "comprehension"


class Source(Enum):
    """Where a name got its value."""

    IMPORT = "import"  # node: ast.Import | ast.ImportFrom, alias says which name
    VALUE = "value"  # node: the expression
    HANDLER = "handler"  # except ... as name
    SELF = "self"  # the first parameter of a method
    FIELD = "field"  # an element of dataclasses.fields(...): its name is an identifier the author wrote; node: the call
    OPAQUE = "opaque"  # a parameter, a function, a class, anything computed


@dataclass(slots=True, eq=False)
class Binding:
    source: Source
    node: Any
    scope: Scope
    line: int
    effective: tuple[int, int]  # from this place on the name has the value
    is_certain: bool  # bound by a statement that always runs when its scope does
    alias: ast.alias | None = None


@dataclass(slots=True, eq=False)
class Scope:
    kind: Kind
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)  # where names declared global or nonlocal live
    unbound: set[str] = field(default_factory=set)  # names that are deleted again
    stars: list[ast.ImportFrom] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """A node to look at: in which scope, and what it is a part of."""

    node: Any
    scope: Scope
    parent: Any


class Survey:
    """A module's scopes and places. ``places`` holds names that are read, outermost attribute chains, calls, subscripts, strings, imports
    and match patterns, in the order of the text; ``parents`` knows the parents of expressions that hand a value through; ``spoken`` holds
    what may have words for whoever calls: definitions, results, errors, what is added to something, texts of
    annotations, certain keywords."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(Kind.MODULE, None)
        self.places: list[Place] = []
        self.spoken: list[Place] = []
        self.parents: dict[int, Any] = {}
        self.statements = tree.body
        self._certain: set[int] = {id(statement) for statement in tree.body}
        self._pending: list[tuple[Any, Scope, Any]] = [(statement, self.module, tree) for statement in tree.body]
        self._handlers: dict[type, Callable[[Any, Scope, Any], None]] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Constant: self._constant,
            ast.Call: self._call,
            ast.Subscript: self._watched,
            ast.BinOp: self._sum,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.Lambda: self._lambda,
            ast.ClassDef: self._class,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.NamedExpr: self._walrus,
            ast.IfExp: self._transparent,
            ast.BoolOp: self._transparent,
            ast.Starred: self._transparent,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.ExceptHandler: self._except,
            ast.Global: self._global,
            ast.Nonlocal: self._nonlocal,
            ast.Delete: self._delete,
            ast.MatchAs: self._capture,
            ast.MatchStar: self._capture,
            ast.MatchMapping: self._capture,
            ast.MatchClass: self._watched,
            ast.Return: self._speaking,
            ast.Yield: self._speaking,
            ast.YieldFrom: self._speaking,
            ast.Raise: self._speaking,
            ast.AugAssign: self._speaking,
            ast.keyword: self._keyword,
        }
        self._declared: list[tuple[str, Scope, Kind]] = []
        self._walk()
        for name, scope, kind in self._declared:
            self._move(name, scope, kind)
        self.places.sort(key=lambda place: (place.node.lineno, place.node.col_offset))  # so that a name's value is known before its uses

    def _walk(self) -> None:
        pending, handlers = self._pending, self._handlers
        count = 0
        while pending:
            node, scope, parent = pending.pop()
            count += 1
            if count > MAX_NODES:
                raise TooLarge
            handle = handlers.get(type(node))
            if handle is not None:
                handle(node, scope, parent)
            else:
                self._below(node, scope)

    def _below(self, node: Any, scope: Scope) -> None:
        pending = self._pending
        for name in node._fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        pending.append((item, scope, node))
            elif isinstance(value, ast.AST):
                pending.append((value, scope, node))

    def _push(self, nodes: Iterable[Any], scope: Scope, parent: Any) -> None:
        self._pending.extend((node, scope, parent) for node in nodes if node is not None)

    # --- bindings ------------------------------------------------------------------------------------------------------------

    def _bind(
        self,
        name: str,
        scope: Scope,
        source: Source,
        node: Any,
        statement: Any,
        *,
        alias: ast.alias | None = None,
        effective: tuple[int, int] | None = None,
    ) -> None:
        end = effective or (statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
        binding = Binding(source, node, scope, statement.lineno, end, id(statement) in self._certain, alias)
        scope.bindings.setdefault(name, []).append(binding)

    def _bind_target(self, target: Any, value: Any, scope: Scope, statement: Any) -> None:
        """A target of an assignment; a tuple is matched with a tuple of as many, element by element."""
        if isinstance(target, ast.Name):
            source = Source.OPAQUE if value is None else Source.VALUE
            if target.id == ANNOTATIONS:
                self.places.append(Place(target, scope, statement))
            self._bind(target.id, scope, source, value, statement)
        elif isinstance(target, ast.Starred):
            self._bind_target(target.value, None, scope, statement)
        elif isinstance(target, (ast.Tuple, ast.List)):
            values: list[Any] = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and not any(isinstance(each, ast.Starred) for each in (*value.elts, *target.elts)):
                values = [*value.elts, *values][: len(target.elts)]
            for inner, matched in zip(target.elts, values, strict=True):
                self._bind_target(inner, matched, scope, statement)
        else:
            self._pending.append((target, scope, statement))

    # --- expressions ---------------------------------------------------------------------------------------------------------

    def _name(self, node: Any, scope: Scope, parent: Any) -> None:
        if isinstance(node.ctx, ast.Load):
            self.places.append(Place(node, scope, parent))
        elif isinstance(node.ctx, ast.Store):  # of a with, an augmented assignment and the like
            self._bind(node.id, scope, Source.OPAQUE, None, node)

    def _attribute(self, node: Any, scope: Scope, parent: Any) -> None:
        self.places.append(Place(node, scope, parent))
        self.parents[id(node)] = parent
        below, root = node, node.value
        while root.__class__ is ast.Attribute:
            below, root = root, root.value
        if root.__class__ is not ast.Name:
            self._pending.append((root, scope, below))

    def _constant(self, node: Any, scope: Scope, parent: Any) -> None:
        if node.value.__class__ is str and parent.__class__ is not ast.Expr and "_" in node.value:
            self.places.append(Place(node, scope, parent))

    def _sum(self, node: Any, scope: Scope, parent: Any) -> None:
        """An addition that ends in a constant string: what it adds up to is read as one string."""
        is_inner = isinstance(parent, ast.BinOp)
        if not is_inner and isinstance(node.right, ast.Constant) and isinstance(node.right.value, str) and "_" in node.right.value:
            self.places.append(Place(node, scope, parent))
        self._below(node, scope)

    def _call(self, node: Any, scope: Scope, parent: Any) -> None:
        self.places.append(Place(node, scope, parent))
        self.parents[id(node)] = parent
        self._below(node, scope)

    def _speaking(self, node: Any, scope: Scope, parent: Any) -> None:
        self.spoken.append(Place(node, scope, parent))
        self._below(node, scope)

    def _keyword(self, node: Any, scope: Scope, parent: Any) -> None:
        if node.arg in DESCRIBING:
            self.spoken.append(Place(node, scope, parent))
        self._pending.append((node.value, scope, node))

    def _watched(self, node: Any, scope: Scope, parent: Any) -> None:
        self.places.append(Place(node, scope, parent))
        self._below(node, scope)

    def _transparent(self, node: Any, scope: Scope, parent: Any) -> None:
        self.parents[id(node)] = parent
        self._below(node, scope)

    def _walrus(self, node: Any, scope: Scope, parent: Any) -> None:
        self.parents[id(node)] = parent
        outer = scope
        while outer.kind is Kind.COMPREHENSION and outer.parent is not None:
            outer = outer.parent
        self._bind_target(node.target, node.value, outer, node)
        self._pending.append((node.value, scope, node))

    def _lambda(self, node: Any, scope: Scope, _parent: Any) -> None:
        inner = Scope(Kind.FUNCTION, scope)
        self._parameters(node.args, inner, scope, node)
        self._pending.append((node.body, inner, node))

    def _comprehension(self, node: Any, scope: Scope, _parent: Any) -> None:
        inner = Scope(Kind.COMPREHENSION, scope)
        for index, generator in enumerate(node.generators):
            self._pending.append((generator.iter, inner if index else scope, generator))
            self._loop_target(generator.target, generator.iter, inner, node)
            self._push(generator.ifs, inner, generator)
        shown = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self._push(shown, inner, node)

    def _annotation(self, node: Any, scope: Scope, parent: Any) -> None:
        """An annotation; text in it is code for whoever evaluates annotations, so it is read as code."""
        self._pending.append((node, scope, parent))
        if isinstance(node, ast.Name):
            return
        for text in ast.walk(node):
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value:
                self.spoken.append(Place(text, scope, node))
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and ("(" in text.value or "." in text.value):
                try:
                    quoted = ast.parse(text.value.strip(), mode="eval").body
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue
                for inner in ast.walk(quoted):
                    if isinstance(inner, (ast.expr, ast.arg, ast.keyword)):
                        ast.copy_location(inner, text)
                self._pending.append((quoted, scope, text))

    # --- statements ----------------------------------------------------------------------------------------------------------

    def _import(self, node: Any, scope: Scope, parent: Any) -> None:
        self.places.append(Place(node, scope, parent))
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append(node)
            else:
                name = alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)
                self._bind(name, scope, Source.IMPORT, node, node, alias=alias)

    def _function(self, node: Any, scope: Scope, _parent: Any) -> None:
        first = node.body[0]
        effective = None if node.decorator_list else (first.lineno, first.col_offset)
        self._bind(node.name, scope, Source.OPAQUE, None, node, effective=effective)
        inner = Scope(Kind.FUNCTION, scope)
        self.spoken.append(Place(node, inner, _parent))
        self._push(node.decorator_list, scope, node)
        self._push(getattr(node, "type_params", ()), inner, node)
        if node.returns is not None:
            self._annotation(node.returns, inner, node)
        self._parameters(node.args, inner, scope, node)
        self._push(node.body, inner, node)

    def _parameters(self, arguments: Any, inner: Scope, outer: Scope, function: Any) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        is_method = outer.kind is Kind.CLASS and not isinstance(function, ast.Lambda) and not _takes_the_class(function)
        for index, parameter in enumerate(
            [*positional, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))],
        ):
            source = Source.SELF if is_method and index == 0 and positional else Source.OPAQUE
            self._bind(parameter.arg, inner, source, None, parameter)
            if parameter.annotation is not None:
                self._annotation(parameter.annotation, outer, parameter)
        defaults = [*arguments.defaults, *arguments.kw_defaults]
        self.spoken += [
            Place(each, outer, arguments) for each in defaults if each.__class__ is ast.Constant and each.value.__class__ is str
        ]
        self._push(defaults, outer, arguments)

    def _class(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._bind(node.name, scope, Source.OPAQUE, None, node)
        inner = Scope(Kind.CLASS, scope)
        self.places.append(Place(node, scope, _parent))
        self.spoken.append(Place(node, inner, _parent))
        self._push([*node.decorator_list, *node.bases, *node.keywords, *getattr(node, "type_params", ())], scope, node)
        self._certain.update(id(statement) for statement in node.body)
        self._push(node.body, inner, node)

    def _assign(self, node: Any, scope: Scope, _parent: Any) -> None:
        for target in node.targets:
            self._bind_target(target, node.value, scope, node)
        self._pending.append((node.value, scope, node))

    def _annotated(self, node: Any, scope: Scope, _parent: Any) -> None:
        if scope.kind is Kind.CLASS and isinstance(node.target, ast.Name) and node.target.id.startswith("__"):
            named = ast.copy_location(ast.Constant(node.target.id), node.target)  # a field's name is text to `dataclasses.fields`
            self.places.append(Place(named, scope, node))
        if node.value is not None or scope.kind is Kind.FUNCTION:
            self._bind_target(node.target, node.value, scope, node)
        elif not isinstance(node.target, ast.Name):
            self._pending.append((node.target, scope, node))
        self._annotation(node.annotation, scope, node)
        self._push([node.value], scope, node)

    def _for(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._loop_target(node.target, node.iter, scope, node)
        self._pending.append((node.iter, scope, node))
        self._push([*node.body, *node.orelse], scope, node)

    def _loop_target(self, target: Any, iterated: Any, scope: Scope, loop: Any) -> None:
        """A target that takes the elements of a literal has each of them as its value."""
        self._certain.discard(id(loop))  # an empty loop binds nothing
        if isinstance(iterated, (ast.Tuple, ast.List, ast.Set)) and iterated.elts:
            for element in iterated.elts:
                self._bind_target(target, None if isinstance(element, ast.Starred) else element, scope, loop)
        elif isinstance(iterated, ast.Call) and isinstance(target, ast.Name):
            self._bind(target.id, scope, Source.FIELD, iterated, loop)
        else:
            self._bind_target(target, None, scope, loop)

    def _except(self, node: Any, scope: Scope, _parent: Any) -> None:
        if node.name:
            self._bind(node.name, scope, Source.HANDLER, None, node)
            scope.unbound.add(node.name)
        self._below(node, scope)

    def _capture(self, node: Any, scope: Scope, _parent: Any) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self._bind(name, scope, Source.OPAQUE, None, node)
        self._below(node, scope)

    def _global(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._declared.extend((name, scope, Kind.MODULE) for name in node.names)

    def _nonlocal(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._declared.extend((name, scope, Kind.FUNCTION) for name in node.names)

    def _move(self, name: str, scope: Scope, kind: Kind) -> None:
        """What a scope binds under a name that is global or nonlocal there belongs to the scope where the name lives."""
        home = self.module if kind is Kind.MODULE else _outer_function(scope, name) or self.module
        if home is scope:
            return
        scope.elsewhere[name] = home
        for binding in scope.bindings.pop(name, []):
            binding.is_certain = False
            home.bindings.setdefault(name, []).append(binding)
        if name in scope.unbound:
            home.unbound.add(name)

    def _delete(self, node: Any, scope: Scope, _parent: Any) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.unbound.add(target.id)
            elif isinstance(target, (ast.Tuple, ast.List)):
                self._pending.append((ast.Delete(targets=target.elts), scope, node))
            else:
                self._pending.append((target, scope, node))


_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__", "__prepare__"})


def _takes_the_class(function: Any) -> bool:
    """Whether the first parameter of a method is not an instance."""
    return function.name in _CLASS_METHODS or any(
        getattr(each, "id", "") in ("classmethod", "staticmethod") for each in function.decorator_list
    )


def _outer_function(scope: Scope, name: str) -> Scope | None:
    outer = scope.parent
    while outer is not None and (outer.kind is not Kind.FUNCTION or name not in outer.bindings):
        outer = outer.parent
    return outer
