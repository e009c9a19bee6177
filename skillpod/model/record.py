"""Frozen dataclasses as JSON and back, by their own fields: a field that is added to one of them can't be forgotten.

Fields may be texts, numbers, truths, None, enums, other such dataclasses, and tuples, frozensets and mappings (by text) of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

_Record = TypeVar("_Record")

_PLAIN = (str, int, float, bool, NoneType)


def to_json(value: Any) -> Any:
    """What JSON has for it. Raises TypeError for a value of another kind than the module names."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return to_json(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_json(getattr(value, name)) for name in _shape(type(value))}
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, frozenset):
        return [to_json(item) for item in sorted(value)]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no form in JSON here")


def from_json(kind: type[_Record], value: Any) -> _Record:
    """The value that ``to_json`` was given. Strict, for what strangers send: raises ValueError for a field that is missing, unknown or of
    another type, and TypeError when ``kind`` itself has a field that has no form in JSON here."""
    read: _Record = _read(kind, value)
    return read


def _read(kind: Any, value: Any) -> Any:
    kind = getattr(kind, "__supertype__", kind)  # a NewType is what it was made of
    if kind in _PLAIN:
        if type(value) is not kind:
            raise ValueError(f"{type(value).__name__} where {kind.__name__} belongs")
        return value
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(_read(type(next(iter(kind)).value), value))
    if isinstance(kind, type) and is_dataclass(kind):
        return _read_record(kind, value)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _read_one_of(inner, value)
    if origin is tuple and len(inner) == 2 and inner[1] is ...:
        return tuple(_read(inner[0], item) for item in _of(list, value))
    if origin is tuple:
        items = _of(list, value)
        return tuple(_read(each, item) for each, item in zip(inner, items, strict=True))
    if origin is frozenset:
        return frozenset(_read(inner[0], item) for item in _of(list, value))
    if origin is Mapping and inner[0] is str:
        return MappingProxyType({key: _read(inner[1], item) for key, item in _of(dict, value).items()})
    raise TypeError(f"a field of type {kind} has no form in JSON here")


def _read_record(kind: type, value: Any) -> Any:
    shape, given = _shape(kind), _of(dict, value)
    if given.keys() != shape.keys():
        raise ValueError(f"{kind.__name__} has other fields: {', '.join(sorted(given.keys() ^ shape.keys()))[:200]}")
    return kind(**{name: _read(inner, given[name]) for name, inner in shape.items()})


def _read_one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    for kind in kinds:
        try:
            return _read(kind, value)
        except ValueError:
            continue
    raise ValueError(f"{type(value).__name__} fits none of {len(kinds)} types")


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{type(value).__name__} where a {kind.__name__} belongs")
    return value


@cache
def _shape(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
