"""From what a value says to where it is written: values of YAML and strings of Python are not the text they stand in."""

from __future__ import annotations

import re

from skillpod.audit.text.normalise import place

_WORDS = re.compile(r"[^\W_]+")
_TRIED = 4


def written_at(said: str, written: str, otherwise: tuple[int, int], *, first_line: int = 1) -> tuple[int, int]:
    """Line and column of the words in ``written``, which begins with the line ``first_line``; ``otherwise`` when they are not there as
    they are said: they are escapes, or were put together."""
    words = _WORDS.findall(said)[:_TRIED]
    found = re.search(r"[\W_]{1,40}".join(map(re.escape, words)), written, re.IGNORECASE) if words else None
    if found is None:
        return otherwise
    line, column = place(written, found.start())
    return first_line + line - 1, column
