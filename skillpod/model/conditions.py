"""The time and the chance that a call is given, so that it can be done again as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SEEDS = 2**53
"""A seed is below this: every whole JSON number up to here is the same in all languages."""

_LEAST, _MOST = datetime(1, 1, 2, tzinfo=UTC).timestamp(), datetime(9999, 12, 30, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """``now`` in seconds since the epoch, ``seed`` from 0 to below ``SEEDS``; None is the moment's own time, and a chance of its own.

    Raises ValueError for what is none.
    """

    now: float | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.now is not None:
            moment(self.now)
        if self.seed is not None:
            chance(self.seed)


def moment(said: Any) -> float:
    """Seconds since the epoch, of a time as in ``2026-01-01T00:00:00Z`` or of such seconds, as the log has them. Raises ValueError."""
    seconds = _seconds(said)
    if seconds is None or not _LEAST <= seconds <= _MOST:
        raise ValueError(f"expected a time with its zone, as in 2026-01-01T00:00:00Z, or seconds since 1970, got {str(said)[:64]!r}")
    return seconds


def chance(said: Any) -> int:
    """A seed. Raises ValueError."""
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < SEEDS:
        raise ValueError(f"expected a seed from 0 to {SEEDS - 1}, got {str(said)[:64]!r}")
    return said


def _seconds(said: Any) -> float | None:
    if isinstance(said, bool) or not isinstance(said, (str, int, float)):
        return None
    try:
        return float(said)
    except (ValueError, OverflowError):
        pass
    try:
        when = datetime.fromisoformat(str(said))
        return None if when.tzinfo is None else when.timestamp()
    except (ValueError, OverflowError):
        return None


FREE = Conditions()
