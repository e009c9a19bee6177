"""kill -9 of a pod that mounts, approves and calls: after each the log is what was signed, the state is what the log comes to, and nothing
that was said is lost."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from skillpod import logverify
from skillpod.journal.replay import read
from skillpod.store.index import Index
from tests.scenarios.stage import PATIENCE, descendants, eventually, running
from tests.scenarios.test_full_disk import checked
from tests.store.histories import state_of
from tests.support.skills import numbered, replace_file, saying, write_skill

ROOT = Path(__file__).resolve().parents[2]

MOMENTS = [(0.0, 0.25), (0.07, 0.13), (0.1, 0.6)]
"""Seconds after a save: anywhere around its swap, within it (the settle stage waits about 80 ms, a swap takes about 20), and around the
approval of what is held, which comes after a trial."""

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
    """What one pod said before it was killed."""

    pid: int = 0
    has_ended: bool = False
    restored: dict[str, Any] = field(default_factory=dict)
    settled: dict[str, Any] = field(default_factory=dict)
    answer: int = -1
    counted: int = 0
    published: dict[str, int] = field(default_factory=dict)  # skill -> the newest generation that was told
    approved: set[str] = field(default_factory=set)
    failures: list[Any] = field(default_factory=list)

    def hear(self, said: dict[str, Any]) -> None:
        match said["said"]:
            case "born":
                self.pid = said["pid"]
            case "ended":
                self.has_ended = True
            case "restored":
                self.restored = said["skills"]
            case "settled":
                self.settled, self.answer = said["skills"], said["answer"]
            case "counted":
                self.counted = said["value"]
            case "approved":
                self.approved.add(said["digest"])
            case "failed":
                self.failures.append(said["error"])
            case "event" if said["kind"] in ("mounted", "swapped", "rolled_back"):
                self.published[said["skill"]] = max(said["generation"], self.published.get(said["skill"], 0))

    async def counts(self) -> None:
        """Wait until it serves calls."""
        try:
            await eventually(lambda: self.counted > 0 or self.has_ended, patience=2 * PATIENCE)
        except TimeoutError:
            raise AssertionError(f"the pod does not answer; it said {vars(self)}") from None
        assert not self.has_ended, f"the pod ended; it said {vars(self)}"

    async def killed(self) -> None:
        """kill -9, and all it had said is heard."""
        os.kill(self.pid, signal.SIGKILL)
        await eventually(lambda: self.has_ended)


class Births:
    """Starts one pod after another on the same directories."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._witness = Witness()

    @classmethod
    async def on(cls, skills: Path, home: Path) -> Births:
        argv = (sys.executable, "-m", "tests.scenarios.pod_process", str(skills), str(home))
        return cls(await asyncio.create_subprocess_exec(*argv, cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**24))

    async def read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if line.endswith(b"\n") and line.startswith(b"{"):
                self._witness.hear(json.loads(line))

    async def next(self) -> Witness:
        assert self._process.stdin is not None
        self._witness = Witness()
        self._process.stdin.write(b"\n")
        await eventually(lambda: self._witness.pid > 0)
        return self._witness

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


def _published(home: Path) -> Iterator[dict[str, Any]]:
    """Every ``published`` line of the journal as it stands; a torn last line is passed over."""
    for segment in sorted((home / "journal").glob("*.jsonl")):
        for line in segment.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n") and b'"published"' in line:
                entry = json.loads(line)
                if entry["fact"] == "published":
                    yield entry


