"""Checkpoints of a real journal on their way out: each way in its own time, and nothing waits for one that hangs."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from skillpod.journal.copies import read_copies
from skillpod.journal.signed import read_cosigned, read_log_key
from skillpod.journal.writer import JournalWriter
from skillpod.lifecycle import outlet
from skillpod.lifecycle.news import News
from skillpod.lifecycle.outlet import Outlet
from skillpod.model.event import Event, Kind
from skillpod.model.keeping import Copies, Keeping, Witness
from skillpod.sandbox.worker import ProgramWorker
from tests.journal.writing import called, opened, until
from tests.support.witness import witnessing


class Running:
    """An outlet over a journal; ``keeping`` is what pod.yaml says, and may be said anew."""

    def __init__(self, journal: JournalWriter, keeping: Keeping, *, syslog: str) -> None:
        self.journal = journal
        self.keeping = keeping
        clock = SteppedClock()
        self.clock = clock
        worker = ProgramWorker()
        self.news = News(clock=clock, worker=worker, alert=lambda: ((), 1.0))
        self._asked = 0
        self.outlet = Outlet(journal, keeping=self._keeping, worker=worker, news=self.news, clock=clock, syslog=syslog)
        self.told: list[Event] = []

    def _keeping(self) -> Keeping:
        self._asked += 1
        return self.keeping

    async def looked(self) -> None:
        """Wait until the outlet has looked several times, and given what it had begun to give."""
        before = self._asked
        await until(lambda: self._asked > before + 6)
        await until(lambda: not self.outlet.is_busy)

    async def listen(self) -> None:
        async for event in self.news.listen():
            self.told.append(event)

    def troubles(self) -> list[str]:
        return [event.message for event in self.told if event.kind is Kind.TROUBLE]

    async def write(self, count: int = 1) -> int:
        """Some entries and a checkpoint of them: its size."""
        for number in range(count):
            await self.journal.record(called(number))
        await self.journal.seal()
        assert self.journal.sealed is not None
        return self.journal.sealed.checkpoint.size


class SteppedClock:
    """Goes on when it is told to, so that no test waits for a minute."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def epoch(self) -> float:
        return 1_790_000_000.0 + self.seconds


@asynccontextmanager
async def running(directory: Path, keeping: Keeping, *, syslog: str = "/nowhere") -> AsyncIterator[Running]:
    async with opened(directory) as journal:
        going = Running(journal, keeping, syslog=syslog)
        listening = asyncio.create_task(going.listen())
        work = asyncio.create_task(going.outlet.run())
        await asyncio.sleep(0)
        try:
            yield going
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
            await going.outlet.close()
            await going.news.close()
            await listening


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "LOOK", 0.005)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "home" / "journal"


def sizes(file: Path, journal: Path) -> list[int]:
    """Of the checkpoints that were copied to a file."""
    directory = os.open(journal, os.O_RDONLY)
    key = read_log_key(directory)
    os.close(directory)
    assert key is not None
    text = file.read_bytes() if file.exists() else b""
    return [copy.checkpoint.size for copy in read_copies(text, key, at=file.name).checkpoints] if text else []


def saving(file: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())", str(file))


def to_file(file: Path, **said: Any) -> Keeping:
    return Keeping(copies=Copies(file=str(file), **said))


def test_the_first_comes_at_a_start_the_next_after_a_while_and_the_last_at_a_stop(tmp_path: Path, journal: Path) -> None:
    file = tmp_path / "copies"

    async def work() -> tuple[int, int]:
        async with running(journal, to_file(file)) as going:
            await until(lambda: sizes(file, journal) == [0])
            await going.write()
            await going.looked()
            assert sizes(file, journal) == [0], "a minute has not passed"
            middle = await going.write()
            going.clock.seconds += 60
            await until(lambda: sizes(file, journal) == [0, middle])
            going.clock.seconds += 600
            await going.looked()
            assert sizes(file, journal) == [0, middle], "nothing is new"
            await going.journal.record(called(1))
        return middle, going.journal.next_seq - 1

    middle, last = asyncio.run(work())
    assert sizes(file, journal) == [0, middle, last]


