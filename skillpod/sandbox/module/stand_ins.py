"""What stands in for functions and types of the standard library that would let a skill change or read what is not its own."""

from __future__ import annotations

import copy
import dataclasses
import string
import time
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from skillpod.sandbox.module.running import look
from skillpod.sandbox.module.words import PREFIX

_Value = TypeVar("_Value")
_NAP = 0.05
_PARTS = string.Formatter()


def is_own(kind: type) -> bool:
    """Whether a skill of module isolation made this class."""
    module = getattr(kind, "__module__", "")
    return type(module) is str and module.startswith(PREFIX)


def require_own(kind: object, does: str) -> None:
    """Raises TypeError for a class that others use too."""
    if not isinstance(kind, type) or not is_own(kind):
        raise TypeError(f"{does} takes a class of the skill's own, not {getattr(kind, '__name__', kind)!r}")


def dataclass(kind: Any = None, /, **options: Any) -> Any:
    """``dataclasses.dataclass`` writes methods into the class it is given."""

    def made(kind: Any) -> Any:
        require_own(kind, "dataclass")
        return dataclasses.dataclass(**options)(kind)

    return made if kind is None else made(kind)


def runtime_checkable(kind: Any) -> Any:
    require_own(kind, "runtime_checkable")
    return typing.runtime_checkable(kind)


def wraps(wrapped: Any) -> Callable[[Any], Any]:
    """``functools.wraps`` without its options: which attributes are copied is not a skill's to say."""

    def renamed(wrapper: Any) -> Any:
        for name in ("__name__", "__qualname__", "__doc__", "__annotations__", "__module__"):
            if hasattr(wrapped, name) and hasattr(wrapper, "__code__"):
                setattr(wrapper, name, getattr(wrapped, name))
        if hasattr(wrapper, "__code__"):
            wrapper.__wrapped__ = wrapped
            wrapper.__dict__.update({key: value for key, value in getattr(wrapped, "__dict__", {}).items() if key.startswith("__skillpod")})
        return wrapper

    return renamed


def overload(function: object) -> object:
    """``typing.overload`` keeps each function in a registry of the whole process."""
    return _overloaded


def _overloaded(*arguments: object, **named: object) -> object:
    raise NotImplementedError("call the function below its overloads")


def deepcopy(value: _Value, /) -> _Value:
    """``copy.deepcopy`` without its memo, in which it would leave everything that the value is made of, private parts too."""
    return copy.deepcopy(value)


def unchanged(value: _Value) -> _Value:
    return value


def sleep(seconds: float) -> None:
    """``time.sleep`` that ends when its call does."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        look()
        time.sleep(min(left, _NAP))


class _OnlyBase:
    """A base of a class statement. Called, the real one would take hints as texts, and evaluate them."""

    __slots__ = ("_base",)

    def __init__(self, base: Any) -> None:
        self._base = base

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        entries: tuple[Any, ...] = self._base.__mro_entries__((self._base,))
        return entries


TYPED_DICT = _OnlyBase(typing.TypedDict)
NAMED_TUPLE = _OnlyBase(typing.NamedTuple)


class _TypeOfTypes(type):
    """So that ``isinstance(value, type)`` is asked of the real one."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, type)

    def __call__(cls, value: object, /) -> Any:
        kind = type(value)
        return cls if issubclass(kind, type) else kind


class TypeOf(metaclass=_TypeOfTypes):
    """``type`` with one argument: with three it would make a class that nobody looked at."""

    def __class_getitem__(cls, inner: Any) -> Any:
        return type[inner]


def formatted(text: str, /, *arguments: object, **named: object) -> str:
    """``str.format`` for fields that are a name or a number and no more: ``{0.name}`` reads attributes without asking."""
    _require_plain(text)
    return text.format(*arguments, **named)


def formatted_map(text: str, values: Mapping[str, object], /) -> str:
    _require_plain(text)
    return text.format_map(values)


def _require_plain(text: str) -> None:
    """Raises ValueError."""
    for _, field, inner, _ in _PARTS.parse(text):
        if field is not None and ("." in field or "[" in field):
            raise ValueError(f"{{{field}}} is not supported here: write an f-string, or give the value itself")
        if inner and "{" in inner:
            _require_plain(inner)
