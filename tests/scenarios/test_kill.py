"""kill -9 of the pod in the middle of a swap: after the restart it is in the same state, and nothing that was said is lost."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import PATIENCE, descendants, eventually, running
from tests.support.skills import numbered, replace_file, saying, write_skill

ROOT = Path(__file__).resolve().parents[2]

MOMENTS = [(0.0, 0.25), (0.07, 0.13)]
"""Seconds after a save: anywhere around its swap, and within it (the settle stage waits about 80 ms, a swap takes about 20)."""

TALLY = '''\
from skillpod import Context, tool


@tool
def bump(ctx: Context) -> int:
    """Add one to a number the host keeps, and return it."""
    number = ctx.state.get("number", 0) + 1
    ctx.state["number"] = number
    return number
'''


@dataclass
class Witness:
    """What a pod process said before it was killed."""

    process: Process
    restored: dict[str, Any] = field(default_factory=dict)
    settled: dict[str, Any] = field(default_factory=dict)
    answer: int = -1
    counted: int = 0
    published: dict[str, int] = field(default_factory=dict)  # skill -> the newest generation that was told
    failures: list[Any] = field(default_factory=list)

    async def read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            if line.endswith(b"\n"):
                self._hear(json.loads(line))

    async def counts(self) -> None:
        """Wait until it serves calls."""
        try:
            await eventually(lambda: self.counted > 0 or self.process.returncode is not None, patience=2 * PATIENCE)
        except TimeoutError:
            raise AssertionError(f"the pod does not answer; it said {vars(self)}") from None
        assert self.process.returncode is None, f"the pod ended; it said {vars(self)}"

    def _hear(self, said: dict[str, Any]) -> None:
        match said["said"]:
            case "restored":
                self.restored = said["skills"]
            case "settled":
                self.settled, self.answer = said["skills"], said["answer"]
            case "counted":
                self.counted = said["value"]
            case "failed":
                self.failures.append(said["error"])
            case "event" if said["kind"] in ("mounted", "swapped", "rolled_back"):
                self.published[said["skill"]] = max(said["generation"], self.published.get(said["skill"], 0))


async def _start(skills: Path, home: Path) -> Witness:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scenarios.pod_process", str(skills), str(home), cwd=ROOT, stdout=PIPE, limit=2**24
    )
    return Witness(process)


def _published(home: Path) -> Iterator[dict[str, Any]]:
    """Every ``published`` line of the journal as it stands; a torn last line is passed over."""
    for segment in sorted((home / "journal").glob("*.jsonl")):
        for line in segment.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n") and b'"published"' in line:
                entry = json.loads(line)
                if entry["fact"] == "published":
                    yield entry


async def _prepare(skills: Path, home: Path) -> dict[str, str]:
    """A pinned skill, an unmounted one, one that counts and one that is saved again and again; the pinned one's digest."""
    write_skill(skills, "words", handler=numbered(0))
    write_skill(skills, "tally", handler=TALLY, manifest={"lifetime": "skill", "guests": {"max": 1}})
    pinned = write_skill(skills, "pinned", handler=saying("one"))
    write_skill(skills, "gone", handler=saying("gone"))
    async with running(skills, home) as stage:
        replace_file(pinned / "handler.py", saying("two"))
        await eventually(lambda: stage.skill("pinned")["generation"] == 2)
        await stage.pod.rollback("pinned")
        await stage.pod.unmount("gone")
        return {"pinned": stage.skill("pinned")["digest"]}


async def _kill_and_restart(skills: Path, home: Path, *, times: int, seed: int) -> None:
    chance = random.Random(seed)
    digests = await _prepare(skills, home)
    handler = skills / "words" / "handler.py"
    before = len(descendants())
    counted = 0
    for number in range(1, times + 1):
        witness = await _start(skills, home)
        reading = asyncio.create_task(witness.read())
        last = {entry["skill"]: entry for entry in _published(home)}
        told = dict(witness.published)
        try:
            await witness.counts()
        except BaseException:
            witness.process.kill()
            raise
        _same_state(witness, last, digests)
        assert witness.answer == number - 1  # the last save, whatever became of its swap before the kill
        assert witness.counted > counted, "a number the host had acknowledged was lost"
        assert not witness.failures
        replace_file(handler, numbered(number))
        await asyncio.sleep(chance.uniform(*chance.choice(MOMENTS)))
        witness.process.kill()
        await asyncio.wait_for(reading, PATIENCE)
        await witness.process.wait()
        counted = witness.counted
        told |= witness.published
        on_disk = {entry["skill"]: entry["generation"] for entry in _published(home)}
        assert all(on_disk[name] >= generation for name, generation in told.items()), "told before it was durable"
    await eventually(lambda: len(descendants()) <= before)
    _numbers_mean_one_thing(home)


def _same_state(witness: Witness, last: dict[str, dict[str, Any]], digests: dict[str, str]) -> None:
    for name in ("words", "tally", "pinned"):
        restored = witness.restored[name]
        assert restored["state"] == "live", restored
        assert (restored["generation"], restored["digest"]) == (last[name]["generation"], last[name]["digest"])
    assert witness.settled["pinned"] == witness.restored["pinned"]
    assert (witness.settled["pinned"]["digest"], witness.settled["pinned"]["mode"]) == (digests["pinned"], "pinned")
    assert (witness.settled["gone"]["state"], witness.settled["gone"]["mode"]) == ("absent", "absent")


def _numbers_mean_one_thing(home: Path) -> None:
    meaning: dict[tuple[str, int], str] = {}
    for entry in _published(home):
        key = (entry["skill"], entry["generation"])
        assert meaning.setdefault(key, entry["digest"]) == entry["digest"], f"{key} was given to two digests"


@pytest.mark.timeout(300)
def test_a_pod_killed_in_the_middle_of_a_swap_twenty_times_loses_nothing(skills: Path, home: Path) -> None:
    asyncio.run(_kill_and_restart(skills, home, times=20, seed=2))


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(20))
def test_a_pod_killed_a_thousand_times_loses_nothing(seed: int, skills: Path, home: Path) -> None:
    asyncio.run(_kill_and_restart(skills, home, times=50, seed=100 + seed))
