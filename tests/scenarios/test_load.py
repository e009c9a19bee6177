"""Swaps under load: no call fails, and none is answered by a version older than what was published when it began."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, running
from tests.support.skills import numbered, replace_file, write_skill

CALLERS = 6


@dataclass
class Load:
    """What every call came to: ``wrong`` names calls that failed or were answered by a version that was gone when they began."""

    stage: Stage
    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    version_of: dict[int, int] = field(default_factory=dict)  # generation -> the number its code answers

    async def caller(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            floor = self.stage.skill("counter")["generation"]
            try:
                result = await self.stage.pod.invoke("counter__answer", {})
            except Exception as error:  # whatever it is, it is a failed call
                self.wrong.append(f"failed: {error!r}")
                continue
            self.calls += 1
            ceiling = self.stage.skill("counter")["generation"]
            if not floor <= result.generation <= ceiling:
                self.wrong.append(f"generation {result.generation} answered a call begun under {floor} and ended under {ceiling}")
            if self.version_of.setdefault(result.generation, result.value) != result.value:
                self.wrong.append(f"generation {result.generation} answered {result.value} and {self.version_of[result.generation]}")


async def _swap_under_load(skills: Path, home: Path, *, lifetime: str, swaps: int) -> Load:
    handler = write_skill(skills, "counter", handler=numbered(0), manifest={"lifetime": lifetime}) / "handler.py"
    async with running(skills, home) as stage:
        load = Load(stage)
        stop = asyncio.Event()
        callers = [asyncio.create_task(load.caller(stop)) for _ in range(CALLERS)]
        try:
            for number in range(1, swaps + 1):
                event = await stage.change(lambda number=number: replace_file(handler, numbered(number)), Kind.SWAPPED, skill="counter")  # type: ignore[misc]  # SAFE: a default binds the loop's value
                load.version_of.setdefault(event.generation, number)
        finally:
            stop.set()
            await asyncio.gather(*callers)
        assert await stage.pod.call("counter__answer", {}) == swaps
        assert stage.skill("counter")["generation"] == swaps + 1
        assert len(stage.of(Kind.SWAPPED)) == swaps
    return load


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("lifetime", "swaps"), [("skill", 150), ("call", 50)])
def test_two_hundred_swaps_under_load_fail_no_call_and_answer_none_from_an_older_version(
    lifetime: str, swaps: int, skills: Path, home: Path
) -> None:
    load = asyncio.run(_swap_under_load(skills, home, lifetime=lifetime, swaps=swaps))
    assert load.wrong == []
    assert load.calls > swaps  # how many more is a matter of the machine


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lifetime", ["skill", "call"])
def test_two_thousand_swaps_under_load(lifetime: str, skills: Path, home: Path) -> None:
    load = asyncio.run(_swap_under_load(skills, home, lifetime=lifetime, swaps=2000))
    assert load.wrong == []


def test_a_long_call_finishes_on_the_generation_it_started_on(skills: Path, home: Path) -> None:
    async def scenario() -> None:
        slow = numbered(1).replace("    return", "    import time\n\n    time.sleep(1)\n    return")
        handler = write_skill(skills, "counter", handler=slow) / "handler.py"
        async with running(skills, home) as stage:
            call = asyncio.create_task(stage.pod.invoke("counter__answer", {}))
            await stage.change(lambda: replace_file(handler, numbered(2)), Kind.SWAPPED, skill="counter")
            assert not call.done()
            assert await stage.pod.call("counter__answer", {}) == 2
            first = await call
            assert (first.value, first.generation) == (1, 1)
            await stage.until(Kind.DRAINED, skill="counter")

    asyncio.run(scenario())


def test_many_threads_share_a_blocking_pod(skills: Path, home: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from skillpod.manager import SkillManager

    write_skill(skills, "greeter")
    with SkillManager.blocking(skills, home=home) as pod, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda name: pod.call("greeter__greet", {"name": str(name)}), range(64)))
    assert answers == [f"hello {name}" for name in range(64)]
