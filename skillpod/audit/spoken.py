"""The constant texts of a file that whoever calls it is shown: docstrings and descriptions, and what functions give back or raise."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

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


class _Text(NamedTuple):
    node: Any
    text: str
    subject: str


def spoken(reader: Reader) -> Iterator[Spoken]:
    """In the order of the file, each text once for each voice and line. Raises TooDeep."""
    said = _Said(reader.text.split("\n"))
    bound = _Bound(reader)
    if reader.survey.statements:
        said.add_docstring(reader.survey.statements, "the module")
    for place in reader.survey.spoken:
        _of_place(bound, place, said)
    for binding in bound.stored.get("__doc__", ()):
        if binding.node is not None:
            said.add_all(bound, binding.node, binding.scope, Voice.DESCRIPTION, "")
    is_program = reader.file.startswith("scripts/")
    for place in reader.survey.places:
        if place.node.__class__ in _GIVING:
            for given in _given(place, is_program=is_program):
                said.add_all(bound, given, place.scope, Voice.OUTPUT, _name(getattr(place.node, "func", place.node)))
    return said.in_order()


def _of_place(bound: _Bound, place: Place, said: _Said) -> None:
    node = place.node
    if isinstance(node, _DEFINITIONS):
        if node.decorator_list or isinstance(node, ast.ClassDef):  # no agent is shown what a function says that is no tool
            said.add_docstring(node.body, node.name)
        for described, scope in _described(bound, node, place.scope):
            said.add_all(bound, described, scope, Voice.DESCRIPTION, node.name)
    elif isinstance(node, ast.keyword):
        said.add_all(bound, node.value, place.scope, Voice.DESCRIPTION, node.arg or "")
    elif isinstance(node, ast.Constant):
        said.add_all(bound, node, place.scope, Voice.DESCRIPTION, "")
    elif place.scope.kind is not Kind.MODULE or not isinstance(node, ast.AugAssign):
        value = node.exc if isinstance(node, ast.Raise) else node.value
        if value is not None:
            said.add_all(bound, value, place.scope, Voice.OUTPUT, "")


class _Said:
    """What was found to be said: of the same text in the same line and voice the leftmost, and of those the first."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._count = 0
        self._found: dict[tuple[bool, str, int], tuple[int, int, int, _Text, Voice]] = {}

    def add_docstring(self, body: list[Any], subject: str) -> None:
        first = body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            self._add(_Text(first.value, first.value.value, subject), Voice.DESCRIPTION)

    def add_all(self, bound: _Bound, value: Any, scope: Scope, voice: Voice, subject: str) -> None:
        """What is in an expression. Raises TooDeep."""
        follow = _Follow(bound)
        follow.into(value, scope, subject, 0)
        for found in follow.found:
            self._add(found, voice)

    def _add(self, found: _Text, voice: Voice) -> None:
        node, text, subject = found
        line, column = node.lineno, node.col_offset
        self._count += 1
        for start in range(0, max(len(text) - _OVERLAP, 1), MAX_TEXT - _OVERLAP):
            piece = text[start : start + MAX_TEXT]
            key = (voice is Voice.OUTPUT, piece, line)
            known = self._found.get(key)
            if known is None or column < known[1]:
                self._found[key] = (line, column, self._count, _Text(node, piece, subject), voice)

    def in_order(self) -> Iterator[Spoken]:
        for line, column, _, (node, text, subject), voice in sorted(self._found.values(), key=itemgetter(0, 1, 2)):
            end = node.end_lineno or line
            written = self._lines[line - 1] if end == line else "\n".join(self._lines[line - 1 : end])
            yield Spoken(Spot(line, column + 1), text, voice, subject, written)


_FOLLOWED = (Source.VALUE, Source.ELEMENT, Source.IMPORT)


