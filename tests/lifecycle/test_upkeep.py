"""The log kept small: what is let go of is stated first, whoever writes meanwhile and whenever the process dies."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from skillpod.errors import JournalCorrupt
from skillpod.journal.check import Checked, check
from skillpod.journal.replay import read
from skillpod.journal.retention import bodies
from skillpod.journal.signed import read_log_key
from skillpod.journal.writer import JournalWriter
from skillpod.lifecycle.ledger import Ledger
from skillpod.lifecycle.recollection import recollect
from skillpod.lifecycle.upkeep import Upkeep
from skillpod.model.entry import Fact
from skillpod.store.index import Index
from skillpod.store.state import State
from tests.lifecycle.logging_process import KEEP, SEGMENT_BYTES
from tests.store.histories import DIGESTS, publishes, state_of

ROOT = Path(__file__).resolve().parents[2]


def _check(home: Path) -> Checked:
    directory = os.open(home / "journal", os.O_RDONLY)
    try:
        return check(directory, read_log_key(directory))
    finally:
        os.close(directory)


def _state(path: Path, home: Path) -> State:
    with closing(Index(path)) as index:
        recollect(index, home / "journal")
        return state_of(index.stated())


async def _turn_after(home: Path, entries: int, keep: int) -> None:
    """One look at a log of so many further entries."""
    journal = JournalWriter(home / "journal", node="pod-1", epoch=time.time, segment_bytes=SEGMENT_BYTES)
    await journal.open()
    with closing(Index(home / "index.sqlite")) as index:
        recollect(index, home / "journal", end=journal.next_seq - 1)
        ledger = Ledger(journal=journal, state=index)
        for number in range(1, entries + 1):
            await ledger.write(publishes("scan", number, DIGESTS[number % 3]))
        try:
            await Upkeep(ledger, journal=home / "journal", keep=lambda: keep, trouble=pytest.fail).turn()
        finally:
            await journal.close()


def test_the_oldest_segments_go_and_the_log_says_so_and_comes_to_the_same(home: Path, tmp_path: Path) -> None:
    asyncio.run(_turn_after(home, 100, keep=0))
    before, entries = _state(tmp_path / "before.sqlite", home), bodies(home / "journal")
    assert len(entries) > 6
    asyncio.run(_turn_after(home, 0, keep=12_000))
    left = bodies(home / "journal")
    assert sum(body.size for body in left) <= 12_000 + 2 * SEGMENT_BYTES  # the state and the word of it come on top
    assert left[0].first > 1
    assert _state(tmp_path / "after.sqlite", home) == before
    said = [seen.entry.details for seen in read(home / "journal") if seen.entry.fact is Fact.LOG_DROPPED]
    names = [f"{body.number:06d}.jsonl" for body in entries if body.number < left[0].number]
    assert said == [{"first": 1, "last": left[0].first - 1, "segments": names}]
    stated = [seen.seq for seen in read(home / "journal") if seen.entry.fact is Fact.STATE]
    assert stated
    assert min(stated) > said[0]["last"]
    assert _check(home).tree.size == _check(home).sealed.checkpoint.size  # type: ignore[union-attr]


def test_a_log_that_is_small_enough_is_left_alone(home: Path) -> None:
    asyncio.run(_turn_after(home, 60, keep=10**9))
    assert [seen.entry.fact for seen in read(home / "journal")] == [Fact.PUBLISHED] * 60


def test_a_segment_that_was_changed_stays_and_nothing_is_written_for_it(home: Path) -> None:
    asyncio.run(_turn_after(home, 100, keep=0))

    async def work() -> None:
        journal = JournalWriter(home / "journal", node="pod-1", epoch=time.time, segment_bytes=SEGMENT_BYTES)
        await journal.open()
        with closing(Index(home / "index.sqlite")) as index:
            recollect(index, home / "journal", end=journal.next_seq - 1)
            first = home / "journal" / "000001.jsonl"
            first.write_bytes(first.read_bytes().replace(b'"generation":3', b'"generation":4'))
            upkeep = Upkeep(Ledger(journal=journal, state=index), journal=home / "journal", keep=lambda: 1, trouble=pytest.fail)
            with pytest.raises(JournalCorrupt, match="it stays, for whoever must find out"):
                await upkeep.turn()
            await journal.close()

    asyncio.run(work())
    assert bodies(home / "journal")[0].number == 1
    assert {seen.entry.fact for seen in read(home / "journal")} == {Fact.PUBLISHED}


def _killed_again_and_again(home: Path, *, times: int, seed: int) -> int:
    """How many entries were let go of in the end."""
    chance = random.Random(seed)
    home.mkdir(mode=0o700)
    argv = [sys.executable, "-m", "tests.lifecycle.logging_process", str(home)]
    published = 0
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(times):
            process.stdin.write("\n")
            pid = 0
            for line in process.stdout:
                word, value = line.split(maxsplit=1)
                if word == "born":
                    pid = int(value)
                elif word == "restored":
                    assert int(value) >= published, "what was durable is not there any more"
                    # From here on at any moment: while lines, the state, leaves and checkpoints are written.
                    threading.Timer(chance.uniform(0.001, 0.12), os.kill, (pid, signal.SIGKILL)).start()
                elif word == "published":
                    published = max(published, int(value))
                elif word == "trouble":
                    raise AssertionError(value)
                else:
                    break
            assert word == "ended", f"the process ended by itself after {number} kills: {line}"
            size = _check(home).tree.size
            with closing(Index(home.parent / f"fresh-{number}.sqlite")) as index:
                recollect(index, home / "journal")
                fresh = state_of(index.stated())
                assert 0 < index.position() <= size  # calls move nothing
            assert _state(home / "index.sqlite", home) == fresh
            assert fresh.names["scan"].generation >= published if published else True
        process.stdin.close()
    return bodies(home / "journal")[0].first - 1


def test_killed_while_segments_rotate_and_are_let_go_of_fifty_times_the_log_is_whole(home: Path) -> None:
    assert _killed_again_and_again(home, times=50, seed=7) > 50
    assert sum(body.size for body in bodies(home / "journal")) < 10 * KEEP


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10))
def test_killed_a_thousand_times_the_log_is_whole(seed: int, home: Path) -> None:
    assert _killed_again_and_again(home, times=100, seed=100 + seed) > 100
