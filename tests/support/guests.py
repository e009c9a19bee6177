"""Launches from source text, and the guests of one, for tests of the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from textwrap import dedent
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.manifest.describe import describe
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NOTHING, Isolation, Lifetime, Permissions, Tier, VolumeAsk
from skillpod.model.command import OWNER, Caller
from skillpod.model.decision import Admission
from skillpod.model.digest import value_digest
from skillpod.model.guest import Launch
from skillpod.model.manifest import GuestCount, Limits, Manifest, ToolSpec
from skillpod.model.provision import NONE, Provision
from skillpod.model.volume import Volume
from skillpod.ports import Memory
from skillpod.sandbox.outfit import Means, outfit
from skillpod.sandbox.pool import IDLE_SECONDS, GuestPool
from tests.support.open_zygote import OpenZygote
from tests.support.recollection import Recollection

SHORT = Limits(wall=5.0)
UP_TO_TWO = GuestCount(0, 2)


def launch(
    handler: str,
    *,
    files: Mapping[str, bytes] | None = None,
    name: str = "probe",
    lifetime: Lifetime = Lifetime.CALL,
    limits: Limits = SHORT,
    guests: GuestCount = UP_TO_TWO,
    concurrency: int = 1,
    config: Mapping[str, Any] | None = None,
    tools: tuple[ToolSpec, ...] | None = None,
    grants: Permissions = NOTHING,
    opted_out: tuple[tuple[str, str], ...] = (),
    isolation: Isolation = Isolation.JAIL,
    volumes: tuple[Volume, ...] = (),
    provision: Provision = NONE,
) -> Launch:
    """A skill whose entry is this text, admitted; its tools are described from it, as the host does."""
    bundle = Bundle.freeze({"handler.py": dedent(handler).encode(), **(files or {})})
    manifest = Manifest(
        name=name,
        version="1.0.0",
        description="A skill of the tests.",
        author="The tests",
        limits=limits,
        lifetime=lifetime,
        guests=guests,
        concurrency=concurrency,
    )
    admission = Admission(
        skill=name,
        digest=bundle.digest,
        isolation=isolation,
        grants=replace(grants, volumes=frozenset(VolumeAsk(volume.name, volume.access.value) for volume in volumes)) if volumes else grants,
        tier=Tier.READ_ONLY,
        rule="test",
        policy=value_digest("test"),
        opted_out=opted_out,
    )
    described = describe(bundle, manifest) if tools is None else tools
    return Launch(
        admission=admission,
        bundle=bundle,
        manifest=manifest,
        tools=described,
        config=config or {},
        provision=replace(provision, volumes=volumes),
    )


class Opened:
    """A pool and what became of its guests."""

    pool: GuestPool

    def __init__(self, memory: Memory) -> None:
        self.deaths: list[SkillpodError] = []
        self.memory = memory
        self.died = asyncio.Event()

    def hear(self, error: SkillpodError) -> None:
        self.deaths.append(error)
        self.died.set()

    async def call(self, tool: str, caller: Caller = OWNER, **arguments: Any) -> Any:
        return (await self.pool.call(tool, arguments, caller)).value


@asynccontextmanager
async def opened(zygote: OpenZygote, started: Launch, *, idle: float = IDLE_SECONDS, memory: Memory | None = None) -> AsyncIterator[Opened]:
    """The guests of a launch, forked without walls; closed at the end, whatever happens."""
    await zygote.start()
    kept = memory or Recollection()
    guests = Opened(kept)
    pool = guests.pool = GuestPool(started, outfit(started, Means(memory=kept), fork=zygote.fork), on_death=guests.hear, idle=idle)
    try:
        yield guests
    finally:
        await pool.close()
        await zygote.close()
