"""What is written in a text in a code: base64, base32, hexadecimal, escapes of several kinds, numbers, ROT13, backwards."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from skillpod.audit.text.normalise import Plain
from skillpod.model.later import later

LONGEST = 64 * 1024
SHORTEST = 16
"""Characters of a piece without blanks that can be a text in a code."""
SIGNS = 6
"""Signs, or numbers, that make it worth looking whether a text is written in them."""
_READABLE = later(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\U00010000-\U0010ffff]")
"""Written by what it is not: a range is compiled code point by code point, up to U+FFFF."""

_BASE64 = later(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = later(r"(?:[0-9a-fA-F]{2}){12,}(?![0-9a-fA-F])")
_BASE32 = later(r"[A-Z2-7]{24,}={0,6}(?![A-Za-z0-9])")
_PERCENT = later(r"(?:%[0-9a-fA-F]{2}[\w.,'-]{0,12}){6,}")
_REFERENCES = later(r"(?:&#(?:x[0-9a-fA-F]{1,6}|[0-9]{1,7});[\w.,' ]{0,4}){6,}")
_ESCAPES = later(r"(?:\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{3})[\w.,' ]{0,4}){6,}")
_FEWEST = 12
"""Numbers in a row that can be a text."""
_OCTET = later(r"(?:0?x)?[0-9a-f]{2}")
_OCTETS = frozenset(first + second for first in "abcdef" for second in "abcdef")
"""Those that are words of letters only."""
_CHARACTER = later(r"3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]")
_BITS = later(r"[01]{7,8}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """``text`` stood in a code that is called ``code``, from ``offset`` on."""

    text: str
    code: str
    offset: int


def decoded(text: str, plain: Plain) -> Iterator[Decoded]:
    """What can be read in a text, of which ``plain`` is the normalised form, once it is decoded."""
    for code, offset, piece in _pieces(text, plain):
        for result in code.read(piece[:LONGEST]):
            if _is_readable(result):
                yield Decoded(result, code.name, offset)


def _pieces(text: str, plain: Plain) -> Iterator[tuple[_Code, int, str]]:
    for sign, code in _WRITTEN_OUT:
        if text.count(sign) >= SIGNS:
            for found in code.pattern.finditer(text):
                yield code, found.start(), found.group()
    for start, run in _long_runs(text):
        for code in _UNBROKEN:
            for found in code.pattern.finditer(run):
                if code.name != "base64" or _mixes_cases(found.group()):
                    yield code, start + found.start(), found.group()
    yield from _numbers_apart(plain)


def _numbers_apart(plain: Plain) -> Iterator[tuple[_Code, int, str]]:
    """Words in a row that are each a character's number, in one notation."""
    for code in _APART:
        known = {word for word in (*plain.odd, *_OCTETS & plain.found) if len(word) <= 8 and code.pattern.fullmatch(word)}
        if len(known) < SIGNS:
            continue
        row: list[str] = []
        for word in (*plain.words, ""):
            if word in known:
                row.append(word)
            elif row:
                if len(row) >= _FEWEST:
                    yield code, _start_of(plain, row), " ".join(row)
                row = []


def may_be_numbers(plain: Plain) -> bool:
    """Whether there are enough words that could be a character's number."""
    return len(plain.odd) + len(_OCTETS & plain.found) >= SIGNS


def _start_of(plain: Plain, row: list[str]) -> int:
    found = re.search(r"[\W_]{1,40}".join(map(re.escape, row[:_FEWEST])), plain.text)
    return plain.origin(found.start()) if found else 0


def _long_runs(text: str) -> Iterator[tuple[int, str]]:
    """Pieces without blanks that no word is as long as; those of lines that follow each other are one."""
    pieces = text.split()
    position, taken = 0, -1
    for first in [number for number, piece in enumerate(pieces) if len(piece) >= SHORTEST]:
        if first < taken:
            continue
        taken = first + 1
        while taken < len(pieces) and len(pieces[taken]) >= SHORTEST:
            taken += 1
        position = text.find(pieces[first], position)
        yield position, "".join(pieces[first : taken + (taken - first > 1)])  # the last line of a block is shorter
        position += len(pieces[first])