def test_every_way_gets_it_and_says_so(tmp_path: Path, journal: Path) -> None:
    file, saved, address = tmp_path / "copies", tmp_path / "saved", str(tmp_path / "log")
    copies = Copies(every=1.0, file=str(file), to_syslog=True, command=saving(saved))

    async def work(listening: socket.socket) -> dict[str, Any]:
        async with running(journal, Keeping(copies=copies), syslog=address) as going:
            await until(lambda: [way["size"] for way in going.outlet.told()["copies"]] == [0, 0, 0])
            await going.write(3)
            going.clock.seconds += 1
            await until(lambda: all(way["size"] == 3 for way in going.outlet.told()["copies"]))
            return going.outlet.told()

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        told = asyncio.run(work(listening))
        listening.setblocking(False)
        said = b"".join(line + b"\n" for line in (listening.recv(8192), listening.recv(8192)))
    (tmp_path / "messages").write_bytes(said)
    assert sizes(file, journal) == sizes(saved, journal) == sizes(tmp_path / "messages", journal) == [0, 3]
    assert told["size"] == 3
    assert [way["to"] for way in told["copies"]] == [str(file), f"the system's log at {address}", sys.executable]
    assert [way["fault"] for way in told["copies"]] == ["", "", ""]


def test_a_way_that_fails_is_told_once_and_tried_again_until_it_works(tmp_path: Path, journal: Path) -> None:
    file = tmp_path / "disk" / "copies"

    async def work() -> list[str]:
        async with running(journal, to_file(file, every=3600.0)) as going:
            await until(lambda: bool(going.troubles()))
            for _ in range(3):
                going.clock.seconds += 60
                await going.looked()
            assert going.outlet.told()["copies"][0]["fault"]
            file.parent.mkdir()
            going.clock.seconds += 60
            await until(lambda: sizes(file, journal) == [0])
            await until(lambda: not going.outlet.told()["copies"][0]["fault"])
            return going.troubles()

    (trouble,) = asyncio.run(work())
    assert "no checkpoint is copied to" in trouble
    assert "No such file or directory" in trouble


def test_a_device_in_place_of_the_file_gets_nothing(journal: Path) -> None:
    async def work() -> str:
        async with running(journal, to_file(Path("/dev/null"))) as going:
            await until(lambda: bool(going.troubles()))
            return going.troubles()[0]

    assert "is not a plain file" in asyncio.run(work())


def test_a_program_that_fails_or_is_not_there_is_told(tmp_path: Path, journal: Path) -> None:
    async def work(*command: str) -> str:
        async with running(journal, Keeping(copies=Copies(command=command))) as going:
            await until(lambda: bool(going.troubles()))
            return going.troubles()[0]

    assert "it ended with status 3" in asyncio.run(work(sys.executable, "-c", "raise SystemExit(3)"))
    assert "can't be run" in asyncio.run(work("/nowhere/keep"))


def test_one_that_hangs_delays_neither_another_way_nor_an_entry_and_a_stop_only_so_long(
    tmp_path: Path, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet, "AT_A_STOP", 0.5)
    file = tmp_path / "copies"
    copies = Copies(every=1.0, file=str(file), command=(sys.executable, "-c", "import time; time.sleep(600)"))

    async def work() -> tuple[float, float]:
        async with running(journal, Keeping(copies=copies)) as going:
            await until(lambda: sizes(file, journal) == [0])
            begun = time.monotonic()
            written = await going.write(10)
            took = time.monotonic() - begun
            going.clock.seconds += 1
            await until(lambda: sizes(file, journal) == [0, written])
            begun = time.monotonic()
        assert any("was not copied within 0.5 s" in trouble for trouble in going.troubles())
        return took, time.monotonic() - begun

    took, stopped = asyncio.run(asyncio.wait_for(work(), 20))
    assert took < 2
    assert stopped < 5


