"""How much the log keeps of a tool's calls, by the config that is in force."""

from __future__ import annotations

from collections.abc import Callable

from skillpod.model.keeping import Detail, Keeping


class Levels:
    """``keeping`` gives what is in force now. Each tool is looked up once as long as that stays: a call matches no patterns."""

    def __init__(self, keeping: Callable[[], Keeping]) -> None:
        self._keeping = keeping
        self._known = keeping()
        self._of: dict[str, Detail] = {}

    def of(self, exported: str) -> Detail:
        """For the exported name of a tool that is there."""
        keeping = self._keeping()
        if keeping is not self._known:
            self._known, self._of = keeping, {}
        found = self._of.get(exported)
        if found is None:
            found = self._of[exported] = keeping.of(exported)
        return found
