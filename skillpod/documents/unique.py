"""Whether the items of a JSON list differ from each other, in time linear in the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def are_unique(items: Sequence[Any]) -> bool:
    return len({_hashable(item) for item in items}) == len(items)


def _hashable(value: Any) -> Any:
    """Equal for equal JSON values only: 1 is 1.0, and neither is true."""
    if isinstance(value, dict):
        return "{", frozenset((key, _hashable(item)) for key, item in value.items())
    if isinstance(value, list):
        return "[", tuple(_hashable(item) for item in value)
    return (value,) if isinstance(value, bool) else value
