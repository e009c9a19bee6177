"""``skillpod.ports.Sandbox``: which jail a launch gets. The zygotes guests are forked from live here, and are replaced when they die."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from skillpod.errors import GuestDied, IsolationUnavailable, SkillpodError
from skillpod.model.capability import Isolation, Lifetime
from skillpod.model.domain import DomainBounds
from skillpod.model.guest import IsolationReport, Launch, Watch, unwatched
from skillpod.model.manifest import Limits
from skillpod.ports import Guests, Memory
from skillpod.sandbox.domain import Domains
from skillpod.sandbox.pool import IDLE_SECONDS, GuestPool
from skillpod.sandbox.wire import LARGEST, Decoder
from skillpod.sandbox.zygote import Forked, Zygote, read_walls

Walls = frozenset[str]
_REPORT_SECONDS = 10.0
_FORK_SECONDS = 30.0
_BOUNDS = DomainBounds()


class JailSandbox:
    """Guests behind kernel walls. ``without`` names walls the operator does without everywhere; a policy's opt-outs come on top.

    One zygote per set of walls left out; all skills of such a set are one trust domain (same interpreter, no packages, no volumes).
    ``bounds`` are for all guests of such a domain together.
    """

    def __init__(
        self,
        *,
        memory: Memory,
        without: Walls = frozenset(),
        idle: float = IDLE_SECONDS,
        bounds: DomainBounds = _BOUNDS,
    ) -> None:
        self._memory = memory
        self._without = without
        self._idle = idle
        self._domains = Domains(bounds)
        self._zygotes: dict[Walls, Zygote] = {}
        self._starting: dict[Walls, asyncio.Lock] = {}
        self._is_closed = False

    async def start(self) -> None:
        """Raises IsolationUnavailable."""
        await self._zygote(self._without)

    def open(self, launch: Launch, *, on_death: Callable[[SkillpodError], None], watch: Watch = unwatched) -> Guests:
        """The guests of one generation; none is started yet.

        Raises IsolationUnavailable for what this sandbox can't give yet: module isolation, and grants beyond the skill's own bundle.
        """
        admission = launch.admission
        if admission.isolation is not Isolation.JAIL:
            raise IsolationUnavailable(
                f"there is no {admission.isolation.value} isolation here", at="isolation", hint="admit the skill into the jail"
            )
        if not admission.grants.is_empty:
            named = sorted(kind for kind, given in admission.grants.as_dict().items() if given)
            raise IsolationUnavailable(
                f"the jail can't hand out {', '.join(named)} yet, and would run the skill without what it was granted",
                at="grants",
                hint="mount a version that asks for no permissions",
            )
        walls = self._without | {wall for wall, _ in admission.opted_out}

        async def fork(limits: Limits, lifetime: Lifetime) -> Forked:
            zygote = await self._zygote(walls)
            try:
                async with asyncio.timeout(_FORK_SECONDS):
                    return await zygote.fork(limits, lifetime=lifetime)
            except TimeoutError:
                await zygote.close()
                raise GuestDied(
                    f"no guest was forked within {_FORK_SECONDS:g} s", hint="call again: another zygote takes its place"
                ) from None

        return GuestPool(launch, fork=fork, memory=self._memory, on_death=on_death, watch=watch, idle=self._idle)

    async def report(self) -> IsolationReport:
        """The walls of an empty guest. Raises IsolationUnavailable when one that is required is missing, GuestDied."""
        forked = await (await self._zygote(self._without)).fork(Limits(), lifetime=Lifetime.CALL)
        try:
            return read_walls(await _first_frame(forked))
        finally:
            forked.close()
            await forked.exited

    async def close(self) -> None:
        self._is_closed = True
        zygotes, self._zygotes = self._zygotes, {}
        for zygote in zygotes.values():
            await zygote.close()
        await asyncio.to_thread(self._domains.close)

    async def _zygote(self, walls: Walls) -> Zygote:
        """The living zygote without these walls; a dead one is replaced, once, whoever asks."""
        async with self._starting.setdefault(walls, asyncio.Lock()):
            zygote = self._zygotes.get(walls)
            if zygote is not None and zygote.alive:
                return zygote
            if self._is_closed:
                raise IsolationUnavailable("the sandbox is closed", at="zygote", hint="start the pod again")
            if zygote is not None:
                await zygote.close()
            if "cgroup" not in walls:
                await asyncio.to_thread(self._domains.open)
            zygote = Zygote(without=walls, enter=self._domains.enter)
            await zygote.start()
            self._zygotes[walls] = zygote
            return zygote


async def _first_frame(forked: Forked) -> dict[str, Any]:
    """The walls' own code sends it; a guest that dies before is the machine's fault."""
    decoder = Decoder(LARGEST)
    async with asyncio.timeout(_REPORT_SECONDS):
        while data := await asyncio.get_running_loop().sock_recv(forked.wire, 65_536):
            decoder.feed(data)
            for frame in decoder.frames():
                return frame
    raise GuestDied("the guest ended before it reported its walls", hint="run `skillpod doctor`")
