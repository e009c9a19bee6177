"""How the conditions of a policy look at texts: what is not known never helps a skill."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skillpod.documents import glob_pattern


def pattern_of(globs: str | Sequence[str]) -> re.Pattern[str]:
    """What fits any of them."""
    return glob_pattern(globs if isinstance(globs, str) else tuple(globs))


def optional_pattern(globs: str | Sequence[str] | None) -> re.Pattern[str] | None:
    """The same of a condition that a rule may leave out."""
    return None if globs is None else pattern_of(globs)


def is_covered(pattern: re.Pattern[str] | None, text: str) -> bool:
    """Whether an allowance reaches a text: what is not known (empty) fits no pattern, not even ``*``."""
    return pattern is None or (text != "" and pattern.fullmatch(text) is not None)


def is_hit(pattern: re.Pattern[str] | None, text: str) -> bool:
    """Whether a restriction reaches a text: what is not known (empty) could be anything, so it fits every pattern."""
    return pattern is None or text == "" or pattern.fullmatch(text) is not None
