"""The jail: beside its peers, against its goals, and wall by wall, in one run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.beside import PEERS, Effort, Figures, beside, side_by_side
from benchmarks.goals import awaited, forks, guests_memory, isolation, large_values, starts
from benchmarks.measure import Series
from benchmarks.plots import Line, distributions, waterfall
from benchmarks.table import Picture, Row, Shown
from benchmarks.walls import costs, wall_by_wall
from skillpod.sandbox.guest.walls.board import WALLS


@dataclass(frozen=True, slots=True)
class Plan:
    """``rounds`` of what is quick to repeat, ``few`` of what is not; ``large`` values are so many MiB."""

    peers: Effort
    rounds: int
    few: int
    large: int = 10


THOROUGH = Plan(Effort(rounds=20, warm=100, fresh=10, colds=10, rates=3, seconds=0.5, further=8), rounds=200, few=10)
QUICK = Plan(Effort(rounds=1, warm=3, fresh=1, colds=0, rates=1, seconds=0.02, further=1), rounds=2, few=1, large=1)

_LINES = {
    "skillpod": Line("skillpod, whole pod", "#d9480f", 2.5),
    "skillpod-jail": Line("skillpod, the jail alone", "#f59f00", 2.5),
    "skillpod-demand": Line("skillpod, the jail alone, on demand", "#f59f00", 2.5, "6 3"),
    "pydantic-monty": Line("pydantic-monty", "#7950f2"),
    "smolagents": Line("smolagents", "#e64980"),
    "plain": Line("python -I -S", "#868e96"),
    "forkserver": Line("multiprocessing, forkserver", "#868e96", dashes="5 3"),
    "bubblewrap": Line("bubblewrap", "#1c7ed6"),
    "nsjail": Line("nsjail", "#0ca678"),
    "sandlock": Line("sandlock", "#66a80f"),
}


def jail(plan: Plan) -> Sequence[Shown]:
    found = beside(plan.peers)
    goals, wire_rate = asyncio.run(_goals(plan))
    walls = asyncio.run(costs(plan.rounds))
    drawn = {
        heading: [(_LINES[name], series) for name in PEERS if (series := getattr(found[name], kind)).samples]
        for heading, kind in (("A call to a sandbox that is kept", "warm"), ("A call to a fresh sandbox", "fresh"))
    }
    marks = {"bare fork": walls.bare.median, "every wall": walls.whole.median}
    return [
        *_beside_goals(found),
        Row("warm calls a second, one caller, blocking on the wire", wire_rate, target=10_000, unit="/s"),
        *goals,
        side_by_side(found),
        wall_by_wall(walls),
        Picture("latency.svg", distributions("Latency of calls, ours and peers'", drawn)),
        Picture("walls.svg", waterfall("What a fork behind every wall is made of", walls.steps, codes=WALLS, marks=marks)),
    ]


async def _goals(plan: Plan) -> tuple[list[Row], Series]:
    isolated, rate = await isolation(max(1, plan.rounds // 10))
    return [
        *isolated,
        *await awaited(max(1, plan.rounds // 10)),
        *await forks(plan.rounds),
        *await starts(plan.few),
        *await guests_memory(max(1, plan.few // 3), plan.peers.further),
        *await large_values(max(1, plan.few // 2), plan.large),
    ], rate


def _beside_goals(found: dict[str, Figures]) -> list[Row]:
    """What the peers' run says of our own goals."""
    rows: list[Row] = []
    monty = found["pydantic-monty"].fresh
    for name, what in (("skillpod", "the whole pod"), ("skillpod-jail", "the jail alone")):
        figures = found[name]
        if figures.absent:
            continue
        rows += [
            Row(f"fresh call, forked ahead, {what}", figures.fresh, target=350e-6),
            *([Row("the same", figures.fresh, "pydantic-monty", monty, target=1.5, is_ratio=True)] if monty.samples else []),
            Row(f"warm call, {what}", figures.warm, target=200e-6),
            Row(f"warm calls a second, one caller, {what}", figures.warm_rates[1], target=10_000, unit="/s"),
            Row(f"fresh calls a second, one caller, {what}", figures.fresh_rates[1], target=300, unit="/s"),
        ]
    return rows
