"""The constant texts of a file that whoever calls it is shown: docstrings and descriptions, and what functions give back or raise."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from skillpod.audit.facts import Spoken, Spot, Voice, What
from skillpod.audit.fixpoint import TooDeep
from skillpod.audit.folding import FOLDED_METHODS
from skillpod.audit.holders import LITERALS
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Binding, Kind, Place, Scope, Source
from skillpod.audit.standard import listed

MAX_DEPTH = 12
MAX_TEXT = 64 * 1024
"""Characters that are judged as one text; a longer one is judged in pieces."""
_OVERLAP = 1024
MAX_VALUES = 2_000
"""Expressions that one result is followed through; of what is behind or below them, only what is written there is read."""
MAX_ALL_VALUES = 200_000
"""Expressions that all results of a file are followed through."""
_HOLE = "{}"
"""What stands in a text where a value is put in that is not known."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ASKING = frozenset(
    listed("""
    search match fullmatch findall finditer compile startswith endswith removeprefix removesuffix find rfind index count get
    getenv isinstance
""")
)
"""Functions whose arguments are looked for, not given back."""
_ADDING = frozenset({"append", "extend", "insert", "write", "writelines", "appendleft", "setdefault", "update"})
_FEWEST_NUMBERS = 12
_PUTTING_TOGETHER = FOLDED_METHODS - {"decode", "encode", "hex"}
"""Methods of texts that are worked out. A code is told as one: it hides what it says."""


def spoken(reader: Reader) -> Iterator[Spoken]:
    """In the order of the file, each text once for each voice."""
    seen: set[tuple[Voice, str, int]] = set()
    for said in sorted(_said(reader), key=lambda said: (said.spot.line, said.spot.column)):
        key = (said.voice, said.text, said.spot.line)
        if key not in seen:
            seen.add(key)
            yield said


def _said(reader: Reader) -> Iterator[Spoken]:
    lines = reader.text.split("\n")
    bound = _Bound(reader)
    if reader.survey.statements:
        yield from _docstring(reader.survey.statements, "the module", lines)
    for place in reader.survey.spoken:
        node = place.node
        if isinstance(node, _DEFINITIONS):
            if node.decorator_list or isinstance(node, ast.ClassDef):  # no agent is shown what a function says that is no tool
                yield from _docstring(node.body, node.name, lines)
            for described, scope in _described(bound, node, place.scope):
                yield from _all(_Follow(bound), described, scope, Voice.DESCRIPTION, lines, node.name)
        elif isinstance(node, (ast.keyword, ast.Constant)):
            value, subject = (node.value, node.arg) if isinstance(node, ast.keyword) else (node, "")
            yield from _all(_Follow(bound), value, place.scope, Voice.DESCRIPTION, lines, subject or "")
        elif place.scope.kind is not Kind.MODULE or not isinstance(node, ast.AugAssign):
            yield from _results(bound, place, lines)
    for binding in bound.stored.get("__doc__", ()):
        if binding.node is not None:
            yield from _all(_Follow(bound), binding.node, binding.scope, Voice.DESCRIPTION, lines, "")
    for place in reader.survey.places:
        for given in _given(place, is_program=reader.file.startswith("scripts/")):
            yield from _all(_Follow(bound), given, place.scope, Voice.OUTPUT, lines, _name(getattr(place.node, "func", place.node)))


def _docstring(body: list[Any], subject: str, lines: list[str]) -> Iterator[Spoken]:
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        yield from _spoken(first.value, first.value.value, Voice.DESCRIPTION, subject, lines)


