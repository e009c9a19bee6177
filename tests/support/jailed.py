"""The guests of one launch behind the real walls, for tests that begin and end with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.command import OWNER
from skillpod.model.guest import Launch, Watch, unwatched
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.network.dial import Lookup, system_lookup
from skillpod.sandbox.secrets import NO_SECRETS, Secrets
from tests.support.recollection import Recollection


def jailed(
    started: Launch,
    act: Callable[[Guests, list[SkillpodError], JailSandbox], Awaitable[Any]],
    *,
    secrets: Secrets = NO_SECRETS,
    watch: Watch = unwatched,
    lookup: Lookup = system_lookup,
    authorities: str = "",
) -> Any:
    """What ``act`` gives, done to the guests of one launch behind the real walls."""

    async def once() -> Any:
        async with sandbox(secrets, lookup=lookup, authorities=authorities) as jail:
            deaths: list[SkillpodError] = []
            guests = jail.open(started, on_death=deaths.append, watch=watch)
            try:
                return await act(guests, deaths, jail)
            finally:
                await guests.close()

    return asyncio.run(once())


@asynccontextmanager
async def sandbox(secrets: Secrets = NO_SECRETS, *, lookup: Lookup = system_lookup, authorities: str = "") -> AsyncIterator[JailSandbox]:
    jail = JailSandbox(memory=Recollection(), secrets=secrets, lookup=lookup, authorities=authorities)
    await jail.start()
    try:
        yield jail
    finally:
        await jail.close()


async def value(guests: Guests, tool: str, **arguments: Any) -> Any:
    return (await guests.call(tool, arguments, OWNER)).value