async def _prepare(skills: Path, home: Path) -> dict[str, str]:
    """A pinned skill, an unmounted one, one that counts, one that is saved again and again, and one of which every version must be
    approved; the pinned one's digest."""
    write_skill(skills, "words", handler=numbered(0))
    write_skill(skills, "gated", handler=numbered(0), manifest={"tier": "write"})
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
    births = await Births.on(skills, home)
    reading = asyncio.create_task(births.read())
    before = len(descendants())
    counted = 0
    approved: set[str] = set()
    try:
        for number in range(1, times + 1):
            witness = await births.next()
            last = {entry["skill"]: entry for entry in _published(home)}
            await witness.counts()
            _same_state(witness, last, digests)
            assert witness.answer == number - 1  # the last save, whatever became of its swap before the kill
            assert witness.counted > counted, "a number the host had acknowledged was lost"
            assert not witness.failures
            replace_file(skills / "words" / "handler.py", numbered(number))
            replace_file(skills / "gated" / "handler.py", numbered(number))
            await asyncio.sleep(chance.uniform(*chance.choice(MOMENTS)))
            await witness.killed()
            counted = witness.counted
            approved |= witness.approved
            _nothing_told_is_lost(home, witness)
            _state_is_what_the_log_comes_to(home)
    finally:
        await births.end()
        await reading
    await eventually(lambda: len(descendants()) <= before)
    _numbers_mean_one_thing(home)
    assert approved, "no approval came before a kill"
    _another_verifier_agrees(home)


def _same_state(witness: Witness, last: dict[str, dict[str, Any]], digests: dict[str, str]) -> None:
    for name in ("words", "tally", "pinned"):
        restored = witness.restored[name]
        assert restored["state"] == "live", restored
        assert (restored["generation"], restored["digest"]) == (last[name]["generation"], last[name]["digest"])
    if "gated" in last:  # what was approved serves again, and nobody is asked twice
        assert witness.restored["gated"]["digest"] == last["gated"]["digest"]
    assert witness.settled["pinned"] == witness.restored["pinned"]
    assert (witness.settled["pinned"]["digest"], witness.settled["pinned"]["mode"]) == (digests["pinned"], "pinned")
    assert (witness.settled["gone"]["state"], witness.settled["gone"]["mode"]) == ("absent", "absent")


def _nothing_told_is_lost(home: Path, witness: Witness) -> None:
    on_disk = {entry["skill"]: entry["generation"] for entry in _published(home)}
    assert all(on_disk[name] >= generation for name, generation in witness.published.items()), "told before it was durable"
    said = b"".join(segment.read_bytes() for segment in (home / "journal").glob("*.jsonl"))
    approvals = {json.loads(line)["digest"] for line in said.splitlines() if b'"fact":"approved"' in line}
    assert witness.approved <= approvals, "approved before it was durable"


def _state_is_what_the_log_comes_to(home: Path) -> None:
    """The log is what was signed of it; and the index, as the kill left it, is a fold of its first entries, and goes on to all of them."""
    size = checked(home).tree.size
    log = [(recorded.seq, recorded.entry) for recorded in read(home / "journal")]
    assert len(log) == size
    left = home.parent / "left"
    shutil.rmtree(left, ignore_errors=True)
    left.mkdir()
    for file in home.glob("index.sqlite*"):
        shutil.copy(file, left)
    with closing(Index(left / "index.sqlite")) as index:
        assert 0 < index.position() <= size
        assert state_of(index.stated()) == state_of(entry for seq, entry in log if seq <= index.position())
        index.apply_all(log)
        assert state_of(index.stated()) == state_of(entry for _seq, entry in log)


def _another_verifier_agrees(home: Path) -> None:
    logverify.verify_log(home / "journal", logverify.read_key((home / "journal" / "log.vkey").read_text()), [])


def _numbers_mean_one_thing(home: Path) -> None:
    meaning: dict[tuple[str, int], str] = {}
    for entry in _published(home):
        key = (entry["skill"], entry["generation"])
        assert meaning.setdefault(key, entry["digest"]) == entry["digest"], f"{key} was given to two digests"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [2, 3])
def test_a_pod_killed_while_it_mounts_approves_and_calls_fifty_times_loses_nothing(seed: int, skills: Path, home: Path) -> None:
    asyncio.run(_kill_and_restart(skills, home, times=25, seed=seed))


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(20))
def test_a_pod_killed_a_thousand_times_loses_nothing(seed: int, skills: Path, home: Path) -> None:
    asyncio.run(_kill_and_restart(skills, home, times=50, seed=100 + seed))
