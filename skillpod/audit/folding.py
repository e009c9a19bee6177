"""Constants worked out as Python would: text that is split, joined, formatted or decoded is one text again. Nothing of a skill is called.

Only operations on small constants are done, each with a bound on what it may give: a fold that would be large is no fold.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import html
import operator
import re
import urllib.parse
from collections.abc import Callable, Collection, Mapping
from typing import Any

from skillpod.audit.standard import listed
from skillpod.model.later import later

MOST = 1000
"""Characters, bytes or elements of a constant that is worked out; a longer one is no name of anything."""

_DEEPEST = 40

Constant = Any
Known = Callable[[Any], Constant]
"""Gives the constant behind a name's or an attribute's node, or raises Unfoldable."""

Called = Callable[[Any], str]
"""Gives the dotted path of what a node calls (``builtins.chr``, ``base64.b64decode``), or the empty string."""


class Unfoldable(Exception):
    """Not a constant, or one that is not worked out here."""


class Budget:
    """Steps that folding may still take, over a whole file: what is nested in loops would otherwise take for ever."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def take(self, steps: int = 1) -> None:
        self._left -= steps
        if self._left < 0:
            raise Unfoldable


class Folder:
    """``known`` and ``called`` answer for names: of constants, and of what is called."""

    def __init__(self, known: Known, called: Called, budget: Budget) -> None:
        self._known = known
        self._called = called
        self._budget = budget

    def fold(self, node: Any, depth: int = 0) -> Constant:
        """The constant an expression is. Raises Unfoldable."""
        if depth > _DEEPEST:
            raise Unfoldable
        self._budget.take()
        handle = _HANDLERS.get(type(node))
        if handle is None:
            raise Unfoldable
        try:
            return _bounded(handle(self, node, depth + 1))
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, MemoryError) as error:
            raise Unfoldable from error

    def _constant(self, node: Any, _depth: int) -> Constant:
        return node.value

    def _name(self, node: Any, _depth: int) -> Constant:
        return self._known(node)

    def _elements(self, node: Any, depth: int) -> Constant:
        if len(node.elts) > MOST:
            raise Unfoldable
        return [self.fold(each, depth) for each in node.elts]

    def _tuple(self, node: Any, depth: int) -> Constant:
        return tuple(self._elements(node, depth))

    def _dict(self, node: Any, depth: int) -> Constant:
        if len(node.keys) > MOST or None in node.keys:
            raise Unfoldable
        return {self.fold(key, depth): self.fold(value, depth) for key, value in zip(node.keys, node.values, strict=True)}

    def _binary(self, node: Any, depth: int) -> Constant:
        if isinstance(node.op, ast.Add):
            return self._sum(node, depth)
        operate = _OPERATORS.get(type(node.op))
        if operate is None:
            raise Unfoldable
        left, right = self.fold(node.left, depth), self.fold(node.right, depth)
        if isinstance(node.op, ast.Mult):
            _check_repetition(left, right)
        if isinstance(node.op, ast.Mod) and isinstance(left, (str, bytes)):
            _check_template(left, _WIDE_PERCENT)
        return operate(left, right)

    def _sum(self, node: Any, depth: int) -> Constant:
        """A chain of additions, walked without recursion: it is as deep as it is long."""
        parts: list[Any] = []
        left: Any = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            parts.append(left.right)
            left = left.left
        total = self.fold(left, depth)
        for part in reversed(parts):
            total = _bounded(total + self.fold(part, depth))
        return total

    def _unary(self, node: Any, depth: int) -> Constant:
        operate = _UNARY.get(type(node.op))
        if operate is None:
            raise Unfoldable
        return operate(self.fold(node.operand, depth))

    def _joined(self, node: Any, depth: int) -> Constant:
        return "".join(self.fold(part, depth) for part in node.values)

    def _formatted(self, node: Any, depth: int) -> Constant:
        value = self.fold(node.value, depth)
        if not isinstance(value, (str, int)) or isinstance(value, bool) or node.format_spec is not None:
            raise Unfoldable
        if node.conversion not in (-1, ord("s")):
            raise Unfoldable
        return str(value)

    def _item(self, node: Any, depth: int) -> Constant:
        return self.fold(node.value, depth)[self._index(node.slice, depth)]

    def _index(self, node: Any, depth: int) -> Any:
        if not isinstance(node, ast.Slice):
            return self.fold(node, depth)
        return slice(*(None if part is None else self.fold(part, depth) for part in (node.lower, node.upper, node.step)))

    # --- calls -------------------------------------------------------------------------------------------------------------------

    def _call(self, node: Any, depth: int) -> Constant:
        function = node.func
        path = self._called(function)
        if path == "builtins.map" and len(node.args) == 2:
            mapped = _iterated(self.fold(node.args[1], depth))
            self._budget.take(len(mapped))
            return [_applied(self._called(node.args[0]), [item]) for item in mapped]
        arguments = [self.fold(argument, depth) for argument in node.args]
        named = {word.arg: self.fold(word.value, depth) for word in node.keywords}
        if None in named or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise Unfoldable
        if path:
            return _applied(path, arguments, named)
        if isinstance(function, ast.Attribute):
            return _method(self.fold(function.value, depth), function.attr, arguments, named)
        raise Unfoldable

    def _comprehension(self, node: Any, depth: int) -> Constant:
        """One loop over a constant, with one name."""
        if len(node.generators) != 1:
            raise Unfoldable
        [loop] = node.generators
        if loop.ifs or loop.is_async or not isinstance(loop.target, ast.Name):
            raise Unfoldable
        return [self._with(loop.target.id, item).fold(node.elt, depth) for item in _iterated(self.fold(loop.iter, depth))]

    def _with(self, name: str, value: Constant) -> Folder:
        def known(node: Any) -> Constant:
            return value if isinstance(node, ast.Name) and node.id == name else self._known(node)

        return Folder(known, self._called, self._budget)


