"""From what a value says to where it is written: values of YAML and strings of Python are not the text they stand in."""

from __future__ import annotations

import re

from skillpod.audit.text.normalise import place
from skillpod.model.later import later

Stretch = tuple[int, int, int]
"""A line, a column in it, and the column behind what is meant there; 0 when that is not on the line as it is said."""

_WORDS = later(r"[^\W_]+")
_TRIED = 4


def stretch(said: str, text: str, offset: int) -> Stretch:
    """Where the words stand that begin at an offset."""
    line, column = place(text, offset)
    return line, column, column + len(said) if text[offset : offset + len(said)].lower() == said else 0


def written_at(said: str, written: str, otherwise: tuple[int, int], *, first_line: int = 1) -> Stretch:
    """Where the words stand in ``written``, which begins with the line ``first_line``; ``otherwise`` when they are not there as
    they are said: they are escapes, or were put together."""
    words = _WORDS.findall(said)[:_TRIED]
    found = re.search(r"[\W_]{1,40}".join(map(re.escape, words)), written, re.IGNORECASE) if words else None
    if found is None:
        return *otherwise, 0
    line, column, end = stretch(said, written, found.start())
    return first_line + line - 1, column, end
