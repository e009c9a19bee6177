"""What an expression begins with, as far as it is proven: the scheme and host of an address, the first folders of a path, a number."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from skillpod.audit.facts import What
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Binding, Kind, Place, Scope, Source

_MAX_STEPS = 16
_MAX_STARTS = 16

_CHANGING = frozenset({"insert", "pop", "remove", "clear", "sort", "reverse", "__setitem__", "__delitem__"})

REQUESTS = frozenset({"urllib.request.Request"})
"""Classes whose first argument is the address that stands for the whole object."""


@dataclass(frozen=True, slots=True)
class Start:
    """A text that begins so; ``is_whole``: and there it ends."""

    text: str
    is_whole: bool = True

    def then(self, rest: Start) -> Start:
        return Start(self.text + rest.text, rest.is_whole) if self.is_whole else self


NOTHING = Start("", is_whole=False)
"""A text of which nothing is proven."""


class Texts:
    """Asks a file's reader. Every answer is all that the expression may be; an empty one says that nothing is proven."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._names: frozenset[str] | None = None

    def wholes(self, node: Any, scope: Scope) -> tuple[str, ...]:
        """The constant texts an expression is."""
        meanings = self._reader.value(node, scope)
        if meanings and all(meaning.what is What.TEXT for meaning in meanings):
            return tuple(dict.fromkeys(meaning.path for meaning in meanings))
        return ()

    def starts(self, node: Any, scope: Scope, steps: int = _MAX_STEPS) -> tuple[Start, ...]:
        """What the text of an expression begins with."""
        wholes = self.wholes(node, scope)
        if wholes:
            return tuple(map(Start, wholes))
        begin = _BEGIN.get(type(node))
        found = begin(self, node, scope, steps - 1) if begin is not None and steps else ()
        return found if len(found) <= _MAX_STARTS else ()

    def numbers(self, node: Any, scope: Scope, steps: int = _MAX_STEPS) -> tuple[int, ...]:
        """The constant whole numbers an expression is."""
        if isinstance(node, ast.Constant):
            return (node.value,) if type(node.value) is int else ()
        found = [self.numbers(each, inside, steps - 1) for each, inside in self.behind(node, scope)] if steps else []
        return tuple(dict.fromkeys(number for numbers in found for number in numbers)) if all(found) else ()

    def behind(self, node: Any, scope: Scope) -> tuple[tuple[Any, Scope], ...]:
        """The expressions a name stands for; none when it may also be something else."""
        bindings = bindings_of(node, scope)
        if bindings and all(binding.source is Source.VALUE for binding in bindings) and not self._is_replaced(node.id, bindings):
            return tuple((binding.node, binding.scope) for binding in bindings)
        return ()

    def _is_replaced(self, name: str, bindings: list[Binding]) -> bool:
        """Whether a name of the module may get another value than the file says: from a star import, or from another file."""
        module = self._reader.survey.module
        is_of_module = bindings is module.bindings.get(name)
        return is_of_module and (bool(module.stars) or self._reader.whole.is_stored_on_others(name))

    def literals(self, node: Any, scope: Scope) -> tuple[tuple[Any, Scope], ...]:
        """The expressions behind a name whose first elements nothing in the file changes; of any other expression, itself."""
        behind = self.behind(node, scope)
        if not behind:
            return ((node, scope),)
        return behind if node.id not in self._changed() else ((ast.Constant(None), scope),)

    def _changed(self) -> frozenset[str]:
        """Names of lists that are changed where they stand, in any file: ``words[0] = ...``, ``words.insert(0, ...)``, or by a function of
        the skill that they are given to."""
        if self._names is None:
            readers = self._reader.whole.readers.values()
            self._names = frozenset(name for reader in readers for place in reader.survey.places for name in _changed_at(reader, place))
        return self._names

    # --- by the kind of expression -----------------------------------------------------------------------------------------------

    def _of_name(self, node: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        return self._any(self.behind(node, scope), steps)

    def _any(self, expressions: tuple[tuple[Any, Scope], ...], steps: int) -> tuple[Start, ...]:
        found = [self.starts(node, scope, steps) for node, scope in expressions]
        return tuple(dict.fromkeys(start for starts in found for start in starts)) if found and all(found) else ()

    def _of_choice(self, node: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        options = (node.body, node.orelse) if isinstance(node, ast.IfExp) else node.values
        return self._any(tuple((option, scope) for option in options), steps)

    def _of_walrus(self, node: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        return self.starts(node.value, scope, steps)

    def _of_joined(self, node: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        return self._in_turn([self._part(part, scope, steps) for part in node.values])

    def _part(self, part: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        if isinstance(part, ast.Constant):
            return (Start(str(part.value)),)
        is_plain = part.conversion == -1 and part.format_spec is None
        return self.starts(part.value, scope, steps) if is_plain else ()

    def _in_turn(self, parts: list[tuple[Start, ...]]) -> tuple[Start, ...]:
        """One after the other, up to the first that is not proven; nothing when that is the first."""
        found: tuple[Start, ...] = (Start(""),)
        for part in parts:
            if len(found) * len(part) > _MAX_STARTS:
                return ()
            found = tuple(start.then(rest) for start in found for rest in part or (NOTHING,))
        return found if any(start.text for start in found) else ()

    def _of_operator(self, node: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        left = self.starts(node.left, scope, steps)
        if isinstance(node.op, ast.Add):
            return self._in_turn([left, self.starts(node.right, scope, steps)]) if left else ()
        return tuple(Start(start.text.partition("%")[0], is_whole=False) for start in left) if isinstance(node.op, ast.Mod) else ()

    def _of_call(self, node: Any, scope: Scope, steps: int) -> tuple[Start, ...]:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "format":
            return tuple(Start(start.text.partition("{")[0], is_whole=False) for start in self.starts(function.value, scope, steps))
        made = self._reader.value(function, scope)
        if made and all(meaning.path in REQUESTS for meaning in made):
            address = argument(node, 0, "url")
            return self.starts(address, scope, steps) if address is not None else ()
        return ()


_BEGIN: dict[type, Any] = {
    ast.Name: Texts._of_name,
    ast.IfExp: Texts._of_choice,
    ast.BoolOp: Texts._of_choice,
    ast.NamedExpr: Texts._of_walrus,
    ast.JoinedStr: Texts._of_joined,
    ast.BinOp: Texts._of_operator,
    ast.Call: Texts._of_call,
}


def _changed_at(reader: Reader, place: Place) -> Iterator[str]:
    node = place.node
    if (isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)) or (
        isinstance(node, ast.Attribute) and node.attr in _CHANGING
    ):
        yield getattr(node.value, "id", getattr(node.value, "attr", ""))
    elif isinstance(node, ast.Call) and any(each.what is What.FUNCTION for each in reader.value(node.func, place.scope)):
        yield from (each.id for each in node.args if isinstance(each, ast.Name))


def bindings_of(node: Any, scope: Scope) -> list[Binding]:
    """Where the name that stands here got its values; none for what is no name."""
    if not isinstance(node, ast.Name):
        return []
    here: Scope | None = scope.elsewhere.get(node.id, scope)
    while here is not None:
        found = here.bindings.get(node.id)
        if found and (here.kind is not Kind.CLASS or here is scope):
            return found
        here = here.parent
    return []


def argument(call: Any, position: int, keyword: str = "") -> Any:
    """The argument of a call at a place or under a name; None when it is not there, or can't be told."""
    for word in call.keywords:
        if keyword and word.arg == keyword:
            return word.value
    before = call.args[: position + 1]
    return before[position] if 0 <= position < len(before) and not any(isinstance(each, ast.Starred) for each in before) else None


def has_unseen_words(call: Any) -> bool:
    """Whether a call has keywords that are not written there (``**words``)."""
    return any(word.arg is None for word in call.keywords)


def first_of(node: Any) -> Iterator[Any]:
    """The first element of a literal list or tuple, or of what begins with one."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.left
    if isinstance(node, (ast.List, ast.Tuple)) and node.elts and not isinstance(node.elts[0], ast.Starred):
        yield node.elts[0]