_HANDLERS: Mapping[type, Any] = {
    ast.Constant: Folder._constant,
    ast.Name: Folder._name,
    ast.Attribute: Folder._name,
    ast.List: Folder._elements,
    ast.Tuple: Folder._tuple,
    ast.Dict: Folder._dict,
    ast.BinOp: Folder._binary,
    ast.UnaryOp: Folder._unary,
    ast.JoinedStr: Folder._joined,
    ast.FormattedValue: Folder._formatted,
    ast.Subscript: Folder._item,
    ast.Call: Folder._call,
    ast.ListComp: Folder._comprehension,
    ast.GeneratorExp: Folder._comprehension,
}

_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.RShift: operator.rshift,
}
_UNARY: Mapping[type, Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert}

FOLDED_METHODS = frozenset(
    listed("""
        to_bytes
        capitalize casefold decode encode format hex join lower lstrip partition removeprefix removesuffix replace rpartition rsplit
        rstrip split splitlines strip swapcase title translate upper
    """)
)
_CODECS = frozenset({"rot13", "rot_13", "hex", "hex_codec", "base64", "base64_codec", "utf-8", "utf8", "ascii", "latin-1", "latin1"})

_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "builtins.chr": chr,
    "builtins.ord": ord,
    "builtins.str": str,
    "builtins.int": int,
    "builtins.hex": hex,
    "builtins.bytes": lambda value, *rest: bytes(_whole(value), *rest),
    "builtins.bytearray": lambda value, *rest: bytes(_whole(value), *rest),
    "builtins.list": lambda value: list(_iterated(value)),
    "builtins.tuple": lambda value: tuple(_iterated(value)),
    "builtins.reversed": lambda value: list(_iterated(value))[::-1],
    "builtins.sorted": lambda value: sorted(_iterated(value)),
    "builtins.bytes.fromhex": bytes.fromhex,
    "builtins.bytearray.fromhex": bytes.fromhex,
    "builtins.str.join": lambda glue, parts: glue.join(parts),
    "base64.b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b16decode": base64.b16decode,
    "base64.b85decode": base64.b85decode,
    "binascii.unhexlify": binascii.unhexlify,
    "binascii.a2b_hex": binascii.unhexlify,
    "binascii.a2b_base64": binascii.a2b_base64,
    "codecs.decode": lambda value, encoding="utf-8": _decoded(value, encoding),
    "codecs.encode": lambda value, encoding="utf-8": codecs.encode(value, _codec(encoding)),
    "urllib.parse.unquote": urllib.parse.unquote,
    "html.unescape": html.unescape,
}

FOLDED_CALLS = frozenset(_FUNCTIONS)


def _applied(path: str, arguments: list[Constant], named: Mapping[str, Constant] | None = None) -> Constant:
    function = _FUNCTIONS.get(path)
    if function is None:
        raise Unfoldable
    return _bounded(function(*arguments, **(named or {})))


def _method(value: Constant, name: str, arguments: list[Constant], named: Mapping[str, Constant]) -> Constant:
    if isinstance(value, int) and name == "to_bytes" and not isinstance(value, bool) and arguments and arguments[0] <= MOST:
        return value.to_bytes(*arguments, **named)
    if isinstance(value, dict) and name == "get":
        return value.get(*arguments)
    if not isinstance(value, (str, bytes)) or name not in FOLDED_METHODS:
        raise Unfoldable
    if name == "format":
        _check_template(value, _WIDE_FIELD)
    if name in ("encode", "decode"):
        arguments = [_codec(argument) for argument in arguments[:1]]
    return getattr(value, name)(*arguments, **named)  # SAFE: a method of a constant text, by a name of the list above


def _decoded(value: Constant, encoding: str) -> Constant:
    return codecs.decode(value, _codec(encoding))


def _codec(name: Constant) -> str:
    if not isinstance(name, str) or name.lower().replace(" ", "") not in _CODECS:
        raise Unfoldable
    return name


def _whole(value: Constant) -> Any:
    """What ``bytes`` may be made of: not a number, which would say how many."""
    if isinstance(value, int):
        raise Unfoldable
    return value


def _iterated(value: Constant) -> Collection[Constant]:
    if not isinstance(value, (str, bytes, list, tuple, dict)):
        raise Unfoldable
    return value


def _check_repetition(left: Constant, right: Constant) -> None:
    for sized, times in ((left, right), (right, left)):
        if isinstance(sized, (str, bytes, list, tuple)) and (not isinstance(times, int) or len(sized) * max(times, 0) > MOST):
            raise Unfoldable


_ANY_WIDTH = later(r"[1-9*:]")
_WIDE_FIELD = later(r"\{[^{}]*[1-9*:]")
_WIDE_PERCENT = later(r"%[^%a-zA-Z]*[1-9*]")


def _check_template(template: str | bytes, wide: re.Pattern[str]) -> None:
    """A width, in the template or in an argument, could make a little text very long. Names and keys may have braces in them, so that
    where there are any, nothing in the text may look like a width."""
    text = str(template)
    if wide.search(text) or (("[" in text or "%(" in text) and _ANY_WIDTH.search(text)):
        raise Unfoldable


def _bounded(value: Constant) -> Constant:
    if isinstance(value, (str, bytes, list, tuple, dict)):
        if len(value) > MOST:
            raise Unfoldable
    elif isinstance(value, int):
        if value.bit_length() > 8 * MOST:
            raise Unfoldable
    elif value is not None and not isinstance(value, float):
        raise Unfoldable
    return value
