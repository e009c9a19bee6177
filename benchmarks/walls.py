"""What each wall costs a fork: by stamps inside the guest, and by forks of zygotes that do without it, in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from benchmarks.goals import AT_ONCE, EVERY_WALL, forked, no_wall
from benchmarks.measure import Series
from benchmarks.table import Grid, amount
from skillpod.model.manifest import Limits
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.guest.walls.board import WALLS
from skillpod.sandbox.wire import LARGEST, Decoder
from skillpod.sandbox.zygote import Zygote

STAMPED = "benchmarks.guests.stamped"
REQUEST, FORK, REPORT = "request to the zygote", "fork, until the child runs", "report to the host"
_BY_FORK = ("scratch_quota", "guest_identity", "capabilities", "parent_death", "rlimits", "landlock", "descriptors", "seccomp")
"""Those that go up in the guest and that others do not need: without no_new_privs there would be no filter either."""


@dataclass(slots=True)
class Costs:
    """``steps`` of a fork behind every wall, in their order, as the guest's own stamps say; ``whole`` is the fork as its caller sees it,
    ``without`` the same from a zygote that does without one wall, ``bare`` without all."""

    steps: dict[str, Series] = field(default_factory=dict)
    whole: Series = field(default_factory=Series)
    bare: Series = field(default_factory=Series)
    without: dict[str, Series] = field(default_factory=dict)


async def costs(rounds: int) -> Costs:
    found = Costs(without={wall: Series() for wall in _BY_FORK})
    choices = {"": EVERY_WALL, "bare": await no_wall(), **{wall: frozenset({wall}) for wall in _BY_FORK}}
    zygotes = {name: Zygote(without=without, entry=AT_ONCE) for name, without in choices.items()}
    stamped = Zygote(entry=STAMPED)
    series = {"": found.whole, "bare": found.bare, **found.without}
    try:
        for zygote in (stamped, *zygotes.values()):
            await zygote.start()
            await forked(zygote)
        for number in range(rounds):
            turns = deque(zygotes.items())
            turns.rotate(number)  # nobody is always the one behind the stamped one
            for name, zygote in turns:
                series[name].add(await forked(zygote))
            for step, took in (await _steps(stamped)).items():
                found.steps.setdefault(step, Series()).add(took)
    finally:
        for zygote in (stamped, *zygotes.values()):
            await zygote.close()
    return found


async def _steps(zygote: Zygote) -> dict[str, float]:
    """Seconds of each step of one fork. The clock is the same in host and guest."""
    asked = perf_counter()
    guest = await zygote.fork(Limits())
    try:
        decoder = Decoder(LARGEST)
        frames: list[dict[str, Any]] = []
        heard = 0.0
        async with asyncio.timeout(10):
            while len(frames) < 2:
                decoder.feed(await _more(guest))
                heard = heard or perf_counter()
                frames += decoder.frames()
    finally:
        guest.close()
        await guest.exited
    (_, received, _), *walls, (_, began, ended) = frames[1]["stamps"]
    ways = {REQUEST: received - asked, FORK: began - received}
    return {**ways, **{name: end - begin for name, begin, end in walls}, REPORT: heard - ended}


async def _more(guest: Forked) -> bytes:
    data = await asyncio.get_running_loop().sock_recv(guest.wire, 65_536)
    if not data:
        raise RuntimeError("a stamped guest ended before it had said all")
    return data


def wall_by_wall(found: Costs) -> Grid:
    headings = ("step of a fork", "itself p50", "p99", "whole fork without it p50", "saved (median of rounds)")
    lines = [(f"`{step}`" if step in WALLS else step, *_cells(found, step, series)) for step, series in found.steps.items()]
    whole = ("**whole fork, every wall**", amount(found.whole.median, "s"), amount(found.whole.p99, "s"))
    return Grid("The cost of each wall", headings, [*lines, (*whole, *_saved(found, found.bare))])


def _cells(found: Costs, step: str, series: Series) -> tuple[str, ...]:
    inside = (amount(series.median, "s"), amount(series.p99, "s"))
    without = found.without.get(step)
    if without is None:
        return (*inside, "", "")
    return (*inside, *_saved(found, without))


def _saved(found: Costs, without: Series) -> tuple[str, str]:
    """Compared round by round: the machine's speed drifts more than a wall costs."""
    saved = Series([whole - less for whole, less in zip(found.whole.samples, without.samples, strict=True)]).median
    return amount(without.median, "s"), f"{'-' if saved < 0 else ''}{amount(abs(saved), 's')}"
