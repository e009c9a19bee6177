"""An index of what skills and tools say of themselves: SQLite's FTS5 in memory, ranked by BM25 over stemmed words.

Source: SQLite, "FTS5 Extension" (porter over unicode61, ``bm25()``: smaller is better).
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from skillpod.registry.words import STOP_WORDS, Word, prefix, quoted, tokens

BUDGET = 3000
"""Rows a query may rank in all: its most telling words come first, so that a common word never costs what it does not say."""
_ALL_WORDS = 1.5
"""How much better a document is that has every word of the query."""
_COMPLETIONS = 4
_COUNTS_KEPT = 10_000
_TELLING = 10
"""Words a document is compared with others by; of at most four times as many that are tried."""
_LIKE_ENOUGH = 0.15
"""The share of its likeness to itself that another document must have to be told of."""

_CREATE = """
CREATE VIRTUAL TABLE words USING fts5 (
    name, title, description, parameters, tags, tokenize = "porter unicode61 remove_diacritics 2"
)
"""
_INSERT = "INSERT INTO words (rowid, name, title, description, parameters, tags) VALUES (?, ?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM words WHERE rowid = ?"
_RANK = "SELECT rowid, -bm25(words, 8.0, 5.0, 3.0, 1.0, 4.0) AS fit FROM words WHERE words MATCH ? ORDER BY fit DESC LIMIT ?"
_RANK_ONE = "SELECT -bm25(words, 8.0, 5.0, 3.0, 1.0, 4.0) FROM words WHERE words MATCH ? AND rowid = ?"
_COUNT = "SELECT count(*) FROM words WHERE words MATCH ?"
_EQUALS = 1000
"""Rows that are read when more fit equally well than are wanted: they are cut by name, not by who came first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one tool or one skill is found by. ``kind`` is ``tool`` or ``skill``; ``shown`` is its description as a result gives it."""

    kind: str
    name: str
    skill: str
    shown: str
    title: str = ""
    description: str = ""
    parameters: str = ""
    tags: str = ""

    @property
    def order(self) -> tuple[str, str]:
        """What decides between equals."""
        return (self.name, self.kind)


Ranked = list[tuple[Document, float]]
"""Best first; the number says how well it fits, and means something within one answer only."""


class Index:
    """Not for several threads. Nothing given to ``rank`` or ``like`` makes it raise."""

    def __init__(self) -> None:
        self._base = sqlite3.connect(":memory:", isolation_level=None)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute(_CREATE)
        self._documents: dict[int, Document] = {}
        self._rows: dict[str, list[int]] = {}  # by skill
        self._names: dict[str, set[int]] = {}
        self._last = 0
        self._vocabulary: Counter[str] = Counter()  # word, as it is written -> documents that have it
        self._sorted: list[str] = []
        self._counts: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents.values())

    def put(self, skills: Iterable[tuple[str, Sequence[Document]]]) -> None:
        """Have these documents, and no others, under these skills: none takes a skill out."""
        read = list(skills)  # before anything is changed
        self._base.execute("BEGIN")
        for skill, documents in read:
            for row in self._rows.pop(skill, ()):
                self._take_out(row)
            if documents:
                self._rows[skill] = [self._take_in(document) for document in documents]
        self._base.execute("COMMIT")
        self._sorted, self._counts = [], {}

    def _take_in(self, document: Document) -> int:
        self._last += 1
        fields = _fields(document)
        self._base.execute(_INSERT, (self._last, *map(" ".join, fields)))
        self._documents[self._last] = document
        self._names.setdefault(document.name, set()).add(self._last)
        self._vocabulary.update({word for field in fields for word in field})
        return self._last

    def _take_out(self, row: int) -> None:
        self._base.execute(_DELETE, (row,))
        document = self._documents.pop(row)
        self._names[document.name].discard(row)
        if not self._names[document.name]:
            del self._names[document.name]
        gone = {word for field in _fields(document) for word in field}
        self._vocabulary.subtract(gone)
        for word in gone:
            if not self._vocabulary[word]:
                del self._vocabulary[word]

    def named(self, name: str) -> list[Document]:
        """The documents of exactly this name: a tool, a skill, or both in this order."""
        return sorted((self._documents[row] for row in self._names.get(name, ())), key=lambda document: document.kind, reverse=True)

    def rank(self, words: Sequence[Word], limit: int) -> Ranked:
        """The documents that have any of the words, those that have them all preferred; the last word may be the beginning of one."""
        if not words:
            return []
        fits = self._fits(self._loose(words), limit)
        sharp = [word for word in words if self._count(word.whole) <= BUDGET]  # what every other document has tells them not apart
        if len(sharp) > 1:
            for row, fit in self._fits(self._strict(sharp), limit).items():
                fits[row] = max(fit, fits.get(row, 0.0)) * _ALL_WORDS
        return self._best(fits, limit)

    def like(self, document: Document, limit: int) -> Ranked:
        """The documents that share the words that tell most of this one, each with its share of what the document itself would get.
        What it belongs to or holds, a tool's skill or a skill's tools, is no news and left out."""
        family = self._rows.get(document.skill, [])
        row = next((row for row in family if self._documents[row] == document), None)
        telling = self._telling(document)
        if row is None or not telling:
            return []
        expression = " OR ".join(map(quoted, telling))
        [(own,)] = self._base.execute(_RANK_ONE, (expression, row)).fetchall()
        held = {member for member in family if member == row or self._documents[member].kind != document.kind}
        fits = self._fits(expression, limit + len(held))
        return self._best({other: fit / own for other, fit in fits.items() if other not in held and fit >= own * _LIKE_ENOUGH}, limit)

    def close(self) -> None:
        self._base.close()

    def _best(self, fits: dict[int, float], limit: int) -> Ranked:
        found = [(self._documents[row], fit) for row, fit in fits.items()]
        return sorted(found, key=lambda pair: (-pair[1], pair[0].order))[:limit]

    def _fits(self, expression: str, limit: int) -> dict[int, float]:
        wanted = limit + 20  # more than are asked for: what has all words may overtake
        rows = self._base.execute(_RANK, (expression, wanted)).fetchall()
        if len(rows) == wanted and rows[-1][1] == rows[limit - 1][1]:
            rows = self._base.execute(_RANK, (expression, _EQUALS)).fetchall()
        return dict(rows)

    # --- what is asked of FTS5 --------------------------------------------------------------------------------------------

    def _loose(self, words: Sequence[Word]) -> str:
        choices = {phrase: self._count(phrase) for word in words for phrase in word.loose}
        spent = 0
        kept: list[str] = []
        for phrase in sorted(choices, key=lambda phrase: choices[phrase]):
            spent += choices[phrase]
            if kept and spent > BUDGET:
                break
            kept.append(phrase)
        expressions = [quoted(phrase) for phrase in kept if phrase != words[-1].whole]
        return " OR ".join([*expressions, self._last_word(words[-1])] if words[-1].whole in kept else expressions)

    def _strict(self, words: Sequence[Word]) -> str:
        return " AND ".join([*(word.strict for word in words[:-1]), f"({self._last_word(words[-1])})"])

    def _last_word(self, word: Word) -> str:
        if word.parts:
            return word.strict
        return " OR ".join([prefix(word), *map(quoted, self._completions(word.whole))])

    def _completions(self, beginning: str) -> list[str]:
        """Words that begin so. FTS5 compares the beginning with stems, and ``vulnerab`` is longer than the stem of ``vulnerability``."""
        if beginning in self._vocabulary or prefix(Word(beginning)) == quoted(beginning):
            return []
        self._sorted = self._sorted or sorted(self._vocabulary)
        start = bisect_left(self._sorted, beginning)
        longer = list(takewhile(lambda word: word.startswith(beginning), self._sorted[start : start + 4 * _COMPLETIONS]))
        kept: list[str] = []
        for word in longer:
            if not any(word.startswith(shorter) for shorter in kept):  # a plural says nothing new
                kept.append(word)
        return kept[:_COMPLETIONS]

    def _count(self, phrase: str) -> int:
        """How many documents have it, in any form."""
        count = self._counts.get(phrase)
        if count is None:
            [(count,)] = self._base.execute(_COUNT, (quoted(phrase),)).fetchall()
            if len(self._counts) == _COUNTS_KEPT:
                self._counts.clear()
            self._counts[phrase] = count
        return int(count)

    def _telling(self, document: Document) -> list[str]:
        """The rarest of its words that others have too, in any form, its skill's name left out."""
        own = set(tokens(document.skill)) if document.kind == "tool" else set()
        candidates = {word for field in _fields(document) for word in field} - STOP_WORDS - own
        rarest = sorted((self._vocabulary[word], word) for word in candidates if len(word) > 1 and self._vocabulary[word] <= BUDGET)
        return [word for _, word in rarest[: 4 * _TELLING] if self._count(word) > 1][:_TELLING]


def _fields(document: Document) -> list[list[str]]:
    return [tokens(text) for text in (document.name, document.title, document.description, document.parameters, document.tags)]
