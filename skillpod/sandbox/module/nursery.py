"""How a guest in this process comes to life: its bundle compiled once, a namespace for each guest, held to what the source says of it."""

from __future__ import annotations

import asyncio

from skillpod.errors import DeadlineExceeded, GuestDied, ModuleUnsupported
from skillpod.model.capability import Lifetime
from skillpod.model.guest import IsolationReport, Launch
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.module.guest import ModuleGuest
from skillpod.sandbox.module.program import Program, compiled
from skillpod.sandbox.nursery import difference, drift, load_failure
from skillpod.sandbox.output import Output

NO_WALLS = IsolationReport(walls=(), self_test={}, note="no wall: it runs in the pod's process, which is not a security boundary")

_SEES = "it sees the modules in docs/module-isolation.md, its own files and `skillpod`; nothing else"


class ModuleNursery:
    """``skillpod.sandbox.serving.Raising``. ``abandoned`` is how many threads were left behind and still run."""

    def __init__(self, launch: Launch, *, broker: Broker, output: Output) -> None:
        self._launch = launch
        self._broker = broker
        self._output = output
        self._source = [tool.signature() for tool in launch.tools]
        self._compiling: asyncio.Task[Program] | None = None
        self._alive: set[ModuleGuest] = set()
        self.report: IsolationReport | None = None
        self.is_closed = False
        self.abandoned = 0

    async def start(self, lifetime: Lifetime) -> ModuleGuest:
        """Raises ModuleUnsupported, ProbeFailed, Drift, GuestDied, LimitExceeded or DeadlineExceeded; the guest is then gone."""
        limits = self._launch.manifest.limits
        program = await self._program()
        if self.is_closed:
            raise GuestDied("the guest was not started: its generation has been ended")
        overlaps = lifetime is not Lifetime.CALL and self._launch.manifest.concurrency > 1
        guest = ModuleGuest(
            program, self._launch, overlaps=overlaps, broker=self._broker, output=self._output, abandoned=self._count_abandoned
        )
        self._alive.add(guest)
        guest.gone.add_done_callback(lambda _: self._alive.discard(guest))
        try:
            async with asyncio.timeout(limits.wall):
                said = await guest.describe()
            self._hold_to_source(said)
        except TimeoutError:
            guest.kill()
            raise DeadlineExceeded(
                f"the skill did not load within {limits.wall:g} s",
                at="limits.wall",
                hint="importing the entry file must end; move work into the tools",
            ) from None
        except BaseException:
            guest.kill()
            raise
        if guest.has_ended:
            raise GuestDied("the guest was ended while it started")
        self.report = NO_WALLS
        return guest

    def close(self) -> None:
        self.is_closed = True
        for guest in tuple(self._alive):
            guest.kill()

    async def empty(self) -> None:
        """Waits a second at most for a thread that does not end."""
        while self._alive:
            await asyncio.wait([guest.gone for guest in self._alive])

    async def _program(self) -> Program:
        """Compiled once, away from the loop, whoever asks first."""
        if self._compiling is None:
            self._compiling = asyncio.create_task(asyncio.to_thread(compiled, self._launch))
        try:
            return await asyncio.shield(self._compiling)
        except ModuleUnsupported as fault:
            raise fault.about(skill=self._launch.manifest.name, digest=self._launch.bundle.digest) from None

    def _hold_to_source(self, said: object) -> None:
        """Raises ProbeFailed, LimitExceeded, Drift."""
        if isinstance(said, dict):
            raise load_failure(said, self._launch, hint=_SEES)
        differs = difference(self._source, said)
        if differs:
            raise drift(differs, self._launch)

    def _count_abandoned(self, more: int) -> None:
        self.abandoned += more