def turned(plain: Plain, known: frozenset[str]) -> Iterator[tuple[Plain, str]]:
    """The whole text in ROT13, and written backwards, where that makes known words of its words."""
    if len(plain.found & _in_rot13(known)) >= _TURNED:
        yield plain.like(codecs.encode(plain.text, "rot13")), "ROT13"
    if len(plain.found & _backwards(known)) >= _TURNED:
        yield Plain("\n".join(line[::-1] for line in plain.text.split("\n"))), "letters written backwards"


def may_be_turned(plain: Plain, known: frozenset[str]) -> bool:
    return len(plain.found & _in_rot13(known)) >= _TURNED or len(plain.found & _backwards(known)) >= _TURNED


_TURNED = 2
"""Known words that make it worth turning a text."""


@cache
def _in_rot13(known: frozenset[str]) -> frozenset[str]:
    return frozenset(codecs.encode(word, "rot13") for word in known if len(word) > 3 and word.isascii()) - known


@cache
def _backwards(known: frozenset[str]) -> frozenset[str]:
    return frozenset(word[::-1] for word in known if len(word) > 3) - known


def _is_readable(text: str) -> bool:
    return len(text) >= 12 and len(_READABLE.findall(text)) > 0.95 * len(text) and sum(map(str.isalnum, text)) > len(text) // 2


def _text(octets: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "utf-16-le") if b"\0" in octets else ("utf-8",):
        try:
            yield octets.decode(encoding)
        except UnicodeDecodeError:
            continue


def _base64(piece: str) -> Iterator[str]:
    joined = "".join(piece.split()).replace("-", "+").replace("_", "/").rstrip("=")
    joined = joined[: len(joined) - (len(joined) % 4 == 1)]
    try:
        yield from _text(base64.b64decode(joined + "=" * (-len(joined) % 4)))
    except (binascii.Error, ValueError):
        return


def _base32(piece: str) -> Iterator[str]:
    joined = piece.rstrip("=")
    try:
        yield from _text(base64.b32decode(joined + "=" * (-len(joined) % 8)))
    except (binascii.Error, ValueError):
        return


def _hex(piece: str) -> Iterator[str]:
    digits = re.sub(r"0?\\?x|[^0-9a-fA-F]", "", piece)
    yield from _text(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _numbers(piece: str) -> Iterator[str]:
    yield "".join(chr(int(number)) for number in re.findall("[0-9]+", piece))


def _bits(piece: str) -> Iterator[str]:
    yield from _text(bytes(int(number, 2) for number in re.findall("[01]+", piece)))


def _percent(piece: str) -> Iterator[str]:
    yield urllib.parse.unquote(piece, errors="replace")


def _references(piece: str) -> Iterator[str]:
    yield html.unescape(piece)


def _escapes(piece: str) -> Iterator[str]:
    yield re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{3}))", _escaped, piece)


def _escaped(match: re.Match[str]) -> str:
    wide, narrow, octal = match.groups()
    return chr(int(octal, 8) if octal else int(wide or narrow, 16))


def _mixes_cases(piece: str) -> bool:
    return any(map(str.isupper, piece)) and any(map(str.islower, piece))


@dataclass(frozen=True, slots=True)
class _Code:
    name: str
    pattern: re.Pattern[str]
    read: Callable[[str], Iterator[str]]


_WRITTEN_OUT = (
    ("%", _Code("percent escapes", _PERCENT, _percent)),
    ("&#", _Code("character references", _REFERENCES, _references)),
    ("\\", _Code("escapes", _ESCAPES, _escapes)),
)
"""Each with the sign it begins with."""
_UNBROKEN = (_Code("hexadecimal", _HEX, _hex), _Code("base32", _BASE32, _base32), _Code("base64", _BASE64, _base64))
_APART = (
    _Code("hexadecimal", _OCTET, _hex),
    _Code("character numbers", _CHARACTER, _numbers),
    _Code("binary numbers", _BITS, _bits),
)
