"""What stands in for functions and types of the standard library that would let a skill change or read what is not its own."""

from __future__ import annotations

import abc
import copy
import dataclasses
import enum
import logging
import string
import textwrap
import time
import types
import typing
from collections.abc import Callable, Mapping
from types import FunctionType, MappingProxyType
from typing import Any, TypeVar

from skillpod import sdk
from skillpod.sandbox.module.running import look
from skillpod.sandbox.module.words import PREFIX

_Value = TypeVar("_Value")
_NAP = 0.05
_PARTS = string.Formatter()


def is_own(made: type | FunctionType) -> bool:
    """Whether a skill of module isolation made this class or function."""
    module = getattr(made, "__module__", "")
    return type(module) is str and module.startswith(PREFIX)


def require_own(kind: object, does: str) -> None:
    """Raises TypeError for a class that others use too."""
    if not isinstance(kind, type) or not is_own(kind):
        raise TypeError(f"{does} takes a class of the skill's own, not {getattr(kind, '__name__', kind)!r}")


def _require_own_function(function: object, does: str) -> None:
    """Raises TypeError for a function or class that others use too."""
    if isinstance(function, (type, FunctionType)) and not is_own(function):
        raise TypeError(f"{does} takes a function of the skill's own, not {function.__name__!r}")


def tool(function: Any = None, /, **hints: Any) -> Any:
    """``skillpod.tool`` leaves its mark on what it is given."""

    def marked(function: Any) -> Any:
        if not isinstance(function, FunctionType):
            raise TypeError(f"@tool is for a function, not {type(function).__name__}")
        _require_own_function(function, "@tool")
        return sdk.tool(**hints)(function)

    return marked if function is None else marked(function)


def abstractmethod(function: Any) -> Any:
    _require_own_function(function, "abstractmethod")
    return abc.abstractmethod(function)


def deepcopy(value: _Value, /) -> _Value:
    """``copy.deepcopy`` without its memo, which is given everything that is met on the way, private or not."""
    return copy.deepcopy(value)


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
        if not isinstance(wrapper, FunctionType):
            return wrapper
        _require_own_function(wrapper, "wraps")
        if isinstance(wrapped, FunctionType):
            for name in ("__name__", "__qualname__", "__doc__", "__module__"):
                setattr(wrapper, name, getattr(wrapped, name))
            wrapper.__annotations__ = dict(wrapped.__annotations__)
            wrapper.__wrapped__ = wrapped  # type: ignore[attr-defined]  # SAFE: it is where ``inspect.unwrap`` looks
            wrapper.__dict__.update({key: value for key, value in wrapped.__dict__.items() if key.startswith("__skillpod")})
        return wrapper

    return renamed


def overload(function: object) -> object:
    """``typing.overload`` keeps each function in a registry of the whole process."""
    return _overloaded


def _overloaded(*arguments: object, **named: object) -> object:
    raise NotImplementedError("call the function below its overloads")


def unchanged(value: _Value) -> _Value:
    return value


def sleep(seconds: float) -> None:
    """``time.sleep`` that ends when its call does."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        look()
        time.sleep(min(left, _NAP))


class Namespace(types.SimpleNamespace):
    """``types.SimpleNamespace`` that has no special attributes: ``copy``, ``inspect`` and ``functools`` ask any object for some."""

    def __init__(self, /, *given: Any, **named: Any) -> None:
        for name in dict(*given, **named):
            if str(name).startswith("__"):
                raise TypeError(f"the attribute {name!r} is closed to module isolation")
        super().__init__(*given, **named)

    def __replace__(self, /, **named: Any) -> Namespace:
        return Namespace(**{**vars(self), **named})


Namespace.__name__ = Namespace.__qualname__ = "namespace"  # as the real one is shown


class TextWrapper(textwrap.TextWrapper):
    """With a table of its own that can't be changed: the real one is every other's, too."""

    unicode_whitespace_trans = MappingProxyType(dict(textwrap.TextWrapper.unicode_whitespace_trans))  # type: ignore[assignment]  # SAFE: only read


class _NoFactory(enum.EnumType):
    """Enums are made by class statements: called with names, one would make a class of special methods that nobody looked at."""

    def __call__(cls, value: Any, /) -> Any:  # type: ignore[override]  # SAFE: narrower, which is the point
        return super().__call__(value)


def _enum(base: Any) -> Any:
    body = _NoFactory.__prepare__(base.__name__, (base,))
    body["__module__"], body["__doc__"] = "enum", base.__doc__
    return _NoFactory(base.__name__, (base,), body)


ENUMS: Mapping[str, Any] = {kind.__name__: _enum(kind) for kind in (enum.Enum, enum.Flag, enum.IntEnum, enum.IntFlag, enum.StrEnum)}


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
        if issubclass(kind, logging.Logger):  # its methods, given an object of the skill's own, would find the pod's
            raise TypeError("the class of a logger is closed to module isolation")
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
