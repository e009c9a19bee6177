# expect: none
"""Counts what is in a text."""

from __future__ import annotations

import collections
import re
import statistics
import unicodedata
from dataclasses import asdict, dataclass

from skillpod import tool

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass
class Statistics:
    characters: int
    words: int
    sentences: int
    longest: str
    mean_length: float
    common: list[tuple[str, int]]
    categories: dict[str, int]


@tool(read_only=True)
def count(text: str, most_common: int = 5) -> dict:
    """Count characters, words and sentences, and name the most common words.

    Args:
        text: The text.
        most_common: How many of the common words to give.
    """
    words = _WORD.findall(text)
    counted = collections.Counter(word.lower() for word in words)
    categories = collections.defaultdict(int)
    for character in text:
        categories[unicodedata.category(character)] += 1
    found = Statistics(
        characters=len(text),
        words=len(words),
        sentences=len([part for part in _SENTENCE_END.split(text) if part.strip()]),
        longest=max(words, key=len, default=""),
        mean_length=round(statistics.fmean(map(len, words)), 2) if words else 0.0,
        common=counted.most_common(most_common),
        categories=dict(sorted(categories.items())),
    )
    return asdict(found)
