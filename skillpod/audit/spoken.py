"""The constant texts of a file that whoever calls it is shown: docstrings and descriptions, and what functions give back or raise."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from skillpod.audit.facts import Spoken, Spot, Voice, What
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Kind, Place, Scope, Source
from skillpod.audit.standard import listed

MAX_DEPTH = 12
MAX_TEXT = 64 * 1024
MAX_VALUES = 2_000
"""Expressions that one result is followed through."""
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
    if reader.survey.statements:
        yield from _docstring(reader.survey.statements, "the module", lines)
    for place in reader.survey.spoken:
        node = place.node
        if isinstance(node, _DEFINITIONS):
            if node.decorator_list or isinstance(node, ast.ClassDef):  # no agent is shown what a function says that is no tool
                yield from _docstring(node.body, node.name, lines)
        elif isinstance(node, (ast.keyword, ast.Constant)):
            value, subject = (node.value, node.arg) if isinstance(node, ast.keyword) else (node, "")
            yield from _all(_Follow(reader), value, place.scope, Voice.DESCRIPTION, lines, subject or "")
        elif place.scope.kind is not Kind.MODULE or not isinstance(node, ast.AugAssign):
            yield from _results(reader, place, lines)
    for place in reader.survey.places:
        if isinstance(place.node, ast.Call) and _gives(place.node, is_program=reader.file.startswith("scripts/")):
            for argument in place.node.args:
                yield from _all(_Follow(reader), argument, place.scope, Voice.OUTPUT, lines, _name(place.node.func))


def _docstring(body: list[Any], subject: str, lines: list[str]) -> Iterator[Spoken]:
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        yield _spoken(first.value, first.value.value, Voice.DESCRIPTION, subject, lines)


def _results(reader: Reader, place: Place, lines: list[str]) -> Iterator[Spoken]:
    node = place.node
    value = node.exc if isinstance(node, ast.Raise) else node.value
    if value is not None:
        yield from _all(_Follow(reader), value, place.scope, Voice.OUTPUT, lines, "")


def _all(follow: _Follow, value: Any, scope: Scope, voice: Voice, lines: list[str], subject: str) -> Iterator[Spoken]:
    for found in follow.texts(value, scope, subject, 0):
        yield _spoken(found.node, found.text, voice, found.subject, lines)


def _spoken(node: Any, text: str, voice: Voice, subject: str, lines: list[str]) -> Spoken:
    written = "\n".join(lines[node.lineno - 1 : node.end_lineno or node.lineno])
    return Spoken(Spot(node.lineno, node.col_offset + 1), text[:MAX_TEXT], voice, subject, written)


def _gives(call: ast.Call, *, is_program: bool) -> bool:
    """Whether what a call is given becomes part of a result: it is added to a list or a stream, or a program prints it."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr in _ADDING and any(map(_may_be_text, call.args))
    return is_program and isinstance(function, ast.Name) and function.id == "print"


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

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._left = MAX_VALUES
        self._seen: set[int] = set()

    def texts(self, node: Any, scope: Scope, subject: str, depth: int) -> Iterator[_Text]:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            return
        whole = self._whole(node, scope, depth)
        if whole is not None:
            if len(whole) > 1 and whole != _HOLE:
                yield _Text(node, whole, subject)
            return
        if isinstance(node, ast.Name):
            yield from self._named(node, scope, depth)
        elif isinstance(node, ast.Attribute):
            yield from self._attribute(node, depth)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            yield from self._items(node, node.elts, scope, subject, depth)
        elif isinstance(node, ast.Dict):
            yield from self._pairs(node, scope, subject, depth)
        elif isinstance(node, ast.Call):
            yield from self._called(node, scope, subject, depth)
        else:
            for below in _parts(node):
                yield from self.texts(below, scope, subject, depth + 1)

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
            if binding.source is Source.VALUE and binding.node is not None:
                yield from self.texts(binding.node, binding.scope, node.id, depth + 1)
            elif binding.source is Source.IMPORT:
                for meaning in self._reader.lookup(node, scope, 0):
                    if meaning.what is What.TEXT:
                        yield _Text(node, meaning.path, node.id)

    def _attribute(self, node: ast.Attribute, depth: int) -> Iterator[_Text]:
        """What classes of this file bind under the name, whichever of them it is taken from."""
        for scope in self._reader.survey.classes:
            for binding in scope.bindings.get(node.attr, ()):
                if binding.source is Source.VALUE and id(binding) not in self._seen:
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