def test_what_pod_yaml_says_anew_counts_at_the_next_look(tmp_path: Path, journal: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"

    async def work() -> None:
        async with running(journal, to_file(before)) as going:
            await until(lambda: sizes(before, journal) == [0])
            going.keeping = to_file(after)
            await until(lambda: sizes(after, journal) == [0])
            going.keeping = Keeping()
            await until(lambda: not going.outlet.told()["copies"])

    asyncio.run(work())
    assert sizes(before, journal) == [0], "what is not named any more gets none, at the stop neither"


def test_the_program_of_the_documentation_keeps_them_in_a_repository_that_is_elsewhere(tmp_path: Path, journal: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "journal.md").read_text()
    elsewhere, clone, program = tmp_path / "elsewhere.git", tmp_path / "clone", tmp_path / "keep-checkpoint"
    program.write_text("#!/bin/sh" + page.partition("#!/bin/sh")[2].partition("```")[0].replace("/srv/checkpoints", str(clone)))
    program.chmod(0o755)
    for command in (
        ("init", "--quiet", "--bare", str(elsewhere)),
        ("clone", "--quiet", str(elsewhere), str(clone)),
        ("-C", str(clone), "config", "user.name", "pod"),
        ("-C", str(clone), "config", "user.email", "pod@example.org"),
    ):
        subprocess.run(["git", *command], check=True, stderr=subprocess.DEVNULL)

    async def work() -> list[str]:
        async with running(journal, Keeping(copies=Copies(every=1.0, command=(str(program),)))) as going:
            await until(lambda: [way["size"] for way in going.outlet.told()["copies"]] == [0])
            await going.write()
        return going.troubles()

    assert asyncio.run(work()) == []
    kept = subprocess.run(["git", "-C", str(elsewhere), "show", "HEAD:checkpoints"], check=True, capture_output=True).stdout
    (tmp_path / "kept").write_bytes(kept)
    assert sizes(tmp_path / "kept", journal) == [0, 1]


# --- a witness ---------------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def witnessed(directory: Path, journal: Path) -> AsyncIterator[Running]:
    with witnessing(directory) as (url, key):
        keeping = Keeping(copies=Copies(every=1.0), witness=Witness(url=url, key=str(key)))
        async with running(journal, keeping) as going:
            known = journal / "log.vkey"
            (directory / "logs").write_text(known.read_text())
            yield going


def cosigned(journal: Path) -> Callable[[], int]:
    """The size of the newest cosigned checkpoint, -1 without one."""

    def look() -> int:
        descriptor = os.open(journal, os.O_RDONLY)
        try:
            key = read_log_key(descriptor)
            assert key is not None
            found = read_cosigned(descriptor, key)
        finally:
            os.close(descriptor)
        return -1 if found is None else found.checkpoint.size

    return look


def test_a_witness_s_signature_is_published_and_the_last_one_at_a_stop_too(tmp_path: Path, journal: Path) -> None:
    look = cosigned(journal)

    async def work() -> int:
        async with witnessed(tmp_path / "witness", journal) as going:
            size = await going.write(5)
            going.clock.seconds += 60
            await until(lambda: look() == size)
            await until(lambda: str(going.journal.sealed).count("\N{EM DASH} ") == 2)  # below the newest checkpoint, too
            await going.journal.record(called(1))
        return going.journal.next_seq - 1

    assert asyncio.run(work()) == look()


def test_a_witness_that_holds_another_history_is_told_as_an_attack_once(tmp_path: Path, journal: Path) -> None:
    directory, home = tmp_path / "witness", journal.parent

    async def grow(count: int) -> list[Event]:
        async with witnessed(directory, journal) as going:
            for _ in range(count):
                await going.write()
                going.clock.seconds += 60
                await going.looked()
            return going.told

    asyncio.run(grow(1))
    shutil.copytree(home, tmp_path / "older")
    assert not [event for event in asyncio.run(grow(3)) if event.error]
    shutil.rmtree(home)
    (tmp_path / "older").rename(home)
    (attack,) = [event for event in asyncio.run(grow(3)) if event.error and event.error.code == "witness_disagrees"]
    assert attack.kind is Kind.TROUBLE
    assert "the log is not what it was" in attack.message
    assert "has cosigned 4 entries of this log, and there are" in attack.message
