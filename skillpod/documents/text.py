"""What YAML and JSON share: the limits, the bytes before any parser sees them, and numbers."""

from __future__ import annotations

import math

from skillpod.documents.words import show
from skillpod.errors import DocumentInvalid
from skillpod.model.later import later

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 50_000
HALF_A_PAIR = "a string has half of a surrogate pair in it"

_UNWANTED = later("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


_PLAIN = bytes(range(0x20, 0x7F)) + b"\t\n\r"
"""What most documents are of, told in a tenth of the time."""


def decode(text: bytes, name: str) -> str:
    """The text as UTF-8, before any parser sees it."""
    if len(text) > MAX_BYTES:
        raise DocumentInvalid(f"the document has {len(text)} bytes; at most {MAX_BYTES} are read", at=name, hint="make it smaller")
    if not text.translate(None, _PLAIN):
        return text.decode("ascii")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        where = place(name, text[: error.start].decode("utf-8"), error.start)
        raise DocumentInvalid("the document is not UTF-8 text", at=where, hint="save it as UTF-8") from error
    unwanted = _UNWANTED.search(decoded)
    if unwanted is None:
        return decoded
    where = place(name, decoded, unwanted.start())
    if unwanted.group() == "\ufeff":
        raise DocumentInvalid("the document has a byte order mark", at=where, hint="save it as UTF-8 without one")
    character = "NUL" if unwanted.group() == "\0" else f"the control character U+{ord(unwanted.group()):04X}"
    raise DocumentInvalid(f"the document has {character} in it", at=where, hint="is this a text file?")


def place(name: str, text: str, offset: int) -> str:
    """``name:line:column`` of an offset; both count from 1."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return f"{name}:{line}:{column}"


def number(text: str, *, is_whole: bool) -> int | float:
    """Raises ValueError, in words for people, for what is no finite number or has more digits than Python reads."""
    if is_whole:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"a whole number of {len(text)} digits is too long") from None
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(f"{show(text)} is too large for a number")
    return found
