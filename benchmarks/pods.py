"""A running pod to measure, and waits for what it tells."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from skillpod.manager import SkillManager
from skillpod.model.event import Event, Kind

SAY = '''\
from skillpod import tool


@tool
def say(word: str) -> str:
    """Say the word, with the version's own."""
    return word + "%s"
'''


def write(root: Path, name: str, *, extra: str = "", version: str = "") -> Path:
    """A minimal skill whose tool ``say`` returns its argument and ``version``."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "handler.py").write_text(SAY % version)
    (folder / "README.md").write_text(f"# {name}\n")
    (folder / "manifest.yaml").write_text(
        f'manifest: 1\nname: {name}\nversion: "1.0.0"\ndescription: Says a word.\nauthor: The benchmarks\n{extra}'
    )
    return folder


@asynccontextmanager
async def running(base: Path) -> AsyncIterator[SkillManager]:
    (base / "skills").mkdir(exist_ok=True)
    async with SkillManager(base / "skills", home=base / "home") as pod:
        yield pod


@asynccontextmanager
async def temporary() -> AsyncIterator[tuple[Path, SkillManager]]:
    """A pod on a directory of its own, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        async with running(Path(directory)) as pod:
            yield Path(directory), pod


class Ear:
    """Waits for one event after another without missing any."""

    def __init__(self, pod: SkillManager) -> None:
        self._told: asyncio.Queue[Event] = asyncio.Queue()
        self._listener = asyncio.create_task(self._listen(pod))

    async def _listen(self, pod: SkillManager) -> None:
        async for event in pod.events():
            self._told.put_nowait(event)

    async def until(self, kind: Kind, skill: str) -> Event:
        async with asyncio.timeout(30):
            while True:
                event = await self._told.get()
                if event.skill == skill and event.kind is kind:
                    return event
                if event.skill == skill and event.kind in (Kind.REFUSED, Kind.HELD):
                    raise RuntimeError(f"the pod refused {skill}: {event.message}")

    def close(self) -> None:
        self._listener.cancel()


async def until_callable(pod: SkillManager, ear: Ear, kind: Kind, skill: str, change: Callable[[], object], expected: str) -> float:
    """Seconds from just before ``change`` to a right answer of the tool it brought."""
    started = perf_counter()
    await asyncio.get_running_loop().run_in_executor(None, change)
    await ear.until(kind, skill)
    answer = await pod.call(f"{skill}__say", {"word": "hello"})
    took = perf_counter() - started
    if answer != expected:
        raise RuntimeError(f"{skill} answered {answer!r}, expected {expected!r}")
    return took
