"""The guests of a launch that is admitted to module isolation."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Mapping
from typing import Any

from skillpod.errors import IsolationUnavailable, SkillpodError
from skillpod.model.command import Caller
from skillpod.model.guest import Hear, IsolationReport, Launch, Reply, unheard
from skillpod.ports import Memory
from skillpod.sandbox.asks.conditions import ConditionAsks
from skillpod.sandbox.asks.state import StateAsks
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.module.facades import caches
from skillpod.sandbox.module.nursery import ModuleNursery
from skillpod.sandbox.output import Output
from skillpod.sandbox.pool import GuestPool
from skillpod.sandbox.serving import Outfit


def open_module(launch: Launch, *, on_death: Callable[[SkillpodError], None], memory: Memory) -> ModuleGuests:
    """None is started yet. Raises IsolationUnavailable for what can't be given in process; no policy admits such a skill to it."""
    manifest = launch.manifest
    needs = {
        "permissions": not launch.admission.grants.is_empty,
        "scripts": bool(manifest.scripts),
        "requires.packages": bool(manifest.requires.packages),
    }
    for what, is_needed in needs.items():
        if is_needed:
            raise IsolationUnavailable(f"module isolation gives no {what}", at=what, hint="run the skill in the jail")
    return ModuleGuests(launch, on_death=on_death, memory=memory)


class ModuleGuests:
    """``skillpod.ports.Guests``: the jail's pool, over guests in this process."""

    def __init__(self, launch: Launch, *, on_death: Callable[[SkillpodError], None], memory: Memory) -> None:
        manifest, output, disclosed = launch.manifest, Output(), Disclosed()
        state = StateAsks(memory, skill=manifest.name, version=manifest.state_version, disclosed=disclosed)
        self._nursery = ModuleNursery(launch, broker=Broker([state, ConditionAsks()], output=output, disclosed=disclosed), output=output)
        self._pool = GuestPool(launch, Outfit(self._nursery, output, disclosed), on_death=on_death, on_close=_forget)

    @property
    def report(self) -> IsolationReport | None:
        return self._pool.report

    async def prove(self) -> None:
        """Raises ModuleUnsupported, and what ``GuestPool.prove`` raises."""
        await self._pool.prove()

    async def call(self, tool: str, arguments: Mapping[str, Any], caller: Caller, hear: Hear = unheard) -> Reply:
        return await self._pool.call(tool, arguments, caller, hear)

    def redacted(self, text: str) -> str:
        return self._pool.redacted(text)

    def output(self) -> str:
        return self._pool.output()

    def census(self) -> dict[str, int]:
        """With ``abandoned``: threads whose calls did not end when they were over, and which still run."""
        return {**self._pool.census(), "abandoned": self._nursery.abandoned}

    async def rest(self) -> None:
        await self._pool.rest()

    async def wake(self) -> None:
        await self._pool.wake()

    async def close(self) -> None:
        await self._pool.close()


def _forget() -> None:
    """The standard library keeps what it was asked for: the classes of ``Optional[Row]``, a pattern that is a text of the skill's own kind.
    The skill's are to go with it."""
    re.purge()
    for forget in (*getattr(typing, "_cleanups", ()), *caches()):
        forget()
