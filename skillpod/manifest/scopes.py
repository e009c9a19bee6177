"""The bundle's Python files as syntax trees, and what a name in one of them stands for. Nothing is ever imported."""

from __future__ import annotations

import ast
import builtins
import collections.abc
import dataclasses
import enum
import re
import sys
import typing
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from skillpod.errors import ManifestInvalid
from skillpod.model.later import later
from skillpod.model.manifest import MIB

SOURCE_LIMIT = MIB
"""Bytes of Python in one bundle: a syntax tree takes up to four hundred times the memory of its text."""
_CHAIN_LIMIT = 30
"""Imports, aliases and attributes that are followed for one name."""


class Unclear(Exception):
    """Something in a skill's source can't be read without running it: what, where, and what to write instead."""

    def __init__(self, message: str, *, at: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


# --- what a name can stand for -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """``import module`` or ``from module import name``; ``module`` is dotted, ``.inside`` when it is one of the bundle's own."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class External:
    """Something that is not the skill's, by its dotted name: ``typing.Optional``, ``builtins.int``, ``skillpod.Context``."""

    name: str


@dataclass(frozen=True, slots=True)
class OwnModule:
    name: str


@dataclass(frozen=True, slots=True)
class OwnClass:
    node: ast.ClassDef
    scope: Scope

    @property
    def key(self) -> tuple[str, int]:
        return self.scope.file, self.node.lineno


@dataclass(frozen=True, slots=True)
class OwnFunction:
    node: ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class OwnValue:
    """A name that was given a value: an alias of a type, or a constant. ``annotation`` is what stands after its colon."""

    node: ast.expr
    scope: Scope


@dataclass(frozen=True, slots=True)
class Member:
    """A name in the body of a class, such as a member of an Enum."""

    owner: OwnClass
    name: str


Target = External | OwnModule | OwnClass | OwnFunction | OwnValue | Member
_Binding = Imported | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.expr


@dataclass(slots=True, eq=False)
class Scope:
    """The names bound in the body of a module or a class. ``stars`` are modules whose names were all imported."""

    file: str
    outer: Scope | None = None
    bindings: dict[str, _Binding] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)  # bound for type checkers only: a guest does not have them

    def place(self, node: ast.AST) -> str:
        """``handler.py:3:1`` of a node; lines and columns count from 1."""
        return f"{self.file}:{getattr(node, 'lineno', 1)}:{getattr(node, 'col_offset', 0) + 1}"


# --- reading the files -------------------------------------------------------------------------------------------------------------


def parse_files(files: Mapping[str, bytes]) -> tuple[dict[str, ast.Module], list[ManifestInvalid]]:
    """The syntax tree of every Python file by name, and a fault for each one that is not Python."""
    trees: dict[str, ast.Module] = {}
    sources = {name: text for name, text in files.items() if name.endswith(".py")}
    size = sum(map(len, sources.values()))
    if size > SOURCE_LIMIT:
        at = max(sources, key=lambda name: len(sources[name]))
        return trees, [ManifestInvalid(f"{size} bytes of Python; at most {SOURCE_LIMIT} are read", at=at, hint="keep tables in data files")]
    faults: list[ManifestInvalid] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stranger's invalid escape sequences are no business of our stderr
        for name, text in sources.items():
            try:
                _check_encoding(name, text)
                trees[name] = ast.parse(text, filename=name)
            except Unclear as fault:
                faults.append(ManifestInvalid(fault.message, at=fault.at, hint=fault.hint))
            except SyntaxError as error:
                faults.append(_syntax_fault(name, error))
            except (ValueError, RecursionError, MemoryError) as error:
                faults.append(ManifestInvalid(f"not Python: {error or 'nested too deeply'}", at=name))
    return trees, faults


