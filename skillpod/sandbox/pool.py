"""The guests of one generation, whatever their lifetime: started on demand, proved, counted, put to rest and ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from skillpod.errors import GuestDied, SkillpodError, UnknownTool
from skillpod.model.capability import Lifetime
from skillpod.model.command import Caller
from skillpod.model.guest import Hear, IsolationReport, Launch, Reply, unheard
from skillpod.model.manifest import GuestCount
from skillpod.sandbox.fresh import Fresh
from skillpod.sandbox.serving import Outfit
from skillpod.sandbox.warm import Sessions, Warm

IDLE_SECONDS = 300.0
_TICKS = 10


def _nothing() -> None:
    """Hears ``on_close`` when nobody does."""


class GuestPool:
    """``skillpod.ports.Guests``. After ``idle`` seconds without a call only ``guests.min`` of them stay; a session ends after as long
    without one of its own. ``on_close`` hears once that no guest is left."""

    def __init__(
        self,
        launch: Launch,
        outfit: Outfit,
        *,
        on_death: Callable[[SkillpodError], None],
        idle: float = IDLE_SECONDS,
        on_close: Callable[[], None] = _nothing,
    ) -> None:
        manifest = launch.manifest
        self._tools = frozenset(spec.name for spec in launch.tools)
        self._nursery, self._output, self._disclosed = outfit
        self._wall = manifest.limits.wall
        self._on_death = on_death
        self._died = 0
        self._idle = idle
        self._quiet_ticks = 0
        self._was_called = False
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._on_close = on_close
        self._programs = frozenset(spec.name for spec in launch.tools if spec.script is not None)
        is_warm = manifest.lifetime is Lifetime.SKILL and self._programs != self._tools
        self._guests: Fresh | Warm = self._warm(launch, Lifetime.SKILL, manifest.guests) if is_warm else self._fresh(manifest.guests)
        self._single_use: Fresh | Warm = self._guests  # a program runs once in a process, in every skill
        if is_warm and self._programs:
            self._single_use = self._fresh(GuestCount(min=0, max=manifest.guests.max))
        self._proves_with = Lifetime.SKILL if is_warm else Lifetime.CALL
        one = GuestCount(min=0, max=1)
        self._sessions = (
            Sessions(lambda: self._warm(launch, Lifetime.SESSION, one), most=manifest.guests.max, wall=manifest.limits.wall)
            if manifest.lifetime is Lifetime.SESSION
            else None
        )

    @property
    def report(self) -> IsolationReport | None:
        return self._nursery.report

    async def prove(self) -> None:
        """Raises IsolationUnavailable, VolumeUnusable, ProbeFailed, Drift, GuestDied, LimitExceeded, WireBroken or DeadlineExceeded."""
        self._require_open()
        guest = await self._nursery.start(self._proves_with)
        if not self._tools:  # instructions alone: nobody will call it
            guest.kill()
            return
        self._guests.adopt(guest)
        self._wind()

    async def call(self, tool: str, arguments: Mapping[str, Any], caller: Caller, hear: Hear = unheard) -> Reply:
        """Raises UnknownTool, ArgumentsInvalid, Busy, the SkillFailed family, and what ``prove`` raises when a new guest was needed."""
        self._require_open()
        if tool not in self._tools:
            raise UnknownTool(f"the skill has no tool {tool!r}", at=tool)
        self._was_called = True
        if self._timer is None:
            self._wind()
        if tool in self._programs:
            return await self._single_use.call(tool, arguments, hear, caller.conditions)
        if self._sessions is not None and caller.session:
            key = (caller.tenant, caller.principal, caller.session)
            return await self._sessions.call(key, tool, arguments, hear, caller.conditions)
        return await self._guests.call(tool, arguments, hear, caller.conditions)

    def output(self) -> str:
        return self._output.text()

    def redacted(self, text: str) -> str:
        return self._disclosed.redacted(text)

    def census(self) -> dict[str, int]:
        counts = Counter({"idle": 0, "busy": 0, "starting": 0, "started": 0, "died": self._died})
        for guests in self._kinds:
            counts.update(guests.census())
        if self._sessions is not None:
            counts.update(self._sessions.census())
        return dict(counts)

    async def rest(self) -> None:
        for guests in self._kinds:
            guests.rest()
        if self._sessions is not None:
            self._sessions.sleep()

    async def wake(self) -> None:
        for guests in self._kinds:
            guests.wake()

    async def close(self) -> None:
        """Also when it is called twice, or by two at once."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._nursery.close()
        for guests in self._kinds:
            await guests.close()
        if self._sessions is not None:
            await self._sessions.close()
        await self._nursery.empty()
        on_close, self._on_close = self._on_close, _nothing
        on_close()

    @property
    def _kinds(self) -> tuple[Fresh | Warm, ...]:
        return (self._guests,) if self._single_use is self._guests else (self._guests, self._single_use)

    def _fresh(self, count: GuestCount) -> Fresh:
        return Fresh(self._nursery, count=count, wall=self._wall, on_death=self._heard)

    def _warm(self, launch: Launch, lifetime: Lifetime, count: GuestCount) -> Warm:
        manifest = launch.manifest
        return Warm(self._nursery, lifetime, count=count, concurrency=manifest.concurrency, wall=manifest.limits.wall, on_death=self._heard)

    def _heard(self, error: SkillpodError) -> None:
        self._died += 1
        self._on_death(error)

    def _require_open(self) -> None:
        if self._is_closed:
            raise GuestDied("the generation's guests have been ended", hint="call again: another generation may serve by now")

    def _wind(self) -> None:
        self._quiet_ticks = 0
        if self._timer is None and not self._is_closed:
            self._timer = asyncio.get_running_loop().call_later(self._idle / _TICKS, self._tick)

    def _tick(self) -> None:
        """Fewer guests when there are fewer calls; nothing at all is done for a generation that sleeps."""
        self._timer = None
        census = self.census()  # one that is still starting would arrive after all others went, and stay
        self._quiet_ticks = 0 if self._was_called or census["busy"] or census["starting"] else self._quiet_ticks + 1
        self._was_called = False
        if self._quiet_ticks >= _TICKS:
            for guests in self._kinds:
                guests.sleep()
            if self._sessions is not None:
                self._sessions.sleep()
            return
        for guests in self._kinds:
            guests.cool()
        if self._sessions is not None:
            self._sessions.cool(_TICKS)
        self._timer = asyncio.get_running_loop().call_later(self._idle / _TICKS, self._tick)
