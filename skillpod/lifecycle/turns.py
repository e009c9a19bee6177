"""What is done again and again, for as long as a pod runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from skillpod.errors import SkillpodError


def own_up(fault: Exception) -> SkillpodError:
    """What to say of an exception that nobody expected; one of ours stays as it is."""
    return fault if isinstance(fault, SkillpodError) else SkillpodError(f"a fault of skillpod itself: {fault!r}", hint="please report it")


async def for_ever(turn: Callable[[], Awaitable[None]], *, every: float, told: Callable[[str], None]) -> None:
    """Take a turn every so many seconds. A fault is told, once as long as it is the same, and keeps no further turn from being taken."""
    last = ""
    while True:
        await asyncio.sleep(every)
        said = ""
        try:
            await turn()
        except Exception as fault:  # noqa: BLE001  # SAFE: told; a pod that looks no more at its rules would go on under old ones
            said = own_up(fault).message
        if said and said != last:
            told(said)
        last = said
