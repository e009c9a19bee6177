"""Try what is refused without end, in sixteen threads: the host, who answers each, is to have no time for anybody else."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.model.manifest import Limits
from skillpod.ports import Guests
from skillpod.sandbox import witness
from skillpod.sandbox.isolation import JailSandbox
from tests.escapes import probes
from tests.escapes.host import PATIENCE
from tests.support.guests import launch
from tests.support.jailed import jailed, value

STOPPED_BY = ("a pause after so many answers",)
HANDLER = """
    import os, threading, time
    from skillpod import tool

    @tool
    def floods(seconds: float) -> int:
        until, refused = time.monotonic() + seconds, []

        def tries() -> None:
            while time.monotonic() < until:
                try:
                    os.memfd_create("x")
                except OSError:
                    refused.append(1)

        threads = [threading.Thread(target=tries) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(refused)

    @tool
    def serves() -> str:
        return "served"
"""
MOST_PER_SECOND = 8000
"""Sixteen answers, then two thousandths of a second for others."""


def in_the_jail(folder: Path) -> None:
    answered, seconds = _flooded(_serve)
    assert answered <= MOST_PER_SECOND * seconds + 16


def without_the_wall(folder: Path) -> None:
    """A host that answers as fast as it is asked, and does nothing else: several times as much as one that rests, however busy the machine
    is with other things; when it is, not every time."""
    until = time.monotonic() + PATIENCE
    times = _times_as_many()
    while times < 3 and time.monotonic() < until:
        times = _times_as_many()
    assert times >= 3


def _times_as_many() -> float:
    """How many more are answered in a second without the wall than with it, one right after the other."""
    with_it, seconds = _flooded(_wait)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(witness, "_AT_ONCE", 1_000_000)
        without_it, as_many_seconds = _flooded(_wait)
    return (without_it / as_many_seconds) / (with_it / seconds)


Meanwhile = Callable[[Guests, "asyncio.Future[Any]"], Awaitable[None]]


async def _serve(guests: Guests, flood: asyncio.Future[Any]) -> None:
    while not flood.done():
        assert await value(guests, "serves") == "served"


async def _wait(guests: Guests, flood: asyncio.Future[Any]) -> None:
    await asyncio.wait([flood])


def _flooded(meanwhile: Meanwhile) -> tuple[int, float]:
    """How many were answered, in how many seconds."""
    if lacking := probes.witness():
        pytest.skip(f"needs {lacking}")

    async def act(guests: Guests, deaths: list[SkillpodError], _: JailSandbox) -> tuple[int, float]:
        started = time.monotonic()
        flood = asyncio.ensure_future(value(guests, "floods", seconds=0.3))
        await meanwhile(guests, flood)
        return await flood, time.monotonic() - started

    found: tuple[int, float] = jailed(launch(HANDLER, limits=Limits(wall=10.0, threads=32)), act)
    return found
