"""One walk over a syntax tree: which names each scope binds to what, and which nodes the reader must look at."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from itertools import repeat
from operator import attrgetter
from typing import Any

from skillpod.audit.attempts import attempted
from skillpod.audit.bindings import Bindings, Entry
from skillpod.audit.branches import may_be_dead, outcome
from skillpod.audit.context import may_be_context
from skillpod.audit.nodes import BELOW, walk
from skillpod.audit.scopes import Kind, Place, Scope, Source, names_types

MAX_NODES = 250_000
DESCRIBING = frozenset({"description", "title", "help", "epilog", "usage", "category", "examples", "deprecated", "instructions"})
"""Keywords whose value is shown to whoever calls: of ``@tool``, ``Field`` and parsers of command lines."""


_BY_PLACE = attrgetter("node.lineno", "node.col_offset")
_as_place: Callable[[Entry], Place] = partial(tuple.__new__, Place)
"""A place of a node, its scope and its parent, in a fifth of the time that giving them one by one takes."""


_OPAQUE = Source.OPAQUE
"""By one name: up to Python 3.11 a member of an Enum is found five times as slowly as any other attribute."""


class TooLarge(Exception):
    """The tree has more than MAX_NODES nodes."""


def survey(tree: ast.Module) -> Survey:
    """Branches that never run are left out, unless the names that say so turn out to mean something else further on."""
    found = Survey(tree, are_dead_left_out=True)
    return found if found.is_sure else Survey(tree, are_dead_left_out=False)


class Survey:
    """A module's scopes and places. ``places`` holds names that are read, outermost attribute chains, calls, subscripts, strings, imports
    and match patterns, in the order of the text; ``parents`` knows the parents of expressions that hand a value through; ``inner`` the
    scope that a function, lambda or comprehension opens; ``fields`` what is stored into attributes, by name, whatever they are of;
    ``spoken`` what may have words for whoever calls: definitions, results, errors, what is added to something, texts of annotations,
    certain keywords."""

    def __init__(self, tree: ast.Module, *, are_dead_left_out: bool) -> None:
        self._are_dead_left_out = are_dead_left_out
        self.statements = tree.body
        self._found: list[Entry] = []
        self._heard: list[Entry] = []
        self.parents: dict[int, Any] = {}
        self._pending: list[Entry] = []
        self._bindings = Bindings(tree.body, self._pending, self._found)
        self.module, self.inner, self.classes = self._bindings.module, self._bindings.inner, self._bindings.classes
        self.fields = self._bindings.fields
        self._push(tree.body, self.module, tree)
        self._branches: list[tuple[ast.If, Scope]] = []
        self.attempted: set[int] = set()
        """Imports that stand in a ``try`` which catches their failure."""
        self._has_text_annotations = any(
            isinstance(each, ast.ImportFrom) and each.module == "__future__" and any(name.name == "annotations" for name in each.names)
            for each in tree.body[:10]
        )
        self._walk()
        skipped = self._walk_branches()
        self.is_sure = all(outcome(node.test, self._bindings.stands_for) is not None for node in skipped)
        self._bindings.move_declared()
        self.places = list(map(_as_place, self._found))
        self.places.sort(key=_BY_PLACE)  # so that a name's value is known before its uses
        self.spoken = list(map(_as_place, self._heard))

    @cached_property
    def by_kind(self) -> Mapping[type, list[Place]]:
        """The places by the kind of their node, in the order of the text."""
        found: defaultdict[type, list[Place]] = defaultdict(list)
        for place in self.places:
            found[place.node.__class__].append(place)
        return found

    def _walk(self) -> None:
        pending, handlers, add, parents = self._pending, _HANDLERS, self._found.append, self.parents
        for _ in repeat(None, MAX_NODES):
            if not pending:
                return
            place = node, scope, parent = pending.pop()
            kind = node.__class__
            if kind is ast.Name:  # every third node
                if node.ctx.__class__ is ast.Load:
                    add(place)
                elif node.ctx.__class__ is ast.Store:  # of a with, an augmented assignment and the like
                    self._bindings.bind(node.id, scope, _OPAQUE, None, node)
            elif kind is ast.Constant:  # every fourth
                if node.value.__class__ is str and "_" in node.value and parent.__class__ is not ast.Expr:
                    add(place)
            elif kind is ast.Call:
                add(place)
                parents[id(node)] = parent
                pending.append((node.func, scope, node))
                if node.args:
                    pending += [(argument, scope, node) for argument in node.args]
                if node.keywords:
                    pending += [(word, scope, node) for word in node.keywords]
            elif kind in handlers:
                handlers[kind](self, node, scope, parent)
            else:
                self._below(node, scope)
        raise TooLarge

    def _walk_branches(self) -> list[ast.If]:
        """Branches that never run are not walked; the statements some of which were left out."""
        skipped: list[ast.If] = []
        while self._branches:
            node, scope = self._branches.pop()
            answer = outcome(node.test, self._bindings.stands_for) if self._are_dead_left_out else None
            if answer is not None:
                skipped.append(node)
            self._push(node.body if answer is not False else (), scope, node)
            self._push(node.orelse if answer is not True else (), scope, node)
            self._walk()
        return skipped

    def _below(self, node: Any, scope: Scope) -> None:
        pending = self._pending
        for name in BELOW[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                pending += [(each, scope, node) for each in value if each is not None]
            elif value is not None:
                pending.append((value, scope, node))

    def _push(self, nodes: Iterable[Any], scope: Scope, parent: Any) -> None:
        self._pending += [(node, scope, parent) for node in nodes if node is not None]

    # --- expressions ---------------------------------------------------------------------------------------------------------

    def _attribute(self, node: Any, scope: Scope, parent: Any) -> None:
        self._found.append((node, scope, parent))
        self.parents[id(node)] = parent
        if node.ctx.__class__ is not ast.Load and not self._bindings.is_stored(node):
            self._bindings.store(node, None, scope, node)  # by a loop, an augmented assignment and the like
        below, root = node, node.value
        while root.__class__ is ast.Attribute:
            below, root = root, root.value
        if root.__class__ is not ast.Name:
            self._pending.append((root, scope, below))

    def _sum(self, node: Any, scope: Scope, parent: Any) -> None:
        """An addition that ends in a constant string: what it adds up to is read as one string."""
        self.parents[id(node)] = parent
        is_inner = isinstance(parent, ast.BinOp)
        if not is_inner and isinstance(node.right, ast.Constant) and isinstance(node.right.value, str) and "_" in node.right.value:
            self._found.append((node, scope, parent))
        self._below(node, scope)

    def _speaking(self, node: Any, scope: Scope, parent: Any) -> None:
        self._heard.append((node, scope, parent))
        self._below(node, scope)

    def _keyword(self, node: Any, scope: Scope, parent: Any) -> None:
        if node.arg in DESCRIBING:
            self._heard.append((node, scope, parent))
        self._pending.append((node.value, scope, node))

    def _watched(self, node: Any, scope: Scope, parent: Any) -> None:
        self._found.append((node, scope, parent))
        self.parents[id(node)] = parent
        self._below(node, scope)

    def _transparent(self, node: Any, scope: Scope, parent: Any) -> None:
        self.parents[id(node)] = parent
        self._below(node, scope)

    def _walrus(self, node: Any, scope: Scope, parent: Any) -> None:
        self.parents[id(node)] = parent
        outer = scope
        while outer.kind is Kind.COMPREHENSION and outer.parent is not None:
            outer = outer.parent
        self._bindings.bind_target(node.target, node.value, outer, node)
        self._pending.append((node.value, scope, node))

    def _lambda(self, node: Any, scope: Scope, _parent: Any) -> None:
        inner = self.inner[id(node)] = Scope(Kind.FUNCTION, scope)
        inner.returns.append(node.body)
        self._parameters(node.args, inner, scope, node)
        self._pending.append((node.body, inner, node))

    def _comprehension(self, node: Any, scope: Scope, _parent: Any) -> None:
        inner = self.inner[id(node)] = Scope(Kind.COMPREHENSION, scope)
        for index, generator in enumerate(node.generators):
            self._pending.append((generator.iter, inner if index else scope, generator))
            self._bindings.bind_loop_target(generator.target, generator.iter, inner, node)
            self._push(generator.ifs, inner, generator)
        shown = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self._push(shown, inner, node)

    def _annotation(self, node: Any, scope: Scope, parent: Any) -> None:
        """An annotation; text in it is code for whoever evaluates annotations, so it is read as code. One that stays text, or is never
        evaluated, and only names types uses nothing: who evaluates it is a finding there."""
        is_name = node.__class__ is ast.Name
        if not (self._has_text_annotations and (is_name or names_types(node))):
            self._pending.append((node, scope, parent))
        for text in walk(node) if not is_name else ():
            if text.__class__ is not ast.Constant or not isinstance(text.value, str):
                continue
            if " " in text.value:
                self._heard.append((text, scope, node))
            if "(" in text.value or "." in text.value:
                try:
                    quoted = ast.parse(text.value.strip(), mode="eval").body
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue
                for inner in ast.walk(quoted):
                    if isinstance(inner, (ast.expr, ast.arg, ast.keyword)):
                        ast.copy_location(inner, text)
                if not names_types(quoted):
                    self._pending.append((quoted, scope, text))

    # --- statements ----------------------------------------------------------------------------------------------------------

    def _import(self, node: Any, scope: Scope, parent: Any) -> None:
        self._found.append((node, scope, parent))
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append(node)
            else:
                name = alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)
                self._bindings.bind(name, scope, Source.IMPORT, node, node, alias=alias)

    def _function(self, node: Any, scope: Scope, _parent: Any) -> None:
        is_plain = isinstance(node, ast.FunctionDef) and not node.decorator_list and scope.kind is not Kind.CLASS
        source = Source.FUNCTION if is_plain else _OPAQUE
        self._bindings.bind(node.name, scope, source, None if _is_of_class(node) else node, node)
        inner = self.inner[id(node)] = Scope(Kind.FUNCTION, scope, node.name)
        self._heard.append((node, inner, _parent))
        if node.decorator_list:
            self._push(node.decorator_list, scope, node)
        if getattr(node, "type_params", ()):
            self._push(node.type_params, inner, node)
        if node.returns is not None:
            self._annotation(node.returns, inner, node)
        self._parameters(node.args, inner, scope, node)
        self._push(node.body, inner, node)

    def _return(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._heard.append((node, scope, _parent))
        if node.value is not None:
            scope.returns.append(node.value)
            self._pending.append((node.value, scope, node))

    def _yield(self, node: Any, scope: Scope, _parent: Any) -> None:
        scope.is_generator = True
        self._speaking(node, scope, _parent)

    def _match(self, node: Any, scope: Scope, _parent: Any) -> None:
        """``case name:`` and ``case ... as name:`` give the subject a name."""
        self._pending.append((node.subject, scope, node))
        for case in node.cases:
            if isinstance(case.pattern, ast.MatchAs) and case.pattern.name:
                self._bindings.bind(case.pattern.name, scope, Source.VALUE, node.subject, case.pattern)
                self._push([case.pattern.pattern], scope, case.pattern)
            else:
                self._pending.append((case.pattern, scope, case))
            self._push([case.guard, *case.body], scope, case)

    def _parameters(self, arguments: Any, inner: Scope, outer: Scope, function: Any) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        first = Source.OPAQUE if outer.kind is not Kind.CLASS or isinstance(function, ast.Lambda) else _first_parameter(function)
        bind = self._bindings.bind
        for index, parameter in enumerate([*positional, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]):
            source, annotation = first if index == 0 and positional else _OPAQUE, parameter.annotation
            if annotation is None:
                bind(parameter.arg, inner, source, None, parameter)
                continue
            if source is _OPAQUE and may_be_context(annotation):
                source = Source.TYPED
            bind(parameter.arg, inner, source, annotation, parameter)
            self._annotation(annotation, outer, parameter)
            if isinstance(annotation, ast.BinOp) and not isinstance(annotation.op, ast.BitOr):
                self._found.append((annotation, outer, parameter))
        defaults = [*arguments.defaults, *arguments.kw_defaults]
        if not defaults:
            return
        self._heard += [(each, outer, arguments) for each in defaults if each.__class__ is ast.Constant and each.value.__class__ is str]
        self._push(defaults, outer, arguments)

    def _class(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._bindings.bind(node.name, scope, Source.CLASS, node, node)
        inner = Scope(Kind.CLASS, scope, node.name)
        self.classes.append(inner)
        self._found.append((node, scope, _parent))
        self._heard.append((node, inner, _parent))
        self._push([*node.decorator_list, *node.bases, *node.keywords, *getattr(node, "type_params", ())], scope, node)
        self._bindings.certain.update(map(id, node.body))
        self._push(node.body, inner, node)

    def _assign(self, node: Any, scope: Scope, _parent: Any) -> None:
        for target in node.targets:
            self._bindings.bind_target(target, node.value, scope, node)
        self._pending.append((node.value, scope, node))

    def _annotated(self, node: Any, scope: Scope, _parent: Any) -> None:
        if scope.kind is Kind.CLASS and isinstance(node.target, ast.Name) and node.target.id.startswith("__"):
            named = ast.copy_location(ast.Constant(node.target.id), node.target)  # a field's name is text to `dataclasses.fields`
            self._found.append((named, scope, node))
        if node.value is not None or scope.kind is Kind.FUNCTION:
            self._bindings.bind_target(node.target, node.value, scope, node)
        elif not isinstance(node.target, ast.Name):
            self._pending.append((node.target, scope, node))
        if scope.kind is not Kind.FUNCTION:  # PEP 526: those of local names are never evaluated
            self._annotation(node.annotation, scope, node)
        self._push([node.value], scope, node)

    def _if(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._pending.append((node.test, scope, node))
        if may_be_dead(node.test):
            self._branches.append((node, scope))
        else:
            self._push([*node.body, *node.orelse], scope, node)

    def _try(self, node: Any, scope: Scope, _parent: Any) -> None:
        self.attempted.update(map(id, attempted(node)))
        self._below(node, scope)

    def _for(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._bindings.bind_loop_target(node.target, node.iter, scope, node)
        self._pending.append((node.iter, scope, node))
        self._push([*node.body, *node.orelse], scope, node)

    def _except(self, node: Any, scope: Scope, _parent: Any) -> None:
        if node.name:
            self._bindings.bind(node.name, scope, Source.HANDLER, None, node)
            scope.unbound.add(node.name)
        self._below(node, scope)

    def _capture(self, node: Any, scope: Scope, _parent: Any) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self._bindings.bind(name, scope, _OPAQUE, None, node)
        self._below(node, scope)

    def _global(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._bindings.declare(node.names, scope, Kind.MODULE)

    def _nonlocal(self, node: Any, scope: Scope, _parent: Any) -> None:
        self._bindings.declare(node.names, scope, Kind.FUNCTION)

    def _delete(self, node: Any, scope: Scope, _parent: Any) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.unbound.add(target.id)
            elif isinstance(target, (ast.Tuple, ast.List)):
                self._pending.append((ast.Delete(targets=target.elts), scope, node))
            else:
                self._pending.append((target, scope, node))


_HANDLERS: Mapping[type, Callable[[Survey, Any, Scope, Any], None]] = {
    ast.Attribute: Survey._attribute,
    **dict.fromkeys((ast.Subscript, ast.MatchClass), Survey._watched),
    ast.BinOp: Survey._sum,
    **dict.fromkeys((ast.Import, ast.ImportFrom), Survey._import),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), Survey._function),
    ast.Lambda: Survey._lambda,
    ast.ClassDef: Survey._class,
    ast.Assign: Survey._assign,
    ast.AnnAssign: Survey._annotated,
    ast.NamedExpr: Survey._walrus,
    **dict.fromkeys((ast.IfExp, ast.BoolOp, ast.Starred, ast.List, ast.Tuple, ast.Set, ast.Dict), Survey._transparent),
    ast.Return: Survey._return,
    ast.Match: Survey._match,
    **dict.fromkeys((ast.Yield, ast.YieldFrom), Survey._yield),
    ast.If: Survey._if,
    ast.Try: Survey._try,
    **dict.fromkeys((ast.For, ast.AsyncFor), Survey._for),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), Survey._comprehension),
    ast.ExceptHandler: Survey._except,
    ast.Global: Survey._global,
    ast.Nonlocal: Survey._nonlocal,
    ast.Delete: Survey._delete,
    **dict.fromkeys((ast.MatchAs, ast.MatchStar, ast.MatchMapping), Survey._capture),
    **dict.fromkeys((ast.Raise, ast.AugAssign), Survey._speaking),
    ast.keyword: Survey._keyword,
}


def _is_of_class(function: Any) -> bool:
    """Whether a method is called without an instance by right."""
    return any(getattr(each, "id", "") in ("classmethod", "staticmethod") for each in function.decorator_list)


_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__", "__prepare__"})


def _first_parameter(function: Any) -> Source:
    """What the first parameter of a function in a class's body is."""
    decorators = {getattr(each, "id", "") for each in function.decorator_list}
    if "staticmethod" in decorators:
        return Source.OPAQUE
    return Source.CLASS if function.name in _CLASS_METHODS or "classmethod" in decorators else Source.SELF
