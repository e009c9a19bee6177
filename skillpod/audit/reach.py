"""What a module's code reaches: names, attributes and constants followed to the objects of the standard library behind them.

Nothing is executed. A name may have several meanings (it is assigned twice, or under a condition): all of them count. What can't be
followed is UNKNOWN; a method on an unknown value is no finding, a dangerous object that would have to become one first is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from skillpod.audit.facts import UNKNOWN, Meaning, Meanings, What
from skillpod.audit.fixpoint import Fixpoint, TooDeep, merged
from skillpod.audit.modules import Modules
from skillpod.audit.scopes import Binding, Kind, Scope, Source, Survey
from skillpod.audit.source import Source as Text
from skillpod.audit.standard import BUILTINS, GUARDED, MEMBERS, MODULES, PERMITTED, SUBMODULES, is_standard, standing, transit

SDK = "skillpod"
MAX_DEPTH = 120
_MAX_STEPS = 300_000
_MAX_TEXT = 1000
_MAX_BINDINGS = 1000
WATCHED = frozenset({*BUILTINS, "getattr", "setattr", "delattr", "globals", "vars", "locals"})
LOOKERS = frozenset(
    f"builtins.{name}" for name in ("hasattr", "dir", "repr", "str", "print", "isinstance", "id", "bool", "callable", "type")
)
"""Builtins that look at a value and do not hand it on."""

TELLING = frozenset({"os", "sys", "builtins", "posix", "subprocess", "importlib", "ctypes"})
"""Modules whose names are rarely the name of anything else."""

METACLASSES = frozenset({"builtins.type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})

LOOKUPS = frozenset({"get", "pop", "setdefault", "__getitem__"})
"""Methods of a mapping that take a key and give its value."""

_FOLLOWED = frozenset({*WATCHED, "super", "chr", *(name.removeprefix("builtins.") for name in LOOKERS)})
SUPER: Meanings = (Meaning(What.SELF, "super"),)


class Reader:
    """One file, read. ``readers`` are those of the whole bundle by file, so that a sibling's names can be followed."""

    def __init__(self, source: Text, modules: Modules, readers: Mapping[str, Reader]) -> None:
        self.file = source.file
        self.text = source.text
        self._modules = modules
        self._readers = readers
        self.survey = Survey(source.tree)
        self._known = Fixpoint()
        self._steps = 0
        self._inert: tuple[int, int] | None = None
        self.imports: set[str] = set()
        """Own dotted names that this file imports."""

    # --- names -------------------------------------------------------------------------------------------------------------------

    def exported(self, name: str, depth: int = 0) -> Meanings:
        """What another module of the bundle gets under a name."""
        found = self.survey.module.bindings.get(name)
        if found:
            return self._union(found, depth)
        return self._from_stars(self.survey.module, name, depth)

    def lookup(self, node: Any, scope: Scope, depth: int) -> Meanings:
        name = node.id
        found: Meanings = ()
        here: Scope | None = scope.elsewhere.get(name, scope)
        while here is not None:
            bindings = here.bindings.get(name)
            if bindings and (here.kind is not Kind.CLASS or here is scope):
                found += self._union(bindings, depth)
                if here.kind in (Kind.FUNCTION, Kind.COMPREHENSION) or self._hides(name, bindings, here, scope, node):
                    return found
            here = here.parent
        found += self._from_stars(self.survey.module, name, depth)
        if name in _FOLLOWED:
            found += (Meaning(What.MEMBER, f"builtins.{name}"),)
        return found or UNKNOWN

    def _hides(self, name: str, bindings: list[Binding], home: Scope, scope: Scope, node: Any) -> bool:
        """Whether a module's or class's own name surely stands before the builtin where it is read."""
        if name not in WATCHED and home.kind is Kind.MODULE:
            return True
        if name in home.unbound or len(bindings) > _MAX_BINDINGS:
            return False
        at = (node.lineno, node.col_offset)
        certain = [binding for binding in bindings if binding.is_certain]
        if any(binding.effective <= at for binding in certain):
            return True
        return home.kind is Kind.MODULE and _is_in_function(scope) and any(binding.effective <= self._first_act() for binding in certain)

    def _first_act(self) -> tuple[int, int]:
        """Where the module first does more than define: what is defined before that is there when any function is called."""
        if self._inert is None:
            end = (1 << 30, 0)
            self._inert = next(((each.lineno, each.col_offset) for each in self.survey.statements if not _is_inert(each)), end)
        return self._inert

    def _union(self, bindings: list[Binding], depth: int) -> Meanings:
        if all(binding.source is Source.OPAQUE for binding in bindings):
            return UNKNOWN
        return self._known.meanings(id(bindings), lambda: (self._meanings(binding, depth + 1) for binding in bindings))

    def _meanings(self, binding: Binding, depth: int) -> Meanings:
        if binding.source is Source.OPAQUE:
            return UNKNOWN
        found = self._bound(binding, depth)
        return UNKNOWN if found is UNKNOWN else tuple(meaning.bound(binding.line) for meaning in found)

    def _bound(self, binding: Binding, depth: int) -> Meanings:
        if binding.source is Source.VALUE:
            return self._value(binding.node, binding.scope, depth)
        if binding.source is Source.IMPORT:
            return self.imported(binding.node, binding.alias, depth)
        if binding.source is Source.HANDLER:
            return (Meaning(What.HANDLER),)
        if binding.source is Source.SELF:
            return (Meaning(What.SELF),)
        if binding.source is Source.FIELD:
            called = self._value(binding.node.func, binding.scope, depth)
            is_field = any(meaning.path == "dataclasses.fields" for meaning in called)
            return (Meaning(What.FIELD),) if is_field else UNKNOWN
        return UNKNOWN

    def _from_stars(self, scope: Scope, name: str, depth: int) -> Meanings:
        found: Meanings = ()
        for node in scope.stars:
            own = self.own_base(node)
            if own is not None:
                reader = self.sibling(own)
                found += reader.exported(name, depth + 1) if reader and reader is not self and depth < MAX_DEPTH else ()
            elif node.module and is_standard(node.module.partition(".")[0]):
                resolved = transit(node.module, name)
                if resolved in MEMBERS or resolved in MODULES:
                    found += (Meaning(What.MODULE if resolved in MODULES else What.MEMBER, resolved, node.lineno),)
        return found

    def holds_modules(self) -> bool:
        """Whether a guarded or refused module is among the names of this file."""
        for name in self.survey.module.bindings:
            for meaning in self.exported(name):
                if meaning.what is What.MODULE and (meaning.path in GUARDED or standing(meaning.path).reach not in PERMITTED):
                    return True
        return bool(self.survey.module.stars)

    def decorates(self, call: Any) -> bool:
        """Whether a call stands as the decorator of a class."""
        above = self.survey.parents.get(id(call))
        return isinstance(above, ast.ClassDef) and call in above.decorator_list

    def sibling(self, name: str) -> Reader | None:
        """The reader of another module of the bundle, by its dotted name."""
        return self._readers.get(self._modules.file_of.get(name, ""))

    def imported_files(self) -> Iterator[str]:
        """The files of the bundle that run when this one is imported and its imports are."""
        for name in self.imports:
            yield from self._modules.files_along(name)

    # --- imports -----------------------------------------------------------------------------------------------------------------

    def own_base(self, node: ast.ImportFrom) -> str | None:
        if node.level:
            return self._modules.relative(self.file, node.level, node.module or "")
        if is_standard((node.module or "").partition(".")[0]):
            return None
        return self._modules.absolute(node.module or "", self.file)

    def module(self, path: str) -> Meaning:
        top = path.partition(".")[0]
        if top == SDK:
            return Meaning(What.SDK, path)
        if is_standard(top):
            return Meaning(What.MODULE, path)
        own = self._modules.absolute(path, self.file)
        return Meaning(What.FOREIGN, path) if own is None else Meaning(What.OWN, own)

    def imported(self, node: Any, alias: Any, depth: int) -> Meanings:
        if isinstance(node, ast.Import):
            return (self.module(alias.name if alias.asname else alias.name.partition(".")[0]),)
        if node.level:
            own = self.own_base(node)
            return UNKNOWN if own is None else self.attribute((Meaning(What.OWN, own),), alias.name, depth)
        return self.attribute((self.module(node.module),), alias.name, depth)

    # --- expressions -------------------------------------------------------------------------------------------------------------

    def value(self, node: Any, scope: Scope) -> Meanings:
        """What an expression may be. Raises TooDeep."""
        return self._value(node, scope, 0)

    def _value(self, node: Any, scope: Scope, depth: int) -> Meanings:
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > _MAX_STEPS:
            raise TooDeep
        evaluate = _EVALUATE.get(type(node))
        return UNKNOWN if evaluate is None else evaluate(self, node, scope, depth + 1)

    def _constant(self, node: Any, _scope: Scope, _depth: int) -> Meanings:
        return (Meaning(What.TEXT, node.value),) if isinstance(node.value, str) else UNKNOWN

    def _dotted(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return self.attribute(self._value(node.value, scope, depth), node.attr, depth)

    def attribute(self, bases: Meanings, name: str, depth: int) -> Meanings:
        if bases is UNKNOWN and name.lstrip("_") not in TELLING:
            return UNKNOWN
        if len(bases) == 1:
            return self._attribute_of(bases[0], name, depth)
        return merged(meaning for base in bases for meaning in self._attribute_of(base, name, depth))

    def _attribute_of(self, base: Meaning, name: str, depth: int) -> Meanings:
        if base.what in (What.MODULE, What.MEMBER):
            if name == "__dict__" and base.what is What.MODULE:
                return (Meaning(What.NAMESPACE, base.path, base.line),)
            return (_member(base, name),)
        if base.what is What.OWN:
            return self._own_attribute(base, name, depth)
        if base.what in (What.SDK, What.FOREIGN):
            return (Meaning(base.what, f"{base.path}.{name}", base.line),)
        if base.what in (What.GUESS, What.UNKNOWN, What.SELF, What.HANDLER):
            return _guess(base, name)
        if base.what is What.FIELD and name == "name":
            return (Meaning(What.TEXT, "field"),)
        return UNKNOWN

    def _own_attribute(self, base: Meaning, name: str, depth: int) -> Meanings:
        inside = f"{base.path}.{name}" if base.path else name
        reader = self.sibling(base.path)
        found = reader.exported(name, depth + 1) if reader is not None and depth < MAX_DEPTH else ()
        if inside in self._modules.file_of:
            return (*found, Meaning(What.OWN, inside, base.line))
        return tuple(Meaning(each.what, each.path, base.line) for each in found) or UNKNOWN

    def _joined(self, node: Any, _scope: Scope, _depth: int) -> Meanings:
        parts = [part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        return (Meaning(What.TEXT, "".join(parts)),) if len(parts) == len(node.values) else UNKNOWN

    def _sum(self, node: Any, scope: Scope, depth: int) -> Meanings:
        """A chain of additions of constant strings, walked without recursion: it is as deep as it is long."""
        if not isinstance(node.op, ast.Add):
            return UNKNOWN
        parts: list[str] = []
        left: Any = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            part = _text(self._value(left.right, scope, depth))
            if part is None:
                return UNKNOWN
            parts.append(part)
            left = left.left
        first = _text(self._value(left, scope, depth))
        return UNKNOWN if first is None else _folded([first, *reversed(parts)])

    def _either(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return merged((*self._value(node.body, scope, depth), *self._value(node.orelse, scope, depth)))

    def _any(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return merged(meaning for value in node.values for meaning in self._value(value, scope, depth))

    def _walrus(self, node: Any, scope: Scope, depth: int) -> Meanings:
        return self._value(node.value, scope, depth)

    def _item(self, node: Any, scope: Scope, depth: int) -> Meanings:
        if isinstance(node.value, (ast.Tuple, ast.List)) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            elements = node.value.elts
            index = node.slice.value
            return self._value(elements[index], scope, depth) if -len(elements) <= index < len(elements) else UNKNOWN
        if isinstance(node.slice, ast.Slice):
            text = _text(self._value(node.value, scope, depth))
            return UNKNOWN if text is None or not _is_reversal(node.slice) else (Meaning(What.TEXT, text[::-1]),)
        spaces = [meaning for meaning in self._value(node.value, scope, depth) if meaning.what is What.NAMESPACE]
        return self._named(spaces, node.slice, scope, depth) if spaces else UNKNOWN

    def _named(self, spaces: list[Meaning], key: Any, scope: Scope, depth: int) -> Meanings:
        names = [meaning.path for meaning in self._value(key, scope, depth) if meaning.what is What.TEXT]
        found: Meanings = ()
        for space in spaces:
            for name in names:
                if not space.path:
                    found += self.lookup(ast.Name(id=name, ctx=ast.Load(), lineno=1, col_offset=0), self.survey.module, depth)
                else:
                    found += self.attribute((Meaning(What.MODULE, space.path, space.line),), name, depth)
        return found or UNKNOWN

    def _called(self, node: Any, scope: Scope, depth: int) -> Meanings:
        function = node.func
        if isinstance(function, ast.Attribute):
            found = self._method(function, node, scope, depth)
            if found is not None:
                return found
        found = ()
        for meaning in self._value(function, scope, depth):
            found += self._result(meaning, node, scope, depth)
        return found or UNKNOWN

    def _method(self, function: Any, node: Any, scope: Scope, depth: int) -> Meanings | None:
        """Methods of constants and of namespaces; None for any other."""
        if function.attr in LOOKUPS and node.args:
            spaces = [meaning for meaning in self._value(function.value, scope, depth) if meaning.what is What.NAMESPACE]
            return self._named(spaces, node.args[0], scope, depth) if spaces else None
        if function.attr == "join" and node.args and isinstance(node.args[0], (ast.Tuple, ast.List)):
            glue = _text(self._value(function.value, scope, depth))
            parts = [_text(self._value(each, scope, depth)) for each in node.args[0].elts]
            if glue is not None and None not in parts:
                return _folded([glue.join(part for part in parts if part is not None)])
        return None

    def _result(self, called: Meaning, node: Any, scope: Scope, depth: int) -> Meanings:
        arguments = node.args
        if called.path == "builtins.getattr" and len(arguments) >= 2:
            return self.fetched(arguments, scope, depth)
        if called.path in ("builtins.globals", "builtins.locals") or (called.path == "builtins.vars" and not arguments):
            return (Meaning(What.NAMESPACE),)
        if called.path == "builtins.vars":
            modules = [meaning for meaning in self._value(arguments[0], scope, depth) if meaning.what is What.MODULE]
            return tuple(Meaning(What.NAMESPACE, meaning.path, meaning.line) for meaning in modules)
        if called.path in ("builtins.__import__", "importlib.import_module") and arguments:
            name = _text(self._value(arguments[0], scope, depth))
            return (self.module(name),) if name else ()
        if called.path == "builtins.super":
            return SUPER
        if called.path == "builtins.chr" and arguments and isinstance(arguments[0], ast.Constant):
            code = arguments[0].value
            return (Meaning(What.TEXT, chr(code)),) if isinstance(code, int) and 0 <= code < 0x110000 else ()
        return ()

    def fetched(self, arguments: list[Any], scope: Scope, depth: int) -> Meanings:
        bases = self._value(arguments[0], scope, depth)
        found: Meanings = ()
        for name in self._value(arguments[1], scope, depth):
            if name.what is What.TEXT:
                found += self.attribute(bases, name.path, depth)
        return found


_EVALUATE: dict[type, Any] = {
    ast.Name: Reader.lookup,
    ast.Constant: Reader._constant,
    ast.Attribute: Reader._dotted,
    ast.JoinedStr: Reader._joined,
    ast.BinOp: Reader._sum,
    ast.IfExp: Reader._either,
    ast.BoolOp: Reader._any,
    ast.NamedExpr: Reader._walrus,
    ast.Subscript: Reader._item,
    ast.Call: Reader._called,
}


def _member(base: Meaning, name: str) -> Meaning:
    """An attribute of something in the standard library; a module reached through another is itself."""
    path = transit(base.path, name)
    if base.what is What.MODULE and (path in MODULES or path in SUBMODULES):
        return Meaning(What.MODULE, path, base.line)
    if path in MODULES and (path in GUARDED or standing(path).reach not in PERMITTED):
        return Meaning(What.MODULE, path, base.line)
    return Meaning(What.MEMBER, path if base.what is What.MODULE else f"{base.path}.{name}", base.line)


def _guess(base: Meaning, name: str) -> Meanings:
    """What an attribute of an unknown value looks like: a telling module, or a member of one."""
    if base.what is What.GUESS and "." not in base.path:
        return (Meaning(What.GUESS, f"{base.path}.{name}", base.line),)
    plain = name.lstrip("_")
    return (Meaning(What.GUESS, plain),) if plain in TELLING else UNKNOWN


def _folded(parts: list[str]) -> Meanings:
    """The constant that parts add up to; one too long to be a name is not followed."""
    return (Meaning(What.TEXT, "".join(parts)),) if sum(map(len, parts)) <= _MAX_TEXT else UNKNOWN


def _text(meanings: Meanings) -> str | None:
    """The one constant string an expression is, or None."""
    return meanings[0].path if len(meanings) == 1 and meanings[0].what is What.TEXT else None


def _is_reversal(part: Any) -> bool:
    step = part.step
    is_back = isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub) and isinstance(step.operand, ast.Constant)
    return bool(is_back and step.operand.value == 1 and part.lower is None and part.upper is None)


def _is_in_function(scope: Scope) -> bool:
    here: Scope | None = scope
    while here is not None:
        if here.kind is Kind.FUNCTION:
            return True
        here = here.parent
    return False


def _is_inert(statement: Any) -> bool:
    """Whether running a module's statement can call nothing of the module's own."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return all(_is_marker(each) for each in statement.decorator_list) and all(
            default is None or isinstance(default, (ast.Constant, ast.UnaryOp))
            for default in (*statement.args.defaults, *statement.args.kw_defaults)
        )
    if isinstance(statement, (ast.Expr, ast.Assign)):
        return isinstance(statement.value, ast.Constant)
    return False


def _is_marker(decorator: Any) -> bool:
    """``@tool``, bare or with literals: what almost every function of a skill carries. A function of that name in the same file would be
    defined before it is used, and the names it can call then are those that stand above it."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "tool"
