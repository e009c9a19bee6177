"""A disk that says no: who waits is told, what nobody waits for is kept, and the log goes on whole when it says yes again."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from skillpod.errors import JournalUnwritable
from skillpod.journal import head
from skillpod.journal.replay import read
from skillpod.journal.writer import JournalWriter
from skillpod.model.entry import Entry, Fact
from tests.journal.writing import called, can_write, fill, lines, opened, until
from tests.support.disks import small_filesystem, use_up

_LIMIT = 100_000


@contextmanager
def _files_end_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes (EFBIG: Python ignores SIGXFSZ)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _large(number: int) -> Entry:
    return called(number, reason="r" * 5000)


async def _fill_up(writer: JournalWriter) -> int:
    """Records until one is refused; how many were not."""
    for number in range(1, 10_000):
        try:
            await writer.record(_large(number))
        except JournalUnwritable:
            return number - 1
    raise AssertionError("the disk never was full")


def test_a_record_that_does_not_fit_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path / "journal") as writer:
            with _files_end_at(_LIMIT):
                written = await _fill_up(writer)
                assert written == len(lines(tmp_path / "journal"))
                with pytest.raises(JournalUnwritable) as caught:
                    writer.require()
                assert "ulimit" in caught.value.hint
                with pytest.raises(JournalUnwritable):
                    await writer.record(called(1))
                with pytest.raises(JournalUnwritable):
                    writer.note(called(1))

    asyncio.run(work())


def test_what_was_marked_meanwhile_is_written_when_there_is_room_again(tmp_path: Path) -> None:
    journal = tmp_path / "journal"

    async def work() -> tuple[int, int]:
        async with opened(journal) as writer:
            with _files_end_at(_LIMIT):
                written = await _fill_up(writer)
                for number in range(3):
                    writer.mark(Entry(fact=Fact.UNMOUNTED, skill=f"s{number}", reason="r" * 5000))
            await until(lambda: can_write(writer))
            return written, await writer.record(called(7))

    written, last = asyncio.run(work())
    found = list(read(journal))
    assert [recorded.seq for recorded in found] == list(range(1, last + 1))
    assert [recorded.entry.fact for recorded in found[written:]] == [Fact.WITHDRAWN, *[Fact.UNMOUNTED] * 3, Fact.CALL]
    assert [recorded.entry.skill for recorded in found[written + 1 : -1]] == ["s0", "s1", "s2"]


def test_a_refused_record_leaves_its_number_to_an_entry_that_says_so(tmp_path: Path) -> None:
    journal = tmp_path / "journal"

    async def work() -> int:
        async with opened(journal) as writer:
            with _files_end_at(_LIMIT):
                written = await _fill_up(writer)
                assert writer.next_seq == written + 2
            await until(lambda: can_write(writer))
            return written

    written = asyncio.run(work())
    withdrawn = list(read(journal))[written]
    assert withdrawn.entry.fact is Fact.WITHDRAWN
    assert withdrawn.entry.error["code"] == "journal_unwritable"
    assert "can't be written" in withdrawn.entry.reason


def test_notes_that_were_accepted_are_kept_and_who_waits_behind_them_is_told(tmp_path: Path) -> None:
    journal = tmp_path / "journal"

    async def work() -> None:
        async with opened(journal) as writer:
            with _files_end_at(1000):
                for number in range(1, 21):
                    writer.note(called(number))
                results = await asyncio.gather(*(writer.record(called(number)) for number in range(21, 24)), return_exceptions=True)
                assert [type(result) for result in results] == [JournalUnwritable] * 3
            await until(lambda: can_write(writer))

    asyncio.run(work())
    found = list(read(journal))
    assert [recorded.entry.generation for recorded in found[:20]] == list(range(1, 21))
    assert [recorded.entry.fact for recorded in found[20:]] == [Fact.WITHDRAWN] * 3


def test_a_rotation_that_finds_no_room_is_made_good(tmp_path: Path) -> None:
    journal = tmp_path / "journal"

    async def work() -> None:
        async with opened(journal, segment_bytes=4000) as writer:
            await writer.record(_large(1))
            with _files_end_at(10):
                with pytest.raises(JournalUnwritable):
                    await writer.record(_large(2))
                with pytest.raises(JournalUnwritable):
                    await writer.record(_large(3))
            await until(lambda: can_write(writer))
            await writer.record(_large(4))

    asyncio.run(work())
    assert [line["seq"] for line in lines(journal)] == [1, 2, 3]


def test_an_earlier_checkpoint_that_finds_no_room_is_not_left_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came after a half one could not be told from it, and the next start would take it for an attack."""
    journal = tmp_path / "journal"
    monkeypatch.setattr(head, "KEPT_EVERY", 1)

    async def work() -> None:
        async with opened(journal) as writer:
            for number in range(40):
                await writer.record(called(number))
                await writer.seal()
            whole = (journal / "checkpoints").stat().st_size
            assert whole > (journal / "000001.jsonl").stat().st_size + 500
            with _files_end_at(whole + 100):
                await writer.record(called(41))
                await writer.seal()
                assert (journal / "checkpoints").stat().st_size == whole
            await writer.record(called(42))

    asyncio.run(work())
    fill(journal, 1)


