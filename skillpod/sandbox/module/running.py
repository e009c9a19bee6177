"""Which call runs here: known to each thread and task of a skill, so that what it prints is its own and it can be ended."""

from __future__ import annotations

from contextvars import ContextVar

from skillpod.sdk import Cancelled

_CAP = 64 * 1024  # characters that one call may print


class Voice:
    """A call, as the code that runs for it sees it. ``is_over``: nobody waits for it any more."""

    __slots__ = ("_room", "_said", "is_over")

    def __init__(self) -> None:
        self.is_over = False
        self._said: list[str] = []
        self._room = _CAP

    def say(self, text: str) -> None:
        """Keep it until the call has ended; of one that prints much, the beginning."""
        if self._room > 0:
            self._said.append(text[: self._room])
        self._room -= len(text)

    def take(self) -> str:
        """All that was kept, once."""
        said, self._said = "".join(self._said), []
        return said if self._room >= 0 else f"{said}\n[{-self._room} further characters were not kept]\n"


CURRENT: ContextVar[Voice] = ContextVar("skillpod_module_call")


def look(guest: Voice | None = None) -> bool:
    """True while the call that runs here is wanted, or the guest where that is not known: a task may bring a context of its own. Raises
    Cancelled, each time anew: catching it is of no use."""
    running = CURRENT.get(guest)
    if running is not None and running.is_over:
        raise Cancelled
    return True


def printed(*values: object, sep: str | None = " ", end: str | None = "\n", file: None = None, flush: object = None) -> None:
    """``print``, into the output of the skill."""
    if file is not None:
        raise TypeError("print(file=...) is not supported here: what is printed goes to the skill's output")
    running = CURRENT.get(None)
    if running is not None:
        running.say((" " if sep is None else sep).join(map(str, values)) + ("\n" if end is None else end))
