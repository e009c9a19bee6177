"""A call in flight as the loop has it, and the way between it and the thread that it runs in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any

from skillpod.model.guest import Hear, Reply
from skillpod.sandbox.asks.asking import Reached
from skillpod.sandbox.flight import Flight
from skillpod.sandbox.module.call import ModuleCall
from skillpod.sandbox.wire import HEADER, parse
from skillpod.sdk import Cancelled


class Held(Flight):
    """``pending`` are asks that are answered later."""

    __slots__ = ("is_settled", "job", "outlet", "pending")

    def __init__(self, tool: str, future: asyncio.Future[Reply], reached: Reached, *, cpu: float, hear: Hear) -> None:
        super().__init__(tool, future, reached, cpu=cpu, hear=hear)
        self.pending: set[asyncio.Task[None]] = set()
        self.is_settled = False
        self.job: ModuleCall
        self.outlet: Outlet


class Outlet:
    """``guest.channel.Outlet``: the frames of a call's asks and tells, handed to the loop, and its answers handed back."""

    def __init__(self, cap: int, told: Callable[[dict[str, Any]], None], is_cancelled: Callable[[], bool]) -> None:
        self.cap = cap
        self._told = told
        self._is_cancelled = is_cancelled
        self._answers: dict[int, SimpleQueue[Mapping[str, Any] | None]] = {}

    def send(self, data: bytes) -> None:
        if not data:
            return  # the channel's last word
        frame = parse(data[HEADER:])
        if frame["t"] == "ask":
            self._answers[frame["id"]] = SimpleQueue()
        self._told(frame)

    def answer(self, number: int) -> Mapping[str, Any]:
        """Raises Cancelled when nobody waits for the call any more."""
        answer = self._answers[number].get()
        del self._answers[number]
        if answer is None:
            raise Cancelled
        return answer

    def is_cancelled(self, nonce: str) -> bool:
        return self._is_cancelled()

    def put(self, number: int, answer: Mapping[str, Any] | None) -> None:
        if number in self._answers:
            self._answers[number].put(answer)

    def hang_up(self) -> None:
        """Whoever waits for an answer has waited long enough."""
        for answers in tuple(self._answers.values()):
            answers.put(None)