def test_closing_says_how_much_is_lost_when_there_never_is_room_again(tmp_path: Path) -> None:
    async def work() -> None:
        with ExitStack() as full:
            async with opened(tmp_path / "journal") as writer:
                full.enter_context(_files_end_at(10))
                await _fill_up(writer)
                writer.mark(called(2))

    with pytest.raises(JournalUnwritable, match="2 journal entries could not be written and are lost"):
        asyncio.run(work())


def test_a_disk_that_falls_too_far_behind_stops_calls_until_it_has_caught_up(tmp_path: Path) -> None:
    async def work() -> None:
        writer = JournalWriter(tmp_path / "journal", node="n", epoch=lambda: 1.0, backlog=40)
        await writer.open()
        for number in range(1, 33):
            writer.note(called(number))
        recording = asyncio.ensure_future(writer.record(called(33)))
        await asyncio.sleep(0)  # the first 33 are on their way to the disk
        for number in range(34, 34 + 40):
            writer.note(called(number))
        with pytest.raises(JournalUnwritable, match="40 entries wait"):
            writer.note(called(0))
        with pytest.raises(JournalUnwritable, match="40 entries wait"):
            await writer.record(called(0))
        writer.mark(called(74))
        await until(lambda: can_write(writer))
        await writer.record(called(75))
        await recording
        await writer.close()

    asyncio.run(work())
    assert [line["generation"] for line in lines(tmp_path / "journal")] == list(range(1, 76))


def test_each_who_waits_gets_an_error_of_its_own(tmp_path: Path) -> None:
    async def work() -> tuple[BaseException | int, BaseException | int]:
        async with opened(tmp_path / "journal") as writer:
            with _files_end_at(10):
                return await asyncio.gather(writer.record(called(1)), writer.record(called(2)), return_exceptions=True)

    first, second = asyncio.run(work())
    assert isinstance(first, JournalUnwritable)
    assert first is not second


def test_a_really_full_filesystem_stops_the_log_and_room_lets_it_go_on(tmp_path: Path) -> None:
    async def work(home: Path) -> None:
        ballast = home / "ballast"
        async with opened(home / "journal") as writer:
            await writer.record(called(1))
            use_up(ballast)
            await _fill_up(writer)
            with pytest.raises(JournalUnwritable, match="No space left") as caught:
                writer.require()
            assert "free space" in caught.value.hint
            writer.mark(Entry(fact=Fact.UNMOUNTED, skill="scan"))
            ballast.unlink()
            await until(lambda: can_write(writer))
            last = await writer.record(_large(2))
        found = list(read(home / "journal"))
        assert [recorded.seq for recorded in found] == list(range(1, last + 1))
        assert {Fact.WITHDRAWN, Fact.UNMOUNTED} <= {recorded.entry.fact for recorded in found}

    with small_filesystem(tmp_path / "home", "256k") as home:
        asyncio.run(work(home))
