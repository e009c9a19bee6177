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
from skillpod.sandbox.outfit import Means
from tests.support.recollection import Recollection


def jailed(
    started: Launch,
    act: Callable[[Guests, list[SkillpodError], JailSandbox], Awaitable[Any]],
    *,
    watch: Watch = unwatched,
    **options: Any,
) -> Any:
    """What ``act`` gives, done to the guests of one launch behind the real walls; ``options`` are the pod's ``Means``."""

    async def once() -> Any:
        async with sandbox(**options) as jail:
            deaths: list[SkillpodError] = []
            guests = jail.open(started, on_death=deaths.append, watch=watch)
            try:
                return await act(guests, deaths, jail)
            finally:
                await guests.close()

    return asyncio.run(once())


@asynccontextmanager
async def sandbox(**options: Any) -> AsyncIterator[JailSandbox]:
    jail = JailSandbox(Means(memory=Recollection(), **options))
    await jail.start()
    try:
        yield jail
    finally:
        await jail.close()


async def value(guests: Guests, tool: str, **arguments: Any) -> Any:
    return (await guests.call(tool, arguments, OWNER)).value
