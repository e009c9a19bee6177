"""``skillpod.ports.Sandbox``: each launch opened as its Admission says, behind the jail's walls or in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from skillpod.errors import SkillpodError
from skillpod.model.capability import Isolation
from skillpod.model.guest import IsolationReport, Launch, Watch, unwatched
from skillpod.ports import Guests, Memory
from skillpod.sandbox.isolation import JailSandbox


class FrontSandbox:
    """The jail, and module isolation for what is admitted to it. What is said of the machine is said of the jail."""

    def __init__(self, jail: JailSandbox, *, memory: Memory) -> None:
        self.jail = jail
        self._memory = memory

    def bound(self) -> None:
        self.jail.bound()

    async def start(self) -> None:
        """Raises IsolationUnavailable."""
        await self.jail.start()

    def open(
        self, launch: Launch, *, on_death: Callable[[SkillpodError], None], watch: Watch = unwatched, memory: Memory | None = None
    ) -> Guests:
        """Raises IsolationUnavailable, VolumeUnusable."""
        match launch.admission.isolation:
            case Isolation.JAIL:
                return self.jail.open(launch, on_death=on_death, watch=watch, memory=memory)
            case Isolation.MODULE:
                # SAFE: here, so that a pod without one never loads RestrictedPython
                from skillpod.sandbox.module.opening import open_module

                return open_module(launch, on_death=on_death, memory=memory or self._memory)
        assert_never(launch.admission.isolation)

    async def report(self) -> IsolationReport:
        return await self.jail.report()

    async def close(self) -> None:
        await self.jail.close()
