"""One JSON text for values that are equal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_SCALARS = frozenset({str, int, float, bool, type(None)})


def canonical(value: Any) -> str:
    """Its JSON with sorted keys, without spaces, in ASCII. Raises TypeError, ValueError and RecursionError for what is no JSON."""
    if isinstance(value, Mapping) and all(type(name) is str and type(item) in _SCALARS for name, item in value.items()):
        return _text(value)
    return _text(json.loads(json.dumps(value, allow_nan=False)))  # keys that are no strings become some, and only then are sorted


_text = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
