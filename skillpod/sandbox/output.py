"""What a generation's guests wrote to stdout and stderr: the newest end of it, of bounded size."""

from __future__ import annotations

from collections.abc import Callable

CAP = 64 * 1024


def _as_it_is(text: str) -> str:
    return text


class Output:
    """A ring of bytes. Never part of a result; read by people. ``redact`` is what each text goes through that is read: only there is whole
    what was printed in pieces."""

    def __init__(self, cap: int = CAP, *, redact: Callable[[str], str] = _as_it_is) -> None:
        self._cap = cap
        self._redact = redact
        self._held = bytearray()
        self._lost = 0

    def write(self, data: bytes) -> None:
        self._held += data
        if len(self._held) > 2 * self._cap:  # cut seldom: cutting moves what is kept
            self._cut()

    def line(self, text: str) -> None:
        """A line of the host's own making, such as a log record of ``ctx.logger``."""
        if self._held and not self._held.endswith(b"\n"):
            self._held += b"\n"
        self.write(text.encode("utf-8", "replace") + b"\n")

    def text(self) -> str:
        """What is held, at most ``cap`` bytes of it, behind a line that says how much was lost."""
        self._cut()
        lost = f"[{self._lost} earlier bytes were not kept]\n" if self._lost else ""
        return lost + self._redact(self._held.decode("utf-8", "replace"))

    def _cut(self) -> None:
        surplus = len(self._held) - self._cap
        if surplus > 0:
            del self._held[:surplus]
            self._lost += surplus
