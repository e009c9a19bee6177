"""The patterns of a policy: ``*`` is any text, ``?`` one character, and nothing else means anything."""

from __future__ import annotations

import re
from collections.abc import Sequence


def pattern_of(globs: str | Sequence[str]) -> re.Pattern[str]:
    """What fits any of them. Everything but the wildcards is itself, case and all. Runs of ``*`` are one: no pattern is
    slow."""
    listed = [globs] if isinstance(globs, str) else globs
    return re.compile("|".join(_translate(glob) for glob in listed), re.DOTALL)


def optional_pattern(globs: str | Sequence[str] | None) -> re.Pattern[str] | None:
    """The same of a condition that a rule may leave out."""
    return None if globs is None else pattern_of(globs)


def _translate(glob: str) -> str:
    """Each ``*`` but the last takes the nearest match and never gives it back (an atomic group): linear in practice, as in fnmatch."""
    head, *rest = re.sub(r"\*+", "*", glob).split("*")
    if not rest:
        return _literal(head)
    between = "".join(f"(?>.*?{_literal(part)})" for part in rest[:-1])
    return f"{_literal(head)}{between}.*{_literal(rest[-1])}"


def _literal(text: str) -> str:
    return "".join("." if character == "?" else re.escape(character) for character in text)


def is_covered(pattern: re.Pattern[str] | None, text: str) -> bool:
    """Whether an allowance reaches a text: what is not known (empty) fits no pattern, not even ``*``."""
    return pattern is None or (text != "" and pattern.fullmatch(text) is not None)


def is_hit(pattern: re.Pattern[str] | None, text: str) -> bool:
    """Whether a restriction reaches a text: what is not known (empty) could be anything, so it fits every pattern."""
    return pattern is None or text == "" or pattern.fullmatch(text) is not None
