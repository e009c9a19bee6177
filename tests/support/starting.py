"""The start of a guest that is in the test's hand: what it should say of itself, and what came of what it said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits
from skillpod.sandbox.asks.state import StateAsks
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.guest.walls.board import REQUIRED
from skillpod.sandbox.nursery import Nursery
from skillpod.sandbox.output import Output
from tests.support.guests import launch
from tests.support.puppet import GONE_SECONDS, Frame, Strings, quiet
from tests.support.recollection import Recollection

STARTED = launch(
    """
    from skillpod import tool

    @tool
    def look(place: str, far: bool = False) -> str:
        return place
    """,
    limits=Limits(wall=0.05, output=4096),
)
TOOLS = [tool.signature() for tool in STARTED.tools]
WALLS = [{"name": name, "state": "active", "required": True, "detail": "", "remedy": ""} for name in sorted(REQUIRED)]
WALL = WALLS[0]
REPORT: Frame = {"t": "walls", "walls": WALLS, "self_test": {"fork": "refused"}, "failed": False}
DESCRIBED: Frame = {"t": "described", "tools": TOOLS}
FAILED: Frame = {"t": "load_failed", "error": {"type": "E", "message": "m", "traceback": 'File "skill://probe/handler.py", line 3'}}


async def started(act: Callable[[Strings], None]) -> SkillpodError | None:
    """What a start ended in; None for a guest that may be called. Nothing of it may be left."""
    made: list[Strings] = []

    async def fork(limits: Limits, lifetime: Lifetime) -> Forked:
        made.append(Strings())
        act(made[0])
        return made[0].puppet

    with quiet(asyncio.get_running_loop()):
        output = Output()
        broker = Broker([StateAsks(Recollection(), skill="probe", version=1)], output=output)
        nursery = Nursery(STARTED, fork=fork, broker=broker, output=output)
        try:
            guest = await nursery.start(Lifetime.CALL)
            assert not guest.has_ended, "a guest that has ended was given out"
            error = None
        except SkillpodError as refused:
            error = refused
        finally:
            nursery.close()
            await asyncio.wait_for(nursery.empty(), GONE_SECONDS)
            made[0].close()
    return error