_CODING = later(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_UTF_8 = frozenset({b"utf-8", b"utf8", b"utf-8-sig", b"ascii", b"us-ascii"})


def _check_encoding(name: str, text: bytes) -> None:
    """What a reviewer reads is what runs: a file that declares another encoding (PEP 263) looks different from the code it holds."""
    declared = _CODING.search(b"\n".join(text.split(b"\n", 2)[:2]))
    if declared and declared.group(1).lower().replace(b"_", b"-") not in _UTF_8:
        raise Unclear("declares another encoding than UTF-8", at=f"{name}:1:1", hint="save it as UTF-8 and remove the declaration")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise Unclear("is not UTF-8 text", at=f"{name}:{line}:1", hint="save it as UTF-8") from error


def _syntax_fault(name: str, error: SyntaxError) -> ManifestInvalid:
    where = f"{name}:{error.lineno or 1}:{max(error.offset or 1, 1)}"
    line = (error.text or "").strip()[:80]
    shown = f": {line}" if line and line.isprintable() else ""
    return ManifestInvalid(f"not Python: {error.msg}{shown}", at=where, hint="the file must be valid for the Python the pod runs on")


def module_scope(file: str, tree: ast.Module, modules: Modules) -> Scope:
    scope = Scope(file)
    _bind_all(tree.body, scope, modules)
    return scope


def class_scope(owner: OwnClass, modules: Modules) -> Scope:
    scope = Scope(owner.scope.file, outer=owner.scope)
    _bind_all(owner.node.body, scope, modules)
    return scope


def _bind_all(body: Iterable[ast.stmt], scope: Scope, modules: Modules) -> None:
    for statement in body:
        for name, binding in _bindings(statement, scope, modules):
            scope.bindings[name] = binding
        for branch in _branches(statement):
            if _is_type_checking(statement) and branch is statement.body:  # type: ignore[attr-defined]  # only an `if` is one
                other = Scope(scope.file)
                _bind_all(branch, other, modules)
                scope.unseen |= other.bindings.keys()
            else:
                inner = Scope(scope.file)
                _bind_all(branch, inner, modules)
                scope.bindings = {**inner.bindings, **scope.bindings}  # of several branches the first is taken
                scope.stars += inner.stars


def _bindings(statement: ast.stmt, scope: Scope, modules: Modules) -> Iterator[tuple[str, _Binding]]:
    match statement:
        case ast.Import():
            for alias in statement.names:
                whole = modules.absolute(alias.name)
                top = whole if alias.asname else modules.absolute(alias.name.split(".")[0])
                yield alias.asname or alias.name.split(".")[0], Imported(top)
        case ast.ImportFrom():
            module = modules.relative(scope.file, statement.module or "", statement.level)
            for alias in statement.names:
                if alias.name == "*":
                    scope.stars.append(module)
                else:
                    yield alias.asname or alias.name, Imported(module, alias.name)
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield statement.name, statement
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case _ if type(statement).__name__ == "TypeAlias":  # `type Name = ...`, from Python 3.12 on
            yield statement.name.id, statement.value  # type: ignore[attr-defined]  # see the line above


def _branches(statement: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(statement, ast.If):
        return [statement.body, statement.orelse]
    if isinstance(statement, ast.Try | ast.TryStar):
        return [statement.body, *(handler.body for handler in statement.handlers), statement.orelse, statement.finalbody]
    return [statement.body] if isinstance(statement, ast.With) else []


def _is_type_checking(statement: ast.stmt) -> bool:
    test = statement.test if isinstance(statement, ast.If) else None
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING")


# --- finding what a name stands for ------------------------------------------------------------------------------------------------


class Modules:
    """The Python files of one bundle as the guest would import them: one package, named after the skill; the standard library first.

    ``patterns`` are the regular expressions met so far, of which a skill may bring only so many.
    """

    def __init__(self, skill: str, trees: Mapping[str, ast.Module]) -> None:
        self.patterns: set[str] = set()
        self._package = skill.replace("-", "_")
        self._trees = trees
        self._files = {_dotted(file): file for file in sorted(trees, key=lambda file: not file.endswith("__init__.py"))}
        self._packages = {".".join(file.split("/")[:depth]) for file in trees for depth in range(1, file.count("/") + 1)}
        self._scopes: dict[str, Scope] = {}
        self._class_scopes: dict[tuple[str, int], Scope] = {}
        self._star_scopes: dict[str, list[Scope]] = {}

    def scope(self, file: str) -> Scope:
        """The names of one of the bundle's Python files."""
        if file not in self._scopes:
            self._scopes[file] = module_scope(file, self._trees[file], self)
        return self._scopes[file]

    def inside(self, owner: OwnClass) -> Scope:
        """The names in the body of a class."""
        if owner.key not in self._class_scopes:
            self._class_scopes[owner.key] = class_scope(owner, self)
        return self._class_scopes[owner.key]

    def absolute(self, dotted: str) -> str:
        """The module an absolute import means: ``.models`` when it is the bundle's own."""
        top, _, rest = dotted.partition(".")
        if top in sys.stdlib_module_names or top == "skillpod":
            return dotted
        if dotted in self._files or dotted in self._packages:
            return f".{dotted}"
        if top == self._package and (not rest or rest in self._files or rest in self._packages):
            return f".{rest}"
        return dotted

    def relative(self, file: str, dotted: str, level: int) -> str:
        if not level:
            return self.absolute(dotted)
        folders = file.split("/")[:-1]
        kept = folders[: len(folders) - (level - 1)] if level <= len(folders) + 1 else ["?"]
        return "." + ".".join([*kept, *([dotted] if dotted else [])])

    def resolve(self, scope: Scope, node: ast.expr, depth: int = 0) -> Target:
        """What a name or a dotted name stands for. Raises Unclear."""
        if depth > _CHAIN_LIMIT:
            raise Unclear("this goes through too many names", at=scope.place(node), hint="write the type here")
        if isinstance(node, ast.Name):
            return self._name(scope, node.id, node, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(self.resolve(scope, node.value, depth + 1), node, scope, depth)
        raise Unclear(f"`{source(node)}` is not a name", at=scope.place(node))

    def _name(self, scope: Scope, name: str, node: ast.expr, depth: int) -> Target:
        inner: Scope | None = scope
        while inner is not None:
            found = self._own(inner, name, node, depth)
            if found is not None:
                return found
            inner = inner.outer
        if hasattr(builtins, name):
            return External(f"builtins.{name}")
        if name in _outermost(scope).unseen:
            hint = "import it outside `if TYPE_CHECKING:`"
            raise Unclear(f"`{name}` is imported for type checkers only, so a guest does not have it", at=scope.place(node), hint=hint)
        raise Unclear(f"`{name}` is not defined in this file", at=scope.place(node), hint="import it, or correct its spelling")

    def _own(self, scope: Scope, name: str, node: ast.expr, depth: int) -> Target | None:
        for other in (scope, *self._starred(scope)):
            binding = other.bindings.get(name)
            if binding is not None and (other is scope or not name.startswith("_")):
                return self._bound(binding, other, node, depth)
        for module in scope.stars:
            if name in _STAR_MODULES.get(module, ()):
                return External(f"{module}.{name}")
        return None

    def _bound(self, binding: _Binding, scope: Scope, node: ast.expr, depth: int) -> Target:
        match binding:
            case Imported():
                return self._imported(binding, scope, node, depth)
            case ast.ClassDef():
                return OwnClass(binding, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                return OwnFunction(binding)
        return OwnValue(binding, scope)

    def _starred(self, scope: Scope) -> list[Scope]:
        """The bundle's modules whose names this one imported with a star, directly or through others, each once."""
        if not scope.stars:
            return []
        if scope.file not in self._star_scopes:
            found: dict[str, Scope] = {}
            pending = list(reversed(scope.stars))
            while pending:
                file = self._files.get(pending.pop().removeprefix("."))
                if file and file not in found:
                    found[file] = self.scope(file)
                    pending += reversed(found[file].stars)
            self._star_scopes[scope.file] = list(found.values())
        return self._star_scopes[scope.file]

    def _imported(self, binding: Imported, scope: Scope, node: ast.expr, depth: int) -> Target:
        if not binding.module.startswith("."):
            return External(f"{binding.module}.{binding.name}" if binding.name else binding.module)
        inside = binding.module[1:]
        if not binding.name:
            return OwnModule(inside)
        return self._in_module(inside, binding.name, scope, node, depth)

    def _in_module(self, module: str, name: str, scope: Scope, node: ast.expr, depth: int) -> Target:
        if depth > _CHAIN_LIMIT:
            raise Unclear(f"`{name}` is imported in a circle", at=scope.place(node))
        file = self._files.get(module)
        found = self._own(self.scope(file), name, node, depth + 1) if file else None
        if found is not None:
            return found
        below = f"{module}.{name}" if module else name
        if below in self._files or below in self._packages:
            return OwnModule(below)
        where = file or f"a module `{module}`, which is not in the folder"
        raise Unclear(f"`{name}` comes from {where}, where it is not defined", at=scope.place(node), hint="correct the import")

    def _attribute(self, base: Target, node: ast.Attribute, scope: Scope, depth: int) -> Target:
        match base:
            case External(name):
                return External(f"{name}.{node.attr}")
            case OwnModule(name):
                return self._in_module(name, node.attr, scope, node, depth)
            case OwnClass():
                nested = self.inside(base).bindings.get(node.attr)
                return OwnClass(nested, self.inside(base)) if isinstance(nested, ast.ClassDef) else Member(base, node.attr)
            case OwnValue(value, where) if isinstance(value, ast.Name | ast.Attribute):
                return self._attribute(self.resolve(where, value, depth + 1), node, scope, depth + 1)
        raise Unclear(f"`{source(node)}` can't be read without running the code", at=scope.place(node), hint="name the type itself")


_STAR_MODULES: Mapping[str, frozenset[str]] = {
    "typing": frozenset(typing.__all__),
    "enum": frozenset(enum.__all__),
    "dataclasses": frozenset(dataclasses.__all__),
    "collections.abc": frozenset(collections.abc.__all__),
    "skillpod": frozenset({"Audio", "Content", "Context", "Field", "File", "Image", "tool"}),
}


def _dotted(file: str) -> str:
    parts = file.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _outermost(scope: Scope) -> Scope:
    while scope.outer is not None:
        scope = scope.outer
    return scope


def source(node: ast.AST) -> str:
    """The text of a node as an error quotes it, on one line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:60] + "..."
