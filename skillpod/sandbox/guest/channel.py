"""What a tool's Context speaks through: one call's voice on the wire, silent once the call is over."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Any, Protocol

from skillpod.sandbox.guest.contract import Cancelled, StateError
from skillpod.sandbox.guest.faults import clean
from skillpod.sandbox.wire import FrameTooLarge, WireError, encode

TEXT_LIMIT = 8 * 1024
"""How much of one log or progress message is sent."""


class Outlet(Protocol):
    """The guest's end of the wire, as a call sees it."""

    cap: int

    def send(self, data: bytes) -> None: ...

    def answer(self, number: int) -> Mapping[str, Any]:
        """Wait for the host's answer to an ask."""

    def is_cancelled(self, nonce: str) -> bool:
        """Whether the host has said by now that nobody waits for this call. For one thread at a time, and never during ``answer``."""


class Channel:
    """One call's asks and tells; the sdk's ``Channel``. A thread the tool left behind finds it closed, and can't break the wire."""

    def __init__(self, outlet: Outlet, nonce: str, seconds: float, numbers: itertools.count[int]) -> None:
        self._outlet = outlet
        self._nonce = nonce
        self._until = monotonic() + seconds
        self._numbers = numbers
        self._lock = threading.Lock()
        self._over = False
        self._has_checkpoints = False

    def ask(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        with self._lock:
            if self._over:
                raise StateError("the call this Context belongs to is over")
            number = next(self._numbers)
            asked = {"t": "ask", "nonce": self._nonce, "id": number, "operation": operation, "arguments": arguments}
            self._outlet.send(self._framed(asked))
            answer = self._outlet.answer(number)
        if "error" in answer:
            raise StateError(answer["error"])
        return answer["value"]

    def tell(self, operation: str, arguments: Mapping[str, Any]) -> None:
        short = {name: clean(value)[:TEXT_LIMIT] if isinstance(value, str) else value for name, value in arguments.items()}
        with self._lock:
            if not self._over:
                self._outlet.send(self._framed({"t": "tell", "nonce": self._nonce, "operation": operation, "arguments": short}))

    def remaining(self) -> float:
        return max(0.0, self._until - monotonic())

    def checkpoint(self) -> None:
        with self._lock:
            if self._over or self._outlet.is_cancelled(self._nonce):
                raise Cancelled
            if not self._has_checkpoints:  # from now on the host asks this call to end before it kills
                self._has_checkpoints = True
                self._outlet.send(self._framed({"t": "tell", "nonce": self._nonce, "operation": "checkpoint", "arguments": {}}))

    def finish(self, reply: bytes) -> None:
        """Send the call's one reply; nothing of this call is sent after it."""
        with self._lock:
            self._over = True
            self._outlet.send(reply)

    def _framed(self, frame: Mapping[str, Any]) -> bytes:
        try:
            return encode(frame, self._outlet.cap)
        except FrameTooLarge as fault:
            raise StateError(f"{fault.size} bytes are more than one message may hold ({fault.cap}, by limits.output)") from None
        except WireError as fault:
            raise StateError(str(fault)) from None