class _Bound:
    """A file's reader, and what its classes bind and its code stores under the name of an attribute, whatever it is taken from."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.left = MAX_ALL_VALUES
        self.stored: dict[str, list[Binding]] = {}
        for bindings in (reader.survey.fields, *(scope.bindings for scope in reader.survey.classes)):
            for name, found in bindings.items():
                self.stored.setdefault(name, []).extend(each for each in found if each.source is Source.VALUE)


def _described(bound: _Bound, node: Any, inner: Scope) -> Iterator[tuple[Any, Scope]]:
    """What else than its docstring describes a tool, or the values of an Enum that is one of its parameters."""
    if isinstance(node, ast.ClassDef):
        if any(_name(base).endswith(("Enum", "Flag")) or getattr(base, "attr", "").endswith(("Enum", "Flag")) for base in node.bases):
            yield from ((each.value, inner) for each in node.body if isinstance(each, ast.Assign))
        return
    outer = inner.parent
    if outer is None or not node.decorator_list:
        return
    for default in (*node.args.defaults, *node.args.kw_defaults):
        if isinstance(default, (ast.Name, ast.Attribute)):
            yield default, outer
    for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        for part in ast.walk(parameter.annotation) if isinstance(parameter.annotation, ast.Subscript) else ():
            if isinstance(part, ast.Name) and any(each.what is What.TEXT for each in bound.reader.value(part, outer)):
                yield part, outer
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            yield from ((word.value, outer) for word in decorator.keywords if word.arg is None)


def _results(bound: _Bound, place: Place, lines: list[str]) -> Iterator[Spoken]:
    node = place.node
    value = node.exc if isinstance(node, ast.Raise) else node.value
    if value is not None:
        yield from _all(_Follow(bound), value, place.scope, Voice.OUTPUT, lines, "")


def _all(follow: _Follow, value: Any, scope: Scope, voice: Voice, lines: list[str], subject: str) -> Iterator[Spoken]:
    for found in follow.texts(value, scope, subject, 0):
        yield from _spoken(found.node, found.text, voice, found.subject, lines)


def _spoken(node: Any, text: str, voice: Voice, subject: str, lines: list[str]) -> Iterator[Spoken]:
    written = "\n".join(lines[node.lineno - 1 : node.end_lineno or node.lineno])
    for start in range(0, max(len(text) - _OVERLAP, 1), MAX_TEXT - _OVERLAP):
        yield Spoken(Spot(node.lineno, node.col_offset + 1), text[start : start + MAX_TEXT], voice, subject, written)


def _given(place: Place, *, is_program: bool) -> Iterator[Any]:
    """What becomes part of a result: what is stored under a key, added to a list or a stream, handed to a function that gives nothing
    back, or printed by a program."""
    node, parent = place.node, place.parent
    if isinstance(node, ast.Subscript):
        if isinstance(parent, ast.Assign) and parent.value is not node:
            yield parent.value
    elif isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute):
            is_given = function.attr in _ADDING and any(map(_may_be_text, node.args))
        else:
            name = getattr(function, "id", "print")
            is_given = is_program if name == "print" else isinstance(parent, ast.Expr)
        if is_given:
            yield from node.args


def _may_be_text(node: Any) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.BinOp, ast.List, ast.Tuple, ast.Dict)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _name(node: Any) -> str:
    """The name that something is added to, without its punctuation."""
    if isinstance(node, ast.Attribute):
        return _name(node.value)
    return node.id if isinstance(node, ast.Name) else ""


@dataclass(frozen=True, slots=True)
class _Text:
    node: Any
    text: str
    subject: str


class _Follow:
    """Goes from one expression to the constant texts in what it gives."""

    def __init__(self, bound: _Bound) -> None:
        self._bound = bound
        self._reader = bound.reader
        self._left = MAX_VALUES
        self._seen: set[int] = set()

    def texts(self, node: Any, scope: Scope, subject: str, depth: int) -> Iterator[_Text]:
        """Raises TooDeep."""
        self._left -= 1
        self._take()
        if self._left < 0 or depth > MAX_DEPTH:
            yield from self._written(node, scope, subject)
            return
        whole = self._whole(node, scope, depth)
        if whole is not None:
            if len(whole) > 1 and whole != _HOLE:
                yield _Text(node, whole, subject)
            return
        if isinstance(node, ast.Name):
            yield from self._named(node, scope, depth)
        elif isinstance(node, ast.Attribute):
            yield from self._attribute(node, scope, depth)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            yield from self._items(node, node.elts, scope, subject, depth)
        elif isinstance(node, ast.Dict):
            yield from self._pairs(node, scope, subject, depth)
        elif isinstance(node, ast.Call):
            yield from self._called(node, scope, subject, depth)
        else:
            for below in _parts(node):
                yield from self.texts(below, scope, subject, depth + 1)

    def _take(self) -> None:
        self._bound.left -= 1
        if self._bound.left < 0:
            raise TooDeep

    def _written(self, node: Any, scope: Scope, subject: str) -> Iterator[_Text]:
        """What stands there as a constant, or as a name for one."""
        for each in ast.walk(node):
            self._take()
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield _Text(each, each.value, subject)
            elif isinstance(each, ast.Name):
                yield from self._known(each, scope, each.id)

    def _known(self, node: Any, scope: Scope, subject: str) -> Iterator[_Text]:
        yield from (_Text(node, meaning.path, subject) for meaning in self._reader.value(node, scope) if meaning.what is What.TEXT)

    def _whole(self, node: Any, scope: Scope, depth: int) -> str | None:
        """The one text that an expression is, with holes in it; None when it is none, or more than one."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, bytes):
                text = node.value.decode("latin-1")
                return text if text.isprintable() else None  # octets of a picture are no text
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            return "".join(self._piece(part, scope, depth + 1) for part in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = _terms(node)
            if any(isinstance(part, (ast.Constant, ast.JoinedStr)) and self._whole(part, scope, depth + 1) is not None for part in parts):
                return "".join(self._piece(part, scope, depth + 1) for part in parts)
        if _may_be_folded(node):
            found = self._reader.value(node, scope)
            return found[0].path if len(found) == 1 and found[0].what is What.TEXT else None
        return None

    def _piece(self, node: Any, scope: Scope, depth: int) -> str:
        if isinstance(node, ast.FormattedValue):
            node = node.value
        whole = self._whole(node, scope, depth) if depth < MAX_DEPTH else None
        if whole is None and isinstance(node, ast.Name):
            known = self._reader.lookup(node, scope, 0)
            whole = known[0].path if len(known) == 1 and known[0].what is What.TEXT else None
        return _HOLE if whole is None else whole

    def _named(self, node: ast.Name, scope: Scope, depth: int) -> Iterator[_Text]:
        """What a name was bound to, in its own scope or the nearest around it that has it."""
        here: Scope | None = scope.elsewhere.get(node.id, scope)
        while here is not None and node.id not in here.bindings:
            here = here.parent
        for binding in here.bindings[node.id] if here is not None else ():
            if id(binding) in self._seen:
                continue
            self._seen.add(id(binding))
            if binding.source in (Source.VALUE, Source.ELEMENT) and binding.node is not None:
                yield from self.texts(binding.node, binding.scope, node.id, depth + 1)
            elif binding.source is Source.IMPORT:
                yield from self._known(node, scope, node.id)
                yield from self._imported(node, binding, depth)

    def _imported(self, node: Any, binding: Binding, depth: int) -> Iterator[_Text]:
        """What another file of the skill has in a table."""
        own = self._reader.own_base(binding.node) if isinstance(binding.node, ast.ImportFrom) else None
        reader = self._reader.sibling(own) if own is not None else None
        if reader is None or binding.alias is None:
            return
        for there in reader.survey.module.bindings.get(binding.alias.name, ()):
            if there.source is Source.VALUE and isinstance(there.node, LITERALS) and id(there) not in self._seen:
                self._seen.add(id(there))
                for found in _Follow(_Bound(reader)).texts(there.node, there.scope, node.id, depth + 1):
                    yield _Text(node, found.text, found.subject)

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Iterator[_Text]:
        """What this file stores under the name, whatever it is taken from, and another under a name of its own."""
        yield from self._known(node, scope, node.attr)
        yield from self.texts(node.value, scope, node.attr, depth + 1)
        for binding in self._bound.stored.get(node.attr, ()):
            if id(binding) not in self._seen:
                self._seen.add(id(binding))
                yield from self.texts(binding.node, binding.scope, node.attr, depth + 1)

    def _items(self, node: Any, items: list[Any], scope: Scope, subject: str, depth: int) -> Iterator[_Text]:
        """The texts among them as one, line by line: what is split over a list is read together."""
        numbers = [item.value for item in items if isinstance(item, ast.Constant) and type(item.value) is int]
        if len(numbers) == len(items) >= _FEWEST_NUMBERS:
            yield _Text(node, " ".join(map(str, numbers)), subject)
            return
        wholes = [self._whole(item, scope, depth + 1) for item in items]
        together = [whole for whole in wholes if whole]
        if together:
            yield _Text(node, "\n".join(together), subject)
        for item, whole in zip(items, wholes, strict=True):
            if whole is None:
                yield from self.texts(item, scope, subject, depth + 1)

    def _pairs(self, node: ast.Dict, scope: Scope, subject: str, depth: int) -> Iterator[_Text]:
        for key, value in zip(node.keys, node.values, strict=True):
            named = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
            if " " in named:
                yield _Text(key, named, subject)
            yield from self.texts(value, scope, f"{subject} {named}".strip() if " " not in named else subject, depth + 1)

    def _called(self, node: ast.Call, scope: Scope, subject: str, depth: int) -> Iterator[_Text]:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in _ASKING:
            return
        if isinstance(function, ast.Attribute):
            yield from self.texts(function.value, scope, subject, depth + 1)
        for argument in (*node.args, *(word.value for word in node.keywords)):
            yield from self.texts(argument, scope, subject, depth + 1)


def _may_be_folded(node: Any) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in _PUTTING_TOGETHER
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)


def _terms(node: Any) -> list[Any]:
    """Of a chain of additions, however long."""
    parts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _parts(node: Any) -> tuple[Any, ...]:
    """What an expression may give, or gives parts of; nothing for what is only compared."""
    if isinstance(node, ast.IfExp):
        return (node.body, node.orelse)
    if isinstance(node, ast.BoolOp):
        return tuple(node.values)
    if isinstance(node, (ast.Await, ast.Starred, ast.NamedExpr, ast.Subscript, ast.FormattedValue, ast.YieldFrom)):
        return (node.value,)
    if isinstance(node, ast.BinOp):
        return (node.left, node.right)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return (node.elt, *(generator.iter for generator in node.generators))
    return (node.key, node.value) if isinstance(node, ast.DictComp) else ()
