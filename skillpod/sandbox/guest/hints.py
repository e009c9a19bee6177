"""Annotations taken apart: what a hint is made of, without the wrappers that change nothing about its value."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

_WRAPPERS = (typing.Annotated, typing.Required, typing.NotRequired, typing.Final, typing.ClassVar)


def bare(hint: Any) -> Any:
    """Without Annotated, Required, NotRequired, Final, ``NewType`` and ``type`` aliases."""
    while True:
        if typing.get_origin(hint) in _WRAPPERS:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":  # Python 3.12 and later
            hint = hint.__value__
        else:
            return hint


def options(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the hint alone; each bare."""
    hint = bare(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(found for member in typing.get_args(hint) for found in options(member))
    return (hint,)


def function_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Parameter name (and ``return``) -> hint. A hint that can't be resolved here stays the text it was."""
    raw: Mapping[str, Any] = getattr(function, "__annotations__", {})
    if all(type(hint) is type for hint in raw.values()):  # the most common, and ten times as fast
        return dict(raw)
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001  # SAFE: resolving runs the skill's own annotations as code; one that fails leaves the others
        return {name: _resolved(hint, getattr(function, "__globals__", {})) for name, hint in raw.items()}


def class_hints(kind: type) -> dict[str, Any]:
    """Field name -> hint of a dataclass or a TypedDict; empty when they can't be resolved."""
    try:
        return typing.get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001  # SAFE: resolving runs the skill's own annotations as code
        return {}


def _resolved(hint: Any, namespace: dict[str, Any]) -> Any:
    holder = types.SimpleNamespace(__annotations__={"it": hint})
    try:
        return typing.get_type_hints(holder, globalns=namespace, include_extras=True)["it"]
    except Exception:  # noqa: BLE001  # SAFE: as above
        return hint
