"""Hear that nobody waits any more and go on, so that no other caller gets the guest it occupies."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime
from skillpod.model.command import OWNER
from skillpod.model.manifest import GuestCount, Limits
from skillpod.ports import Guests
from skillpod.sandbox import flight
from skillpod.sandbox.flight import Deadlines
from tests.escapes.host import PATIENCE
from tests.support.guests import launch
from tests.support.jailed import jailed

STOPPED_BY = ("an end to patience with a call that was cancelled",)
HANDLER = """
    from skillpod import Cancelled, Context, tool

    @tool
    def stays(ctx: Context) -> None:
        while True:
            try:
                ctx.checkpoint()
                ctx.logger.info("running")
            except Cancelled:
                pass

    @tool
    def serves() -> str:
        return "served"
"""


def in_the_jail(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flight, "CANCEL_SECONDS", 0.1)
        assert _next_caller_gets(10.0) == "served"


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Deadlines, "_clinging", lambda self, call: None)
        assert _next_caller_gets(1.0) == "busy"


def _next_caller_gets(seconds: float) -> Any:
    """What the second caller of a skill with one guest has after at most so many seconds."""

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        is_running = asyncio.Event()
        first = asyncio.ensure_future(guests.call("stays", {}, OWNER, lambda said: is_running.set()))
        await asyncio.wait_for(is_running.wait(), PATIENCE)
        first.cancel()
        try:
            return (await guests.call("serves", {}, OWNER)).value
        except SkillpodError as error:
            return error.code

    return jailed(launch(HANDLER, lifetime=Lifetime.SKILL, limits=Limits(wall=seconds), guests=GuestCount(0, 1)), act)
