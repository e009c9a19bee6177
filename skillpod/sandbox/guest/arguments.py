"""JSON into what an annotation says: dataclasses, enums, sets and tuples, nested in lists, dicts and unions.

The host has validated the arguments against the schema derived from the same annotations; what does not fit here is passed on as it is.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from skillpod.sandbox.guest.hints import bare, class_hints, options

Convert = Callable[[Any], Any]

_LISTS = (list, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Iterable, collections.abc.Collection)
_SETS = (set, frozenset, collections.abc.Set, collections.abc.MutableSet)
_DICTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_IDLE_DEPTH = 8  # deeper hints, and those that hold themselves, are planned
_ATOMS = (str, bool, int, float, type(None))


class Unfit(Exception):
    """The value is not of the shape the hint asks for: a union tries its next member."""


class Converter:
    """One function per annotation, built once and remembered; recursive classes end there."""

    def __init__(self) -> None:
        self._made: dict[Any, Convert] = {}

    def convert(self, hint: Any, value: Any) -> Any:
        """The value as the hint says, or unchanged where it does not fit. What a dataclass raises of itself is passed on."""
        try:
            return self.plan(hint)(value)
        except Unfit:
            return value

    def plan(self, hint: Any) -> Convert:
        """The function for this hint. It raises Unfit."""
        hint = bare(hint)
        try:
            made = self._made.get(hint)
        except TypeError:  # an unhashable hint, such as Literal of a list
            return _same
        if made is None:
            self._made[hint] = lambda value: self._made[hint](value)  # what a recursive class finds while its own function is being built
            made = self._made[hint] = self._plan(hint)
        return made

    def _plan(self, hint: Any) -> Convert:
        choices = options(hint)
        if len(choices) > 1:
            return self._union(choices)
        origin = typing.get_origin(hint) or hint
        inner = typing.get_args(hint)
        if origin is typing.Literal:
            return _one_of(inner)
        if origin in _LISTS:
            return self._series(list, inner)
        if origin in _SETS:
            return self._series(frozenset if origin is frozenset else set, inner)
        if origin is tuple:
            return self._series(tuple, inner) if not inner or inner[-1] is ... else self._tuple(inner)
        if origin in _DICTS:
            return self._dict(inner)
        return self._class(type(None) if origin is None else origin)

    def _class(self, kind: Any) -> Convert:
        if kind in _ATOMS:
            return _ATOM_PLANS[kind]
        if not isinstance(kind, type):
            return _same
        if issubclass(kind, enum.Enum):
            return _member_of(kind)
        if dataclasses.is_dataclass(kind):
            return self._dataclass(kind)
        return self._typed_dict(kind) if typing.is_typeddict(kind) else _same

    def _union(self, choices: tuple[Any, ...]) -> Convert:
        atoms = {choice for choice in choices if choice in _ATOMS}
        plans = [self.plan(choice) for choice in choices]

        def convert(value: Any) -> Any:
            if type(value) in atoms:  # before `float | int` makes a float of an integer
                return value
            for plan in plans:
                try:
                    return plan(value)
                except Unfit:
                    continue
            raise Unfit

        return convert

    def _series(self, kind: Callable[[Iterable[Any]], Any], inner: tuple[Any, ...]) -> Convert:
        each = self.plan(inner[0]) if inner else _same

        def convert(value: Any) -> Any:
            if type(value) is not list:
                raise Unfit
            try:
                return kind(map(each, value))
            except TypeError:  # a set of what can't be hashed
                raise Unfit from None

        return convert

    def _tuple(self, inner: tuple[Any, ...]) -> Convert:
        plans = [self.plan(part) for part in inner]

        def convert(value: Any) -> Any:
            if type(value) is not list or len(value) != len(plans):
                raise Unfit
            return tuple(plan(item) for plan, item in zip(plans, value, strict=True))

        return convert

    def _dict(self, inner: tuple[Any, ...]) -> Convert:
        of_keys = self._key_plan(inner[0]) if inner else _same
        of_values = self.plan(inner[1]) if len(inner) > 1 else _same

        def convert(value: Any) -> Any:
            if type(value) is not dict:
                raise Unfit
            return {of_keys(key): of_values(item) for key, item in value.items()}

        return convert

    def _key_plan(self, hint: Any) -> Convert:
        """JSON's names are text; the only other keys a schema lets through are enums of text."""
        kind = bare(hint)
        return _member_of(kind) if isinstance(kind, type) and issubclass(kind, enum.Enum) else _same

    def _typed_dict(self, kind: Any) -> Convert:
        plans = {name: self.plan(hint) for name, hint in class_hints(kind).items()}
        required: frozenset[str] = kind.__required_keys__

        def convert(value: Any) -> Any:
            if type(value) is not dict or not required <= value.keys():
                raise Unfit
            return {name: plans.get(name, _same)(item) for name, item in value.items()}

        return convert

    def _dataclass(self, kind: Any) -> Convert:
        types = class_hints(kind)
        fields = [field for field in dataclasses.fields(kind) if field.init]
        plans = {field.name: self.plan(types.get(field.name, Any)) for field in fields}
        required = {field.name for field in fields if field.default is field.default_factory is dataclasses.MISSING}

        def convert(value: Any) -> Any:
            if type(value) is not dict or not required <= value.keys() <= plans.keys():
                raise Unfit
            return kind(**{name: plans[name](item) for name, item in value.items()})

        return convert


def is_idle(hint: Any) -> bool:
    """Whether JSON is already what the hint says, so that nothing need be built: text, truth, what is not annotated, lists and dicts of
    such."""
    return _is_idle(hint, _IDLE_DEPTH)


def _is_idle(hint: Any, room: int) -> bool:
    return room > 0 and all(_is_idle_option(option, room) for option in options(hint))


def _is_idle_option(hint: Any, room: int) -> bool:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if inner and origin in _LISTS:
        return _is_idle(inner[0], room - 1)
    if inner and origin in _DICTS:
        return bare(inner[0]) in (str, Any) and _is_idle(inner[1], room - 1)
    return hint in (str, bool, type(None), None, Any)


def _same(value: Any) -> Any:
    return value


def _exactly(kind: type) -> Convert:
    def convert(value: Any) -> Any:
        if type(value) is not kind:
            raise Unfit
        return value

    return convert


def _integer(value: Any) -> Any:
    """JSON Schema calls 1.0 an integer."""
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is not int:
        raise Unfit
    return value


def _real(value: Any) -> Any:
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise Unfit from None
    if type(value) is not float:
        raise Unfit
    return value


def _one_of(choices: tuple[Any, ...]) -> Convert:
    def convert(value: Any) -> Any:
        if not any(type(choice) is type(value) and choice == value for choice in choices):
            raise Unfit
        return value

    return convert


def _member_of(kind: type[enum.Enum]) -> Convert:
    listed = [(list(member.value), member) for member in kind if isinstance(member.value, tuple)]

    def convert(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError:
            found = [member for values, member in listed if values == value]
            if not found:
                raise Unfit from None
            return found[0]

    return convert


_ATOM_PLANS: Mapping[Any, Convert] = {
    str: _exactly(str),
    bool: _exactly(bool),
    type(None): _exactly(type(None)),
    int: _integer,
    float: _real,
}
