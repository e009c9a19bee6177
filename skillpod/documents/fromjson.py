"""JSON from strangers: no duplicate keys, no NaN, no half surrogate pairs, within limits."""

from __future__ import annotations

import json
from typing import Any

from skillpod.documents.text import HALF_A_PAIR, MAX_DEPTH, MAX_VALUES, decode, number
from skillpod.documents.words import below as step
from skillpod.documents.words import join, show
from skillpod.errors import DocumentInvalid


def read_json(text: bytes, *, name: str) -> Any:
    """One JSON value (RFC 8259), with the limits of ``read_yaml``; duplicate keys, NaN, Infinity and lone surrogates are refused.

    Raises DocumentInvalid; ``at`` is ``name:line:column`` for syntax, ``name`` or ``name:path`` otherwise.
    """
    decoded = decode(text, name)
    try:
        value = json.loads(
            decoded,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=lambda digits: number(digits, is_whole=True),
            parse_float=lambda digits: number(digits, is_whole=False),
        )
    except json.JSONDecodeError as error:
        raise DocumentInvalid(f"not JSON: {error.msg}", at=f"{name}:{error.lineno}:{error.colno}") from error
    except RecursionError as error:
        raise DocumentInvalid(f"nested deeper than {MAX_DEPTH} levels", at=name) from error
    except ValueError as error:
        raise DocumentInvalid(str(error), at=name) from error
    if "\\u" in decoded or not _is_within(value):  # half a pair can only be written as an escape: the text was UTF-8
        _check_value(value, name)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {show(key)} is in one object twice")
            seen.add(key)
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _is_within(value: Any) -> bool:
    """Whether it has no more levels and values than may be: what most documents have, told without making a path for each."""
    level, count = [value], 1
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for current in level:
            if type(current) is dict:
                below.extend(current.values())
            elif type(current) is list:
                below.extend(current)
        count += len(below)
        if not below or count > MAX_VALUES:
            return count <= MAX_VALUES
        level = below
    return False


def _check_value(value: Any, name: str) -> None:
    """Raises DocumentInvalid with the place that is too much."""
    pending: list[tuple[Any, int, str]] = [(value, 1, "")]
    count = 0
    while pending:
        current, depth, path = pending.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise DocumentInvalid(f"nested deeper than {MAX_DEPTH} levels", at=join(name, path))
        if count > MAX_VALUES:
            raise DocumentInvalid(f"more than {MAX_VALUES} values", at=name, hint="make the document smaller")
        if isinstance(current, str):
            _check_surrogates(current, name, path)
        elif isinstance(current, dict):
            for key, member in current.items():
                _check_surrogates(key, name, path)
                pending.append((member, depth + 1, step(path, key)))
        elif isinstance(current, list):
            pending.extend((member, depth + 1, step(path, index)) for index, member in enumerate(current))


def _check_surrogates(text: str, name: str, path: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentInvalid(HALF_A_PAIR, at=join(name, path)) from error
