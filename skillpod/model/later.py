"""Regular expressions that are compiled when they are first asked: to compile one takes longer than most of its searches, and an ordinary
skill needs a third of them."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Later:
    """Stands for a pattern. What was asked of it once is its own attribute from then on."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._written = (pattern, flags)
        self._made: re.Pattern[Any] | None = None

    def compiled(self) -> re.Pattern[Any]:
        if self._made is None:
            self._made = re.compile(*self._written)
        return self._made

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(self.compiled(), name)
        return found


_WAITING: list[_Later] = []
"""Those that nobody has had compiled beforehand; only ``compile_waiting`` looks."""


def later(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, whose faults are raised when it is first asked."""
    made = _Later(pattern, flags)
    _WAITING.append(made)
    return cast("re.Pattern[AnyStr]", made)


def compile_waiting() -> None:
    """All that were written so far: for a process that is to be forked, so that no fork compiles them for itself."""
    while _WAITING:
        _WAITING.pop().compiled()
