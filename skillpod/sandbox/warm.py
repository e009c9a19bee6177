"""``lifetime: skill`` and ``session``: guests that are kept and serve call after call, several at once where the skill allows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from skillpod.errors import GuestDied, SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.conditions import Conditions
from skillpod.model.guest import Hear, Reply
from skillpod.model.manifest import GuestCount
from skillpod.sandbox.serving import Raising, Serving
from skillpod.sandbox.starts import Starts
from skillpod.sandbox.waiting import WaitingLine


class Warm:
    """Guests that share the calls of one skill, or of one session: the least busy serves first, ``concurrency`` calls each at most.

    A guest that dies, ran out of memory, threads or scratch, or has used up its processor time is replaced; without calls for long,
    ``count.min`` stay.
    """

    def __init__(
        self,
        nursery: Raising,
        lifetime: Lifetime,
        *,
        count: GuestCount,
        concurrency: int,
        wall: float,
        on_death: Callable[[SkillpodError], None],
    ) -> None:
        self._count = count
        self._concurrency = concurrency
        self._wall = wall
        self._on_death = on_death
        self._line: WaitingLine[Serving] = WaitingLine(self._release)
        self._starts = Starts(nursery, lifetime, ready=self._arrived, failed=self._failed, again=self._balance)
        self._taken: dict[Serving, int] = {}  # calls each guest was given and has not answered
        self._kept = count.min
        self._is_resting = False
        self._is_closed = False

    async def call(self, tool: str, arguments: Mapping[str, Any], hear: Hear, conditions: Conditions) -> Reply:
        """Raises Busy, what starting a guest raises, and the SkillFailed family."""
        guest = await self._take()
        while guest.has_ended:  # between its turn and this line; it has seen nothing of the call
            guest = await self._take()
        try:
            return await guest.call(tool, arguments, self._wall, hear, conditions)
        except asyncio.CancelledError:
            if self._concurrency > 1 or guest.has_checkpoints:
                guest.cancel_unseen()
            else:
                guest.kill()
            raise
        finally:
            self._release(guest)

    def adopt(self, guest: Serving) -> None:
        """A guest that was started to prove the generation."""
        self._starts.started += 1
        self._arrived(guest)

    @property
    def is_idle(self) -> bool:
        return not any(self._taken.values()) and not len(self._line) and not len(self._starts)

    def census(self) -> dict[str, int]:
        busy = sum(1 for taken in self._taken.values() if taken)
        return {"idle": len(self._taken) - busy, "busy": busy, "starting": len(self._starts), "started": self._starts.started}

    def cool(self) -> None:
        """Called now and then: one idle guest fewer, down to those that are kept."""
        self._shed(max(len(self._taken) - 1, self._kept))

    def sleep(self) -> None:
        """There has been no call for long."""
        self._kept = self._count.min
        self._shed(self._kept)

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
        for guest in tuple(self._taken):
            guest.kill()
        await self._starts.close()

    async def _take(self) -> Serving:
        guest = self._free() if not len(self._line) else None
        if guest is None:
            self._kept = max(self._kept, min(1, self._count.max))
            return await self._line.wait(self._wall, joined=self._balance)
        self._taken[guest] += 1
        return guest

    def _free(self) -> Serving | None:
        """The least busy guest with room for a call."""
        best, least = None, self._concurrency
        for guest, taken in self._taken.items():
            taken = max(taken, guest.load)  # a cancelled caller's call may still be running
            if taken < least and guest.is_fit:
                best, least = guest, taken
        return best

    def _balance(self) -> None:
        """Hand out what is free to who waits, and start what is missing."""
        if self._is_closed:
            return
        while len(self._line) and (guest := self._free()) is not None:
            self._taken[guest] += 1
            self._line.give(guest)
        due = -(-len(self._line) // self._concurrency)
        missing = 0 if self._is_resting or self._starts.is_pausing else self._kept - len(self._taken)
        room = self._count.max - len(self._taken)
        for _ in range(min(max(due, missing), room) - len(self._starts)):
            self._starts.begin()

    def _release(self, guest: Serving) -> None:
        if guest in self._taken:
            self._taken[guest] -= 1
            self._retire_unfit(guest)
        if len(self._line):
            self._balance()

    def _freed(self, guest: Serving) -> None:
        """A call whose caller had left has ended in it."""
        self._retire_unfit(guest)
        self._balance()

    def _retire_unfit(self, guest: Serving) -> None:
        """One that takes no further call would keep a place from one that does."""
        if not guest.is_fit and not self._taken.get(guest):
            guest.kill()

    def _arrived(self, guest: Serving) -> None:
        if self._is_closed or len(self._taken) >= self._count.max:
            guest.kill()
            return
        guest.on_end = self._ended
        guest.on_free = partial(self._freed, guest)
        self._taken[guest] = 0
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
        self._taken.pop(guest, None)
        if self._is_closed:
            return
        if fault is not None:
            self._on_death(fault)
        self._balance()

    def _shed(self, keep: int) -> None:
        for guest in [guest for guest, taken in self._taken.items() if not max(taken, guest.load)]:
            if len(self._taken) <= keep:
                return
            del self._taken[guest]
            guest.kill()


Key = tuple[str, str, str]


class _Session:
    """``quiet``: how often in a row it was looked at and ran nothing."""

    __slots__ = ("guests", "quiet")

    def __init__(self, guests: Warm) -> None:
        self.guests = guests
        self.quiet = 0


class Sessions:
    """One guest per session, at most ``most`` of them: the one unused longest makes room, and one that is idle ends, however busy the
    others are. What it held in memory is gone then."""

    def __init__(self, make: Callable[[], Warm], *, most: int, wall: float) -> None:
        self._make = make
        self._wall = wall
        self._most = most
        self._sessions: dict[Key, _Session] = {}  # in the order of last use
        self._line: WaitingLine[None] = WaitingLine(lambda _: self._make_room())
        self._closing: set[asyncio.Task[None]] = set()
        self._started = 0

    async def call(self, key: Key, tool: str, arguments: Mapping[str, Any], hear: Hear, conditions: Conditions) -> Reply:
        """Raises Busy, what starting a guest raises, and the SkillFailed family."""
        while key not in self._sessions and len(self._sessions) >= self._most and not self._evict():
            await self._line.wait(self._wall, joined=lambda: None)
        session = self._sessions.pop(key, None) or _Session(self._make())
        self._sessions[key] = session
        session.quiet = 0
        try:
            return await session.guests.call(tool, arguments, hear, conditions)
        finally:
            self._make_room()

    def census(self) -> dict[str, int]:
        counts = {"idle": 0, "busy": 0, "starting": 0, "started": self._started}
        for session in self._sessions.values():
            for name, count in session.guests.census().items():
                counts[name] += count
        return counts

    def cool(self, ticks: int) -> None:
        """Called now and then: a session that ran nothing between the last ``ticks`` times is ended."""
        for key, session in tuple(self._sessions.items()):
            session.quiet = session.quiet + 1 if session.guests.is_idle else 0
            if session.quiet > ticks:
                self._end(key)
                self._make_room()

    def sleep(self) -> None:
        """End the sessions that run nothing."""
        while self._evict():
            continue

    async def close(self) -> None:
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.guests.close()
        if self._closing:
            await asyncio.wait(self._closing)

    def _make_room(self) -> None:
        if len(self._line):
            self._line.give(None)

    def _evict(self) -> bool:
        """End the session that ran nothing for longest, if there is one."""
        key = next((key for key, session in self._sessions.items() if session.guests.is_idle), None)
        if key is not None:
            self._end(key)
        return key is not None

    def _end(self, key: Key) -> None:
        guests = self._sessions.pop(key).guests
        self._started += guests.census()["started"]
        task = asyncio.get_running_loop().create_task(guests.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
