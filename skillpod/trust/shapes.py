"""The shape of what a stranger signed, held to the letter: exactly these fields, of these types, in one spelling."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence, Set
from typing import Any

from skillpod.documents import show
from skillpod.errors import SignatureInvalid

MAX_TEXT = 4096
"""Characters of one text in a signature, but for the payload."""


def fields(value: Any, at: str, required: Set[str], optional: Set[str] = frozenset()) -> Mapping[str, Any]:
    """An object that has all the required fields, and else only optional ones. Raises SignatureInvalid."""
    if type(value) is not dict:
        raise SignatureInvalid(f"expected an object, got {show(value)}", at=at)
    if value.keys() == required:
        return value
    for name in sorted(required):
        if name not in value:
            raise SignatureInvalid(f"the field {name!r} is missing", at=at)
    for name in value:
        if name not in required and name not in optional:
            raise SignatureInvalid(f"the field {show(name)} is not known", at=at, hint="what is not understood is not trusted")
    return value


def one(value: Any, at: str) -> Any:
    """The only item of a list. Raises SignatureInvalid."""
    items = sequence(value, at)
    if len(items) != 1:
        raise SignatureInvalid(f"expected exactly one item, got {len(items)}", at=at)
    return items[0]


def sequence(value: Any, at: str) -> Sequence[Any]:
    if type(value) is not list:
        raise SignatureInvalid(f"expected a list, got {show(value)}", at=at)
    return value


def text(value: Any, at: str) -> str:
    if type(value) is not str or len(value) > MAX_TEXT:
        raise SignatureInvalid(f"expected a text of at most {MAX_TEXT} characters, got {show(value)}", at=at)
    return value


def exactly(value: Any, wanted: str | bool, at: str) -> None:
    if type(value) is not type(wanted) or value != wanted:
        raise SignatureInvalid(f"expected {show(wanted)}, got {show(value)}", at=at)


def base64_bytes(value: Any, at: str) -> bytes:
    """RFC 4648 section 4 in its one canonical spelling: another text for the same bytes is refused. Raises SignatureInvalid."""
    if type(value) is str and value.isascii():
        try:
            decoded = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            decoded = b""
        if decoded and base64.b64encode(decoded).decode() == value:
            return decoded
    raise SignatureInvalid("not base64 in its canonical spelling", at=at)
