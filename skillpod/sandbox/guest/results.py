"""What a tool returned into JSON bytes: dataclasses become objects, enums their values, sets sorted lists where the annotation says set,
and content a list of blocks where the annotation says content.

Anything else JSON has no word for is refused, saying what it is and where in the value. Nothing is guessed: a bytes, a NaN, a set that
was not announced or an object of a stranger's class would reach the caller as something the author did not mean.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import json
import typing
from collections.abc import Mapping
from math import isfinite
from typing import Any

from skillpod.sandbox.guest.content import KINDS, NotContent, blocks
from skillpod.sandbox.guest.contract import Content
from skillpod.sandbox.guest.hints import class_hints, options
from skillpod.sandbox.wire import VALUE_DEPTH, WireError, body, depth

_ATOMS = frozenset({str, int, float, bool, type(None)})
_SETS = (set, frozenset, collections.abc.Set, collections.abc.MutableSet)
_SERIES = (list, tuple, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection, *_SETS)
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)


class ResultInvalid(Exception):
    """A value JSON has no word for. The message says what and where: ``result.rows[3]: a set; annotate it as set[...]``."""


def encode(value: Any, hint: Any) -> bytes:
    """The value as JSON. ``hint`` is the tool's return annotation, ``Content`` however it is written. Raises ResultInvalid."""
    is_plain = hint is not Content and _is_plain(value, VALUE_DEPTH)
    if hint is Content:
        value = _content(value)
    elif not is_plain:
        value = _plain(value, hint, "result", VALUE_DEPTH)
    try:
        encoded = body(value)
    except WireError as fault:
        _plain(value, hint, "result", VALUE_DEPTH)  # says where, if it can
        raise ResultInvalid(f"result: {fault}") from None
    if not is_plain and encoded.count(b"[") + encoded.count(b"{") > VALUE_DEPTH and depth(encoded) > VALUE_DEPTH:
        raise ResultInvalid(f"result: nested more than {VALUE_DEPTH} deep")
    return encoded


def _content(value: Any) -> list[dict[str, Any]]:
    try:
        return blocks(value)
    except NotContent as fault:
        hint = "; return an empty list to say nothing" if fault.value is None else ""
        raise ResultInvalid(f"result{fault.at}: {_named(fault.value)} is neither text nor an Image, Audio or File{hint}") from None


def _is_plain(value: Any, room: int) -> bool:
    """Whether the value is made of JSON's own kinds only, ``room`` deep at most: then it is encoded as it stands. Floats and text are left
    to the encoder."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if room == 0:
        return False
    if kind is list:
        return all(type(item) in _ATOMS or _is_plain(item, room - 1) for item in value)
    if kind is dict:
        return all(type(key) is str and (type(item) in _ATOMS or _is_plain(item, room - 1)) for key, item in value.items())
    return False


def _plain(value: Any, hint: Any, at: str, room: int) -> Any:
    if room < 0:
        raise ResultInvalid(f"{at}: nested more than {VALUE_DEPTH} deep")
    if isinstance(value, enum.Enum):
        return _plain(value.value, Any, at, room)
    if value is None or isinstance(value, (bool, str, int, float)):
        return _atom(value, at)
    if isinstance(value, KINDS):
        raise ResultInvalid(f"{at}: {_named(value)} is content; annotate the tool's result as {type(value).__name__} or Content")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        types = class_hints(type(value))
        return {
            field.name: _plain(getattr(value, field.name), types.get(field.name, Any), f"{at}.{field.name}", room - 1)
            for field in dataclasses.fields(value)
        }
    if isinstance(value, collections.abc.Mapping):
        return _mapping(value, hint, at, room)
    if isinstance(value, (list, tuple)):
        parts = _item_hints(hint, len(value))
        return [_plain(item, part, f"{at}[{index}]", room - 1) for index, (item, part) in enumerate(zip(value, parts, strict=True))]
    if isinstance(value, (set, frozenset)):
        return _set(value, hint, at, room)
    raise ResultInvalid(f"{at}: {_named(value)} is not JSON")


def _atom(value: Any, at: str) -> Any:
    if isinstance(value, float) and not isfinite(value):
        raise ResultInvalid(f"{at}: {value!r} is not JSON; return None or a string in its place")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ResultInvalid(f"{at}: the text holds half a surrogate pair, which is not Unicode") from None
    return value


def _mapping(value: Mapping[Any, Any], hint: Any, at: str, room: int) -> dict[str, Any]:
    types = _value_hints(hint)
    found: dict[str, Any] = {}
    for key, item in value.items():
        name = _name(key, at)
        if name in found:
            raise ResultInvalid(f"{at}: two keys are {name!r} in JSON")
        found[name] = _plain(item, types(name), f"{at}.{name}", room - 1)
    return found


def _name(key: Any, at: str) -> str:
    if isinstance(key, enum.Enum):
        key = key.value
    if isinstance(key, str):
        return str(_atom(key, at))
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    raise ResultInvalid(f"{at}: a key is {_named(key)}; JSON's keys are text")


def _set(value: collections.abc.Set[Any], hint: Any, at: str, room: int) -> list[Any]:
    announced = [option for option in options(hint) if (typing.get_origin(option) or option) in _SETS]
    if not announced:
        raise ResultInvalid(f"{at}: {_named(value)} has no order and is not JSON; annotate it as set[...] to return a sorted list")
    inner = typing.get_args(announced[0])
    items = [_plain(item, inner[0] if inner else Any, f"{at}[...]", room - 1) for item in value]
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def _item_hints(hint: Any, length: int) -> list[Any]:
    for option in options(hint):
        inner = typing.get_args(option)
        if inner and (typing.get_origin(option) or option) in _SERIES:
            return list(inner) if len(inner) == length and ... not in inner else [inner[0]] * length
    return [Any] * length


def _value_hints(hint: Any) -> collections.abc.Callable[[str], Any]:
    for option in options(hint):
        inner = typing.get_args(option)
        if len(inner) == 2 and typing.get_origin(option) in _MAPPINGS:
            return lambda name: inner[1]
        if typing.is_typeddict(option):
            fields = class_hints(option)
            return lambda name: fields.get(name, Any)
    return lambda name: Any


def _named(value: Any) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