class _Bound:
    """A file's reader, and what its classes bind and its code stores under the name of an attribute, whatever it is taken from."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.left = MAX_ALL_VALUES
        self.stored: dict[str, list[Binding]] = {}
        for bindings in (reader.survey.fields, *(scope.bindings for scope in reader.survey.classes)):
            for name, found in bindings.items():
                self.stored.setdefault(name, []).extend([each for each in found if each.source is Source.VALUE])

        self._followed: dict[tuple[int, str], list[Binding]] = {}

    def followed(self, name: str, scope: Scope) -> list[Binding]:
        """What a name was bound to that may have texts in it, in its own scope or the nearest around it that has the name."""
        key = (id(scope), name)
        found = self._followed.get(key)
        if found is None:
            here: Scope | None = scope.elsewhere.get(name, scope)
            while here is not None and name not in here.bindings:
                here = here.parent
            bindings = here.bindings[name] if here is not None else ()
            found = self._followed[key] = [each for each in bindings if each.source in _FOLLOWED and each.node is not None]
        return found

    def take(self) -> None:
        """Counts one more expression; raises TooDeep when they are too many."""
        self.left -= 1
        if self.left < 0:
            raise TooDeep


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


_GIVING = frozenset({ast.Subscript, ast.Call})


def _given(place: Place, *, is_program: bool) -> Sequence[Any]:
    """What becomes part of a result: what is stored under a key, added to a list or a stream, handed to a function that gives nothing
    back, or printed by a program."""
    node, parent = place.node, place.parent
    if node.__class__ is ast.Subscript:
        return (parent.value,) if parent.__class__ is ast.Assign and parent.value is not node else ()
    function = node.func
    if function.__class__ is ast.Attribute:
        is_given = function.attr in _ADDING and any(map(_may_be_text, node.args))
    else:
        name = getattr(function, "id", "print")
        is_given = is_program if name == "print" else isinstance(parent, ast.Expr)
    return node.args if is_given else ()


def _may_be_text(node: Any) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.BinOp, ast.List, ast.Tuple, ast.Dict)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _name(node: Any) -> str:
    """The name that something is added to, without its punctuation."""
    if isinstance(node, ast.Attribute):
        return _name(node.value)
    return node.id if isinstance(node, ast.Name) else ""


class _Follow:
    """Goes from one expression to the constant texts in what it gives, which are then ``found``."""

    def __init__(self, bound: _Bound) -> None:
        self.found: list[_Text] = []
        self._bound = bound
        self._reader = bound.reader
        self._left = MAX_VALUES
        self._seen: set[int] = set()

    def into(self, node: Any, scope: Scope, subject: str, depth: int) -> None:
        """Raises TooDeep."""
        self._left -= 1
        self._bound.take()
        kind = node.__class__
        if self._left < 0 or depth > MAX_DEPTH:
            self._written(node, scope, subject)
        elif kind is ast.Name:
            self._named(node, scope, subject, depth)
        else:
            self._into(node, kind, scope, subject, depth)

    def _into(self, node: Any, kind: type, scope: Scope, subject: str, depth: int) -> None:
        if kind in _WHOLE:
            whole = self._whole(node, scope, depth)
            if whole is not None:
                if len(whole) > 1 and whole != _HOLE:
                    self.found.append(_Text(node, whole, subject))
                return
        follow = _FOLLOW.get(kind)
        if follow is not None:
            follow(self, node, scope, subject, depth)

    def _written(self, node: Any, scope: Scope, subject: str) -> None:
        """What stands there as a constant, or as a name for one."""
        for each in ast.walk(node):
            self._bound.take()
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                self.found.append(_Text(each, each.value, subject))
            elif isinstance(each, ast.Name):
                self._known(each, scope, each.id)

    def _known(self, node: Any, scope: Scope, subject: str) -> None:
        for meaning in self._reader.value(node, scope):
            if meaning.what is What.TEXT:
                self.found.append(_Text(node, meaning.path, subject))

    def _whole(self, node: Any, scope: Scope, depth: int) -> str | None:
        """The one text that an expression is, with holes in it; None when it is none, or more than one."""
        kind = node.__class__
        if kind is ast.Constant:
            value = node.value
            if value.__class__ is bytes:
                text: str = value.decode("latin-1")
                return text if text.isprintable() else None  # octets of a picture are no text
            return value if value.__class__ is str else None
        if kind is ast.JoinedStr:
            return "".join([self._piece(part, scope, depth + 1) for part in node.values])
        if kind is ast.BinOp and node.op.__class__ is ast.Add:
            parts = _terms(node)
            if any(part.__class__ in _LITERAL and self._whole(part, scope, depth + 1) is not None for part in parts):
                return "".join([self._piece(part, scope, depth + 1) for part in parts])
        if _may_be_folded(node, kind):
            found = self._reader.value(node, scope)
            return found[0].path if len(found) == 1 and found[0].what is What.TEXT else None
        return None

    def _piece(self, node: Any, scope: Scope, depth: int) -> str:
        if node.__class__ is ast.FormattedValue:
            node = node.value
        whole = self._whole(node, scope, depth) if depth < MAX_DEPTH else None
        if whole is None and node.__class__ is ast.Name:
            known = self._reader.lookup(node, scope, 0)
            whole = known[0].path if len(known) == 1 and known[0].what is What.TEXT else None
        return _HOLE if whole is None else whole

    # --- by the kind of expression -----------------------------------------------------------------------------------------------

    def _named(self, node: Any, scope: Scope, _subject: str, depth: int) -> None:
        name: str = node.id
        for binding in self._bound.followed(name, scope):
            if self._is_new(binding):
                if binding.source is Source.IMPORT:
                    self._known(node, scope, name)
                    self._imported(node, binding, depth)
                else:
                    self.into(binding.node, binding.scope, name, depth + 1)

    def _is_new(self, binding: Binding) -> bool:
        key = id(binding)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _imported(self, node: Any, binding: Binding, depth: int) -> None:
        """What another file of the skill has in a table."""
        own = self._reader.own_base(binding.node) if isinstance(binding.node, ast.ImportFrom) else None
        reader = self._reader.sibling(own) if own is not None else None
        if reader is None or binding.alias is None:
            return
        for there in reader.survey.module.bindings.get(binding.alias.name, ()):
            if there.source is Source.VALUE and isinstance(there.node, LITERALS) and self._is_new(there):
                follow = _Follow(_Bound(reader))
                follow.into(there.node, there.scope, node.id, depth + 1)
                self.found += [_Text(node, found.text, found.subject) for found in follow.found]

    def _attribute(self, node: Any, scope: Scope, _subject: str, depth: int) -> None:
        """What this file stores under the name, whatever it is taken from, and another under a name of its own."""
        name: str = node.attr
        self._known(node, scope, name)
        self.into(node.value, scope, name, depth + 1)
        for binding in self._bound.stored.get(name, ()):
            if self._is_new(binding):
                self.into(binding.node, binding.scope, name, depth + 1)

    def _items(self, node: Any, scope: Scope, subject: str, depth: int) -> None:
        """The texts among them as one, line by line: what is split over a list is read together."""
        items = node.elts
        numbers = [item.value for item in items if item.__class__ is ast.Constant and type(item.value) is int]
        if len(numbers) == len(items) >= _FEWEST_NUMBERS:
            self.found.append(_Text(node, " ".join(map(str, numbers)), subject))
            return
        wholes = [self._whole(item, scope, depth + 1) for item in items]
        together = [whole for whole in wholes if whole]
        if together:
            self.found.append(_Text(node, "\n".join(together), subject))
        for item, whole in zip(items, wholes, strict=True):
            if whole is None:
                self.into(item, scope, subject, depth + 1)

    def _pairs(self, node: Any, scope: Scope, subject: str, depth: int) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            named = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
            if " " in named:
                self.found.append(_Text(key, named, subject))
            self.into(value, scope, f"{subject} {named}".strip() if " " not in named else subject, depth + 1)

    def _called(self, node: Any, scope: Scope, subject: str, depth: int) -> None:
        function = node.func
        is_method = function.__class__ is ast.Attribute
        if (function.attr if is_method else getattr(function, "id", "")) in _ASKING:
            return
        if is_method:
            self.into(function.value, scope, subject, depth + 1)
        for argument in node.args:
            self.into(argument, scope, subject, depth + 1)
        for word in node.keywords:
            self.into(word.value, scope, subject, depth + 1)

    def _part(self, node: Any, scope: Scope, subject: str, depth: int) -> None:
        self.into(node.value, scope, subject, depth + 1)

    def _parts(self, node: Any, scope: Scope, subject: str, depth: int) -> None:
        for below in _parts(node):
            self.into(below, scope, subject, depth + 1)


_LITERAL = frozenset({ast.Constant, ast.JoinedStr})
_WHOLE = _LITERAL | {ast.BinOp, ast.Call}
"""What can be one text."""
_FOLLOW: dict[type, Callable[[_Follow, Any, Scope, str, int], None]] = {
    ast.Attribute: _Follow._attribute,
    ast.Dict: _Follow._pairs,
    ast.Call: _Follow._called,
    **dict.fromkeys((ast.List, ast.Tuple, ast.Set), _Follow._items),
    **dict.fromkeys((ast.Await, ast.Starred, ast.NamedExpr, ast.Subscript, ast.FormattedValue, ast.YieldFrom), _Follow._part),
    **dict.fromkeys((ast.IfExp, ast.BoolOp, ast.BinOp, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp), _Follow._parts),
}
"""What an expression that is no name gives, or gives parts of, by its kind; nothing of what is only compared."""


def _may_be_folded(node: Any, kind: type) -> bool:
    if kind is ast.Call:
        return node.func.__class__ is ast.Attribute and node.func.attr in _PUTTING_TOGETHER
    return kind is ast.BinOp and node.op.__class__ is ast.Mod


def _terms(node: Any) -> list[Any]:
    """Of a chain of additions, however long."""
    parts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _parts(node: Any) -> tuple[Any, ...]:
    """Of an operator, a choice or a comprehension: what it may give, or puts together."""
    if isinstance(node, ast.IfExp):
        return (node.body, node.orelse)
    if isinstance(node, ast.BoolOp):
        return tuple(node.values)
    if isinstance(node, ast.BinOp):
        return (node.left, node.right)
    if isinstance(node, ast.DictComp):
        return (node.key, node.value)
    return (node.elt, *(generator.iter for generator in node.generators))
