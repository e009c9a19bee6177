"""How a throw-away process ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ended:
    """It gave no answer; ``why`` ends a sentence: "was killed after 60 s"."""

    why: str
