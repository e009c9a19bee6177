"""When a name that changed may be read: at the trailing edge of its changes, so that the last save always wins."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 2.0
"""Seconds after which a name that is changed without a pause is taken all the same: what comes later touches it again."""


@dataclass(slots=True)
class _Wait:
    first: float
    due: float


class Settle:
    """Names that may have changed, each waiting until it was quiet for ``quiet`` seconds, or for ``longest`` in all.

    ``now`` is any clock that does not run backwards, in seconds. Not safe for several threads.
    """

    def __init__(self, quiet: float, *, longest: float = LONGEST) -> None:
        if not 0 <= quiet <= longest:
            raise ValueError("the quiet period lies between nothing and the longest wait")
        self._quiet = quiet
        self._longest = longest
        self._waits: dict[str, _Wait] = {}

    def touch(self, name: str, now: float) -> None:
        """The name may have changed: its quiet period starts, or starts again."""
        wait = self._waits.setdefault(name, _Wait(now, now))
        wait.due = min(now + self._quiet, wait.first + self._longest)

    def complete(self, name: str, now: float) -> None:
        """The name changed and is known to be whole (renamed into place): it is due at once. A later touch makes it wait again."""
        self._waits.setdefault(name, _Wait(now, now)).due = now

    def take(self, now: float) -> dict[str, float]:
        """The names that are due, each with the time of its first touch, the longest waiting first; they are forgotten here."""
        ready = sorted((wait.first, name) for name, wait in self._waits.items() if wait.due <= now)
        for _, name in ready:
            del self._waits[name]
        return {name: first for first, name in ready}

    def due(self) -> float | None:
        """When the next name is due; None when none waits."""
        return min((wait.due for wait in self._waits.values()), default=None)
