"""Ask the host for connections without end, in sixteen threads, so that it has no time for anybody else."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime, NetworkAsk, Permissions
from skillpod.model.manifest import GuestCount, Limits
from skillpod.ports import Guests
from skillpod.sandbox.network import switchboard
from tests.escapes.host import PATIENCE
from tests.escapes.reaching import here
from tests.support.guests import launch
from tests.support.jailed import jailed, value

STOPPED_BY = ("a rest as long as what it asks takes the host",)
HANDLER = """
    import os, threading, time
    from skillpod import tool

    @tool
    def floods(seconds: float) -> int:
        until, asked = time.monotonic() + seconds, []

        def asks() -> None:
            while time.monotonic() < until:
                os.write(4, b'{"t":"connect","id":1,"ip":"10.0.0.1","port":80}')
                os.read(4, 4096)
                asked.append(1)

        threads = [threading.Thread(target=asks) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(asked)

    @tool
    def serves() -> str:
        return "served"
"""
_SECONDS = 0.3


def in_the_jail(folder: Path) -> None:
    """Others are served meanwhile, and the host spends about half its time on it at most."""
    assert _flooded() <= 0.65


def without_the_wall(folder: Path) -> None:
    """A host that rests never spends more of its time on it than one that does; on a machine that is busy with other things, not every
    time."""
    until = time.monotonic() + PATIENCE
    while (times := _times_as_much()) < 1.3 and time.monotonic() < until:
        pass
    assert times >= 1.3


def _times_as_much() -> float:
    with_it = _flooded()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(switchboard, "_BREATH_SECONDS", 3600.0)
        return _flooded() / with_it


def _flooded() -> float:
    """The share of its time that the host's thread worked for it."""

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> float:
        assert await value(guests, "serves") == "served"
        started, used = time.monotonic(), time.thread_time()
        flood = asyncio.ensure_future(value(guests, "floods", seconds=_SECONDS))
        while not flood.done():
            await asyncio.sleep(0.02)
            assert await value(guests, "serves") == "served"
        await flood
        return (time.thread_time() - used) / (time.monotonic() - started)

    granted = Permissions(network=frozenset({NetworkAsk("granted.example", (80,), "private")}))
    started = launch(
        HANDLER, grants=granted, lifetime=Lifetime.SKILL, guests=GuestCount(2, 2), limits=Limits(wall=20.0, cpu=10.0, threads=32)
    )
    found: float = jailed(started, act, lookup=here)
    return found
