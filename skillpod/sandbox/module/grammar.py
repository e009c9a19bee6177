"""RestrictedPython's transformer with a policy of ours: the part of Python that module isolation takes, rewritten to ask its guards.

What is rewritten: reading an attribute asks ``_getattr_``, writing one ``_write_``, changing one in its place ``_change_``, writing an item
``_writeitem_``; a class is made by ``__metaclass__``; and every function, loop and comprehension looks at ``_over_`` first, so that a call
can be ended at any of them.
Reading an item and iterating ask nobody: they give what a container holds, and no container that a skill can hold has what is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from RestrictedPython.transformer import RestrictingNodeTransformer

from skillpod.sandbox.module.words import (
    INSPECTION,
    INSTEAD_OF_NAME,
    INSTEAD_OF_NODE,
    JAIL,
    METHODS,
    PLAIN_METHODS,
    READ_ONLY_NAMES,
    WRITTEN_NAMES,
)

_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One construct that is not taken: where it stands (``line`` from 1, ``column`` from 1), what it is, and what to write instead."""

    line: int
    column: int
    message: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import as it stands: ``level`` dots, then ``module``; ``names`` are empty for ``import module``."""

    line: int
    column: int
    module: str
    level: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """``name.attribute`` where ``name`` was bound by ``import module``."""

    line: int
    column: int
    module: str
    attribute: str


def _name(hook: str) -> ast.Name:
    return ast.Name(hook, ast.Load())


def _at(new: _Node, old: ast.AST) -> _Node:
    """The new node and all in it, in the place of the old one."""
    ast.copy_location(new, old)
    return ast.fix_missing_locations(new)


def _goes_on() -> ast.expr:
    """``not _over_ or _stop_()``: true, unless it raises."""
    return ast.BoolOp(ast.Or(), [ast.UnaryOp(ast.Not(), _name("_over_")), ast.Call(_name("_stop_"), [], [])])


def _look(node: ast.AST) -> ast.stmt:
    """``if _over_: _stop_()``. Until a call is over this is one look into a dictionary, a hundredth of a call."""
    return _at(ast.If(_name("_over_"), [ast.Expr(ast.Call(_name("_stop_"), [], []))], []), node)


class Subset(RestrictingNodeTransformer):
    """Visits one module; ``faults`` are what it may not have, ``imports`` what it imports, ``reads`` what it reads of modules by name."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        self.imports: list[Import] = []
        self._aliases: dict[str, str] = {}
        self._reads: list[tuple[str, ast.Attribute]] = []
        self._bound: set[str] = set()
        self._loaded: list[ast.Name] = []

    def rewritten(self, tree: ast.Module) -> ast.Module:
        """The same module, asking the guards; worth something only while ``faults`` is empty."""
        self.node_contents_visit(tree)
        for node in self._loaded:
            if node.id in INSTEAD_OF_NAME and node.id not in self._bound:
                self._refuse(node, f"the built-in `{node.id}` is not there", INSTEAD_OF_NAME[node.id])
        self.faults.sort(key=lambda fault: (fault.line, fault.column))
        return ast.fix_missing_locations(tree)

    @property
    def reads(self) -> list[Read]:
        return [
            Read(line=node.lineno, column=node.col_offset + 1, module=self._aliases[name], attribute=node.attr)
            for name, node in self._reads
            if name in self._aliases
        ]

    # --- what is refused ---------------------------------------------------------------------------------------------------------

    def _refuse(self, node: ast.AST, message: str, fix: str) -> None:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        self.faults.append(Fault(line=line, column=column, message=message, fix=fix))

    def error(self, node: ast.AST, info: str) -> None:
        """What RestrictedPython itself refuses, in its words."""
        self._refuse(node, info[0].lower() + info[1:].rstrip("."), JAIL)

    def warn(self, node: ast.AST, info: str) -> None:
        """Nothing that it warns of concerns a skill."""

    def not_allowed(self, node: ast.AST) -> None:
        """A node nobody has looked at: a new one of a newer Python, too."""
        kind = type(node).__name__
        construct, fix = INSTEAD_OF_NODE.get(kind, (f"the construct {kind}", JAIL))
        self._refuse(node, f"{construct} is not supported", fix)

    # --- names -------------------------------------------------------------------------------------------------------------------

    def check_name(self, node: Any, name: str | None, allow_magic_methods: bool = False) -> None:
        """One underscore in front is the author's own affair. Two, or one at each end, are the interpreter's and the guards'."""
        if name is None or name in WRITTEN_NAMES or (allow_magic_methods and name in METHODS):
            return
        if _is_taken(name):
            fix = "define another method" if allow_magic_methods else "write one underscore in front, or none"
            self._refuse(node, f"the name `{name}` is the interpreter's own", fix)
        if name == "super":  # ``super().__init__`` is read without asking
            self._refuse(node, "the name `super` is the interpreter's own", "choose another name")
        self._bound.add(name)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not isinstance(node.ctx, ast.Load):
            self.check_name(node, node.id)
        elif _is_taken(node.id) and node.id not in READ_ONLY_NAMES | WRITTEN_NAMES:
            self._refuse(node, f"the name `{node.id}` is the interpreter's own", "do without it")
        else:
            self._loaded.append(node)
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        for name in node.names:
            self.check_name(node, name)
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        for name in node.names:
            self.check_name(node, name)
        return node

    def check_import_names(self, node: ast.ImportFrom | ast.Import) -> ast.AST:
        module = getattr(node, "module", None) or ""
        for alias in node.names:
            if alias.name == "*":
                self._refuse(node, "`import *` is not supported", "name what is imported")
                return self.kept(node)
            self.check_name(node, alias.asname or alias.name.partition(".")[0])
            if isinstance(node, ast.ImportFrom) and _is_taken(alias.name):
                self._refuse(node, f"the name `{alias.name}` is the interpreter's own", "do without it")
        if isinstance(node, ast.Import):
            self._aliases |= {alias.asname or alias.name: alias.name for alias in node.names if alias.asname or "." not in alias.name}
        said = [(alias.name, ()) for alias in node.names] if isinstance(node, ast.Import) else [(module, tuple(a.name for a in node.names))]
        place = {"line": node.lineno, "column": node.col_offset + 1, "level": getattr(node, "level", 0)}
        self.imports += [Import(module=name, names=names, **place) for name, names in said]
        return self.kept(node)

    # --- attributes and items ----------------------------------------------------------------------------------------------------

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.attr in METHODS and _is_super(node.value):
            return node
        self._check_attribute(node)
        if isinstance(node.value, ast.Name):
            self._reads.append((node.value.id, ast.Attribute(node.value, node.attr, lineno=node.lineno, col_offset=node.col_offset)))
        node = self.kept(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = _at(ast.Call(_name("_write_"), [node.value], []), node.value)
            return node
        if node.attr in PLAIN_METHODS:
            return node
        return _at(ast.Call(_name("_getattr_"), [node.value, ast.Constant(node.attr)], []), node)

    def _check_attribute(self, node: ast.Attribute) -> None:
        name = node.attr
        if name in INSPECTION:
            self._refuse(node, f"the attribute `{name}` leads into the interpreter", "do without it")
        elif _is_taken(name):
            self._refuse(node, f"the attribute `{name}` is the interpreter's own", _INSTEAD_OF_ATTRIBUTE.get(name, "do without it"))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node = self.kept(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = _at(ast.Call(_name("_writeitem_"), [node.value], []), node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """``x.y += 1`` reads ``y``, too, of an object of the skill's own that may have inherited it from another's class."""
        node = self.kept(node)
        if isinstance(node.target, ast.Attribute):
            asked = node.target.value.args[0]  # type: ignore[attr-defined]  # SAFE: ``visit_Attribute`` has made a call of it
            node.target.value = _at(ast.Call(_name("_change_"), [asked, ast.Constant(node.target.attr)], []), node.target.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return self.kept(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return self.kept(node)

    # --- what repeats ------------------------------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.check_name(node, node.name, allow_magic_methods=True)
        self.check_function_argument_names(node)
        node = self.kept(node)
        has_manual = ast.get_docstring(node, clean=False) is not None
        node.body.insert(1 if has_manual else 0, _look(node.body[0]))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.check_function_argument_names(node)
        node = self.kept(node)
        node.body = _at(ast.IfExp(_goes_on(), node.body, ast.Constant(None)), node.body)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._loop(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._loop(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        return self._loop(node)

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor) -> ast.AST:
        node = self.kept(node)
        node.body.insert(0, _look(node.body[0]))
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node = self.kept(node)
        node.ifs.insert(0, _at(_goes_on(), node.iter))
        return node

    # --- statements that RestrictedPython rewrites for guards we do not have, or does not know --------------------------------------

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        return self.kept(node)

    def visit_With(self, node: ast.With) -> ast.AST:
        return self.kept(node)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        return self.kept(node)

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.kept(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.check_name(node, node.name)
        for keyword in node.keywords:
            if keyword.arg in ("metaclass", None):
                self._refuse(node, "a metaclass is not supported", "write a plain class, or a decorator")
        node = self.kept(node)
        node.keywords.append(_at(ast.keyword("metaclass", _name("__metaclass__")), node))
        return node

    # --- match -------------------------------------------------------------------------------------------------------------------

    def visit_Match(self, node: ast.Match) -> ast.AST:
        return self.kept(node)

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        return self.kept(node)

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.AST:
        """The interpreter takes a dotted name here as it stands, and would read it without asking."""
        if any(isinstance(part, ast.Attribute) for part in ast.walk(node.value)):
            self._refuse(node, "a dotted name in a pattern is not supported", "capture and compare: `case value if value == Color.RED`")
        return self.kept(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        """A pattern in the parentheses reads attributes without asking."""
        if node.patterns or node.kwd_patterns:
            self._refuse(node, "a class pattern with patterns in it is not supported", "write `case Point() as p if p.x == 0`")
        return self.kept(node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.AST:
        self.check_name(node, node.rest)
        return self.kept(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> ast.AST:
        self.check_name(node, node.name)
        return self.kept(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> ast.AST:
        self.check_name(node, node.name)
        return self.kept(node)

    def visit_MatchOr(self, node: ast.MatchOr) -> ast.AST:
        return self.kept(node)

    def visit_MatchSequence(self, node: ast.MatchSequence) -> ast.AST:
        return self.kept(node)

    def visit_MatchSingleton(self, node: ast.MatchSingleton) -> ast.AST:
        return node

    def kept(self, node: _Node) -> _Node:
        """The node as it stands; what is in it is looked at."""
        kept: _Node = self.node_contents_visit(node)
        return kept


_INSTEAD_OF_ATTRIBUTE: Mapping[str, str] = {
    "__class__": "write `type(value)`",
    "__name__": "write the name as text",
    "__dict__": "use dataclasses.asdict, or a dict of your own",
    "__init__": "write `super().__init__(...)`",
}


def _is_taken(name: str) -> bool:
    """Two underscores in front, or one at each end of something."""
    return name.startswith("__") or (name.startswith("_") and name.endswith("_") and name != "_")


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args
