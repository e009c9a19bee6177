"""``lifetime: call``: a guest serves one call and is killed; the next ones are forked ahead, so that no caller waits for a fork."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from skillpod.errors import GuestDied, SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.conditions import Conditions
from skillpod.model.guest import Hear, Reply
from skillpod.model.manifest import GuestCount
from skillpod.sandbox.serving import Raising, Serving
from skillpod.sandbox.starts import Starts
from skillpod.sandbox.waiting import WaitingLine


class Fresh:
    """At most ``count.max`` calls run at once. As many guests wait ready, loaded and unused, as calls lately found none: one at first,
    ``count.max`` at most, ``count.min`` when there has been no call for long."""

    def __init__(self, nursery: Raising, *, count: GuestCount, wall: float, on_death: Callable[[SkillpodError], None]) -> None:
        self._count = count
        self._wall = wall
        self._on_death = on_death
        self._line: WaitingLine[Serving] = WaitingLine(self._put_back)
        self._starts = Starts(nursery, Lifetime.CALL, ready=self._arrived, failed=self._failed, again=self._balance)
        self._ready: deque[Serving] = deque()
        self._busy: set[Serving] = set()
        self._ahead = count.min
        self._is_resting = False
        self._is_closed = False
        self._missed = False

    async def call(self, tool: str, arguments: Mapping[str, Any], hear: Hear, conditions: Conditions) -> Reply:
        """Raises Busy, what starting a guest raises, and the SkillFailed family."""
        guest = await self._take()
        while guest.has_ended:  # between its turn and this line; it has seen nothing of the call
            self._busy.discard(guest)
            guest = await self._take()
        try:
            return await guest.call(tool, arguments, self._wall, hear, conditions)
        finally:
            asyncio.get_running_loop().call_soon(self._spent, guest)  # soon, so that the caller has the reply first

    def adopt(self, guest: Serving) -> None:
        """A guest that was started to prove the generation: unused, so it may serve."""
        self._starts.started += 1
        self._arrived(guest)

    def census(self) -> dict[str, int]:
        return {
            "idle": len(self._ready),
            "busy": len(self._busy),
            "starting": len(self._starts),
            "started": self._starts.started,
        }

    def cool(self) -> None:
        """Called now and then: one guest fewer ahead, unless calls found too few lately."""
        if not self._missed:
            self._ahead = max(min(self._ahead, 1), self._ahead - 1, self._count.min)
            self._shed(self._ahead)
        self._missed = False

    def sleep(self) -> None:
        """There has been no call for long."""
        self._ahead = self._count.min
        self._shed(self._ahead)

    def rest(self) -> None:
        self._is_resting = True
        self._shed(1)

    def wake(self) -> None:
        self._is_resting = False
        self._balance()

    async def close(self) -> None:
        self._is_closed = True
        while len(self._line):
            self._line.fail(GuestDied("the generation's guests were ended while the call waited for one"))
        self._shed(0)
        for guest in tuple(self._busy):
            guest.kill()
        await self._starts.close()

    async def _take(self) -> Serving:
        self._ahead = max(self._ahead, 1)
        if self._ready and len(self._busy) < self._count.max and not len(self._line):
            guest = self._ready.popleft()
            self._busy.add(guest)
            return guest
        if not self._ready:
            self._missed = True
            self._ahead = min(self._count.max, self._ahead + 1)
        return await self._line.wait(self._wall, joined=self._balance)

    def _spent(self, guest: Serving) -> None:
        self._busy.discard(guest)
        guest.kill()
        self._balance()

    def _balance(self) -> None:
        """Hand out what is ready to who waits, and start what is missing."""
        if self._is_closed:
            return
        while self._ready and len(self._line) and len(self._busy) < self._count.max:
            guest = self._ready.popleft()
            self._busy.add(guest)
            self._line.give(guest)
        due = min(len(self._line), self._count.max - len(self._busy))
        ahead = 0 if self._is_resting or self._starts.is_pausing else self._ahead
        for _ in range(max(due, ahead) - len(self._ready) - len(self._starts)):
            self._starts.begin()

    def _arrived(self, guest: Serving) -> None:
        if self._is_closed or len(self._ready) >= self._count.max:
            guest.kill()
            return
        guest.on_end = self._ended
        self._ready.append(guest)
        self._balance()

    def _put_back(self, guest: Serving) -> None:
        self._busy.discard(guest)
        if guest.has_ended:
            return
        self._ready.appendleft(guest)
        self._balance()

    def _failed(self, error: SkillpodError) -> None:
        if self._is_closed:
            return
        if len(self._line):
            self._line.fail(error)
        self._on_death(error)
        if len(self._line):
            self._balance()

    def _ended(self, guest: Serving, fault: SkillpodError | None) -> None:
        if guest in self._ready:
            self._ready.remove(guest)
        if fault is not None and not self._is_closed:
            self._on_death(fault)
            self._balance()

    def _shed(self, keep: int) -> None:
        while len(self._ready) > keep:
            self._ready.pop().kill()
