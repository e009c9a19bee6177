"""Globs as operators write them, for names, authors and publishers: the one place that says what ``*`` and ``?`` mean."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def glob_pattern(globs: str | tuple[str, ...]) -> re.Pattern[str]:
    """What ``fullmatch`` holds a text to. ``*`` is any text, ``?`` one character; everything else is itself, case and all. Runs of ``*``
    are one: no pattern is slow."""
    listed = [globs] if isinstance(globs, str) else globs
    return re.compile("|".join(_translate(glob) for glob in listed), re.DOTALL)


def globs_overlap(one: str, other: str) -> bool:
    """Whether some text fits both."""
    pending, seen = [(0, 0)], {(0, 0)}
    while pending:
        i, j = pending.pop()
        if i == len(one) and j == len(other):
            return True
        for place in _steps(one[i : i + 1], other[j : j + 1], i, j):
            if place not in seen:
                seen.add(place)
                pending.append(place)
    return False


def _steps(a: str, b: str, i: int, j: int) -> list[tuple[int, int]]:
    """Where reading may go on, from the next character of each; empty at an end."""
    if a == "*" or b == "*":
        return [(i + 1, j)] * bool(a) + [(i, j + 1)] * bool(b)
    return [(i + 1, j + 1)] if a and b and (a == b or "?" in (a, b)) else []


def _translate(glob: str) -> str:
    """Each ``*`` but the last takes the nearest match and never gives it back (an atomic group): linear in practice, as in fnmatch."""
    head, *rest = re.sub(r"\*+", "*", glob).split("*")
    if not rest:
        return _literal(head)
    between = "".join(f"(?>.*?{_literal(part)})" for part in rest[:-1])
    return f"{_literal(head)}{between}.*{_literal(rest[-1])}"


def _literal(text: str) -> str:
    return "".join("." if character == "?" else re.escape(character) for character in text)
