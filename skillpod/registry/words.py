"""Text as it is searched: names split into their words, scripts without spaces into characters, and a query that can't be anything else.

Nothing of a query reaches SQLite but words between quotes: FTS5's operators are never spoken by a caller (SQLite, "FTS5 Extension", 3.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

MAX_WORDS = 24
"""Words of a query that are looked for: more say nothing new, and every one costs."""
MAX_INDEXED = 400
"""Words of one field that are indexed; a skill that says more of itself is found by what it says first."""
_READ = 16 * MAX_INDEXED
"""Characters of a text that are looked at at all."""
_PREFIX_LENGTH = 3

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"  # kana, Han, Hangul
_PIECE = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_UNSPACED_START = re.compile(f"[{_UNSPACED}]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_STOP_WORDS = """
a an and are as at be by can could do does for from how i in is it me my of on or our please that the this to us want we what which will
with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing of what is wanted; a query of nothing else is taken at its word."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query. ``whole`` may be several tokens that stand side by side; ``parts`` are the humps of a camelCase name."""

    whole: str
    parts: tuple[str, ...] = ()

    @property
    def loose(self) -> tuple[str, ...]:
        """Each of these speaks for the word."""
        return (self.whole, *self.parts)

    @property
    def strict(self) -> str:
        """The expression that only what has this word fits."""
        return f"({quoted(self.whole)} OR {quoted(' '.join(self.parts))})" if self.parts else quoted(self.whole)


def tokens(text: str) -> list[str]:
    """What is indexed of a text, lower case: ``userName`` as ``username user name``, Han characters one by one."""
    return [token for piece, humps in _pieces(text) for token in _indexed(piece, humps)][:MAX_INDEXED]


def query_words(text: str) -> list[Word]:
    """The distinct words of a query in their order, without stop words; all of them when there is nothing else."""
    words = list(dict.fromkeys(word for piece, humps in _pieces(text) for word in _wanted(piece, humps)))
    telling = [word for word in words if word.whole not in STOP_WORDS]
    return (telling or words)[:MAX_WORDS]


def quoted(words: str) -> str:
    """Words as FTS5 takes them for nothing but words."""
    return f'"{words}"'  # SAFE: words come from _PIECE, which has no quote in it


def prefix(word: Word) -> str:
    """The expression that also fits longer words that begin so, when the word is long enough to mean something."""
    return f"{quoted(word.whole)} *" if len(word.whole) >= _PREFIX_LENGTH and not word.parts else quoted(word.whole)


def _pieces(text: str) -> Iterator[tuple[str, list[str]]]:
    read = text[:_READ]
    for piece in _PIECE.findall(read if read.isascii() else unicodedata.normalize("NFKC", read)):
        lowered = piece.lower()
        humps = _HUMP.split(piece) if lowered != piece else [piece]
        yield lowered, [hump.lower() for hump in humps] if len(humps) > 1 else []


def _indexed(piece: str, humps: list[str]) -> list[str]:
    return list(piece) if _is_unspaced(piece) else [piece, *humps]


def _wanted(piece: str, humps: list[str]) -> list[Word]:
    if not _is_unspaced(piece) or len(piece) == 1:
        return [Word(piece, tuple(humps))]
    return [Word(f"{first} {second}") for first, second in pairwise(piece)]  # pairs of characters are its words


def _is_unspaced(piece: str) -> bool:
    return not piece.isascii() and _UNSPACED_START.match(piece) is not None
