"""What is written in a text in a code: base64, base32, hexadecimal, percent and character references, escapes, numbers, ROT13, backwards."""

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

LONGEST = 64 * 1024
_SHORTEST = 16
_READABLE = re.compile(r"[\x20-\x7e\n\r\t\u00a0-\uffff]")

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){12,}(?![0-9a-fA-F])")
_BASE32 = re.compile(r"[A-Z2-7]{24,}={0,6}(?![A-Za-z0-9])")
_HEX_APART = re.compile(r"(?<![0-9a-fA-F])(?:0?[\\]?x)?[0-9a-fA-F]{2}(?:[ ,:\n]{0,2}(?:0?[\\]?x)?[0-9a-fA-F]{2}(?![0-9a-fA-F])){11,}+")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}[\w.,'-]{0,12}){6,}")
_REFERENCES = re.compile(r"(?:&#(?:x[0-9a-fA-F]{1,6}|[0-9]{1,7});[\w.,' ]{0,4}){6,}")
_ESCAPES = re.compile(r"(?:\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{3})[\w.,' ]{0,4}){6,}")
_NUMBERS = re.compile(r"(?<![0-9])(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])(?:[ ,;\n]{1,3}(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])(?![0-9])){11,}+")
_BITS = re.compile(r"(?<![01])[01]{7,8}(?:[ ,\n]{1,2}[01]{7,8}(?![01])){11,}+")


@dataclass(frozen=True, slots=True)
class Decoded:
    """``text`` stood in a code that is called ``code``, from ``offset`` on."""

    text: str
    code: str
    offset: int


def decoded(text: str, plain: Plain) -> Iterator[Decoded]:
    """What can be read in a text, of which ``plain`` is the normalised form, once it is decoded; whether it says anything is for others to tell."""
    for code, offset, piece in _pieces(text, plain):
        for result in code.read(piece[:LONGEST]):
            if _is_readable(result):
                yield Decoded(result, code.name, offset)


def _pieces(text: str, plain: Plain) -> Iterator[tuple[_Code, int, str]]:
    for code in _CODES:
        if code.may_be_in(text, plain.odd):
            for found in code.pattern.finditer(text):
                yield code, found.start(), found.group()
    for start, run in _long_runs(text):
        for code in _UNBROKEN:
            for found in code.pattern.finditer(run):
                if len(found.group()) >= _SHORTEST and code.may_be_in(found.group(), ()):
                    yield code, start + found.start(), found.group()


def _long_runs(text: str) -> Iterator[tuple[int, str]]:
    """Pieces without blanks that no word is as long as; those of lines that follow each other are one."""
    run: list[str] = []
    position = start = 0
    for piece in text.split():
        if len(piece) < _SHORTEST and not (run and len(run[-1]) > _SHORTEST * 2):
            if run:
                yield start, "".join(run)
                run = []
            continue
        position = text.find(piece, position)
        if not run:
            start = position
        run.append(piece)
        position += len(piece)
    if run:
        yield start, "".join(run)


def turned(plain: Plain, known: frozenset[str]) -> Iterator[tuple[Plain, str]]:
    """The whole text in ROT13, and written backwards, where that makes known words of its words."""
    if len(plain.found & _in_rot13(known)) >= _TURNED:
        yield plain.like(codecs.encode(plain.text, "rot13")), "ROT13"
    if len(plain.found & _backwards(known)) >= _TURNED:
        yield Plain("\n".join(line[::-1] for line in plain.text.split("\n"))), "letters written backwards"


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


@dataclass(frozen=True, slots=True)
class _Code:
    """``may_be_in`` tells by a text and its words, at little cost, whether it is worth looking for."""

    name: str
    pattern: re.Pattern[str]
    read: Callable[[str], Iterator[str]]
    may_be_in: Callable[[str, tuple[str, ...]], bool]


def _mixes_cases(piece: str, _: tuple[str, ...]) -> bool:
    return any(map(str.isupper, piece)) and any(map(str.islower, piece))


def _always(_piece: str, _: tuple[str, ...]) -> bool:
    return True


def _has_octets(_text: str, odd: tuple[str, ...]) -> bool:
    return sum(_OCTET.fullmatch(word) is not None for word in odd if len(word) < 5) >= 6


def _has_numbers(_text: str, odd: tuple[str, ...]) -> bool:
    return sum(word.isdecimal() and 2 <= len(word) <= 3 for word in odd) >= 6


def _has_bits(_text: str, odd: tuple[str, ...]) -> bool:
    return sum(7 <= len(word) <= 8 and not word.strip("01") for word in odd) >= 4


_OCTET = re.compile(r"(?:0?x)?[0-9a-f]{2}")

_CODES = (
    _Code("percent escapes", _PERCENT, _percent, lambda text, _: text.count("%") > 5),
    _Code("character references", _REFERENCES, _references, lambda text, _: text.count("&#") > 5),
    _Code("escapes", _ESCAPES, _escapes, lambda text, _: text.count("\\") > 5),
    _Code("hexadecimal", _HEX_APART, _hex, _has_octets),
    _Code("character numbers", _NUMBERS, _numbers, _has_numbers),
    _Code("binary numbers", _BITS, _bits, _has_bits),
)
_UNBROKEN = (
    _Code("hexadecimal", _HEX, _hex, _always),
    _Code("base32", _BASE32, _base32, _always),
    _Code("base64", _BASE64, _base64, _mixes_cases),
)
