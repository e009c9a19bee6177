"""A running pod on a stage: its directories, everything it told, and bounded waits for what must happen."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from skillpod.manager import SkillManager
from skillpod.model.event import Event, Kind

PATIENCE = 20.0
"""Seconds any single thing may take before a test fails; on a busy machine everything takes longer, nothing this long."""


class Stage:
    def __init__(self, pod: SkillManager, skills: Path, home: Path) -> None:
        self.pod = pod
        self.skills = skills
        self.home = home
        self.told: list[Event] = []
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        """Keep every event, for ever."""
        async for event in self.pod.events():
            async with self._news:
                self.told.append(event)
                self._news.notify_all()

    def mark(self) -> int:
        """Here, in the events told so far: what ``until`` is to look after."""
        return len(self.told)

    async def until(self, *kinds: Kind, skill: str = "", after: int = 0, patience: float = PATIENCE) -> Event:
        """The first event after ``after`` of one of these kinds about this skill; waits for it."""

        def found() -> Event | None:
            return next(
                (event for event in self.told[after:] if event.kind in kinds and event.skill in (skill, skill or event.skill)), None
            )

        try:
            async with asyncio.timeout(patience), self._news:
                await self._news.wait_for(lambda: found() is not None)
        except TimeoutError:
            words = [f"{event.kind.value} {event.skill} g{event.generation} {event.message}" for event in self.told[after:]]
            raise AssertionError(
                f"none of {[kind.value for kind in kinds]} for {skill or 'any skill'} within {patience} s; told: {words}"
            ) from None
        event = found()
        assert event is not None
        return event

    def of(self, kind: Kind, *, skill: str = "", after: int = 0) -> list[Event]:
        return [event for event in self.told[after:] if event.kind is kind and skill in ("", event.skill)]

    def skill(self, name: str) -> dict[str, Any]:
        """The entry of ``pod.skills()`` for this name."""
        return next(entry for entry in self.pod.skills() if entry["name"] == name)

    def names(self) -> list[str]:
        return [tool["name"] for tool in self.pod.tools("openai")]

    async def change(self, edit: Callable[[], object], *kinds: Kind, skill: str = "") -> Event:
        """Do something to the world, and wait for what the pod tells of it."""
        mark = self.mark()
        edit()
        return await self.until(*kinds, skill=skill, after=mark)


@asynccontextmanager
async def running(skills: Path, home: Path, **options: Any) -> AsyncIterator[Stage]:
    """A pod that has dealt with every folder that is there."""
    async with SkillManager(skills, home=home, **options) as pod:
        stage = Stage(pod, skills, home)
        listener = asyncio.create_task(stage.listen())
        await asyncio.sleep(0)  # the listener hears from here on
        try:
            await pod.settled(PATIENCE)
            yield stage
        finally:
            listener.cancel()


def act_under(policy: str, skills: Path, home: Path, scenario: Callable[[Stage], Awaitable[None]]) -> None:
    """Run a scenario in a pod whose default policy is this text."""
    policies = home.parent / "policies"
    policies.mkdir(exist_ok=True)
    (policies / "default.yaml").write_text(policy)

    async def run() -> None:
        async with running(skills, home, policies=policies) as stage:
            await scenario(stage)

    asyncio.run(run())


async def eventually(check: Callable[[], bool | Awaitable[bool]], *, patience: float = PATIENCE) -> None:
    """Wait until something no event tells of is so."""
    async with asyncio.timeout(patience):
        while True:
            answer = check()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.01)


def descendants() -> set[int]:
    """Process ids of every living process below this one; zombies are processes too."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    found: set[int] = set()
    fresh = {os.getpid()}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


def resident() -> int:
    """Bytes of private memory of this process, after a collection."""
    gc.collect()
    fields = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in fields if line.startswith(("Private_Dirty", "Private_Clean")))
