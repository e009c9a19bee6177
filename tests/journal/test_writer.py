"""The writer: one order, durable when it says so, nothing lost, nothing half written."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from skillpod.errors import JournalCorrupt, JournalUnwritable
from skillpod.journal.entry import encode
from skillpod.journal.replay import read
from skillpod.journal.tree.merkle import leaf_hash
from skillpod.model.entry import Entry, Fact
from tests.journal.writing import called, fill, lines, opened, segments


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "home" / "journal"


def test_a_record_is_on_the_disk_when_its_number_is_known(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            assert writer.next_seq == 1
            assert await writer.record(called(5)) == 1
            assert [line["generation"] for line in lines(journal)] == [5]
            assert writer.next_seq == 2

    asyncio.run(work())


def test_a_note_is_on_the_disk_soon_without_anybody_waiting(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            writer.note(called(1))
            async with asyncio.timeout(5):
                while not lines(journal):
                    await asyncio.sleep(0.002)

    asyncio.run(work())


def test_ten_thousand_notes_all_arrive_in_order(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            for number in range(10_000):
                writer.note(called(number))
                if number % 100 == 0:
                    await asyncio.sleep(0)

    asyncio.run(work())
    found = lines(journal)
    assert [line["seq"] for line in found] == list(range(1, 10_001))
    assert [line["generation"] for line in found[1:]] == list(range(1, 10_000))


def test_what_is_handed_in_in_any_way_stands_in_the_order_it_was_handed_in(journal: Path) -> None:
    async def work() -> list[int]:
        async with opened(journal) as writer:
            waiting = []
            for number in range(1, 301):
                kind = number % 3
                if kind == 0:
                    waiting.append(asyncio.ensure_future(writer.record(called(number))))
                    await asyncio.sleep(0)
                elif kind == 1:
                    writer.note(called(number))
                else:
                    writer.mark(called(number))
            return await asyncio.gather(*waiting)

    given = asyncio.run(work())
    found = lines(journal)
    assert [(line["seq"], line["generation"]) for line in found] == [(number, number) for number in range(1, 301)]
    assert given == list(range(3, 301, 3))


def _writes() -> int:
    return int(Path("/proc/self/io").read_text().split("syscw: ")[1].split()[0])


@pytest.mark.skipif(not os.access("/proc/self/io", os.R_OK), reason="the kernel does not count this process's writes")
def test_those_who_wait_at_once_share_a_write_and_a_sync(journal: Path) -> None:
    async def work() -> int:
        async with opened(journal) as writer:
            before = _writes()
            await asyncio.gather(*(writer.record(called(number)) for number in range(500)))
            return _writes() - before

    assert asyncio.run(work()) <= 10
    assert len(lines(journal)) == 500


def test_a_waiter_who_goes_away_takes_nothing_along(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            gone = asyncio.ensure_future(writer.record(called(1)))
            await asyncio.sleep(0)
            gone.cancel()
            assert await writer.record(called(2)) == 2

    asyncio.run(work())
    assert [line["generation"] for line in lines(journal)] == [1, 2]


def test_closing_writes_what_was_only_noted(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            for number in range(1, 8):
                writer.note(called(number))

    asyncio.run(work())
    assert len(lines(journal)) == 7


def test_after_closing_there_is_no_writing(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            pass
        await writer.close()
        with pytest.raises(JournalUnwritable, match="closed"):
            writer.note(called(1))
        with pytest.raises(JournalUnwritable, match="closed"):
            await writer.record(called(1))
        writer.mark(called(1))

    asyncio.run(work())
    assert lines(journal) == []


def test_what_is_marked_before_opening_is_written_after(journal: Path) -> None:
    from skillpod.journal.writer import JournalWriter

    async def work() -> None:
        writer = JournalWriter(journal, node="n", epoch=lambda: 1.0)
        with pytest.raises(JournalUnwritable, match="not open"):
            writer.require()
        writer.mark(called(1))
        await writer.open()
        await writer.record(called(2))
        await writer.close()

    asyncio.run(work())
    assert [(line["seq"], line["generation"]) for line in lines(journal)] == [(1, 1), (2, 2)]


def test_the_log_goes_on_where_it_ended(journal: Path) -> None:
    fill(journal, 30)
    fill(journal, 30)
    assert [line["seq"] for line in lines(journal)] == list(range(1, len(lines(journal)) + 1))
    assert len(segments(journal)) == 1


def test_a_full_segment_is_followed_by_the_next(journal: Path) -> None:
    fill(journal, 200, segment_bytes=2000)
    fill(journal, 200, segment_bytes=2000)
    assert len(segments(journal)) > 5
    assert [segment.name for segment in segments(journal)][:2] == ["000001.jsonl", "000002.jsonl"]
    assert all(segment.stat().st_size >= 2000 for segment in segments(journal)[:-1])
    assert [line["seq"] for line in lines(journal)] == list(range(1, 421))


def test_a_segment_that_was_made_and_never_written_is_taken_over(journal: Path) -> None:
    fill(journal, 20)
    (journal / "000002.jsonl").touch()
    fill(journal, 1)
    assert (journal / "000002.jsonl").read_bytes().startswith(b'{"v":1,"seq":22,')


def test_the_journal_is_its_owners_only(journal: Path) -> None:
    before = os.umask(0)
    try:
        fill(journal, 3)
    finally:
        os.umask(before)
    assert stat.S_IMODE(journal.stat().st_mode) == 0o700
    assert stat.S_IMODE(segments(journal)[0].stat().st_mode) == 0o600


def test_a_directory_that_others_could_read_is_closed_to_them(journal: Path) -> None:
    journal.mkdir(parents=True, mode=0o755)
    fill(journal, 1)
    assert stat.S_IMODE(journal.stat().st_mode) == 0o700


# --- what a start finds ----------------------------------------------------------------------------------------------------------


def test_a_torn_tail_is_cut_wherever_it_tore_and_kept_as_evidence(journal: Path) -> None:
    fill(journal, 2)
    segment = segments(journal)[0]
    start = segment.stat().st_size
    whole = segment.read_bytes() + encode(called(3), seq=3, ts=1.0, node="pod-1")
    for cut in range(start + 1, len(whole)):
        segment.write_bytes(whole[:cut])
        fill(journal, 0)
        assert segment.read_bytes() == whole[:start]
        evidence = journal / f"{segment.name}.{start}.torn"
        assert evidence.read_bytes() == whole[start:cut]
        assert stat.S_IMODE(evidence.stat().st_mode) == 0o600
    fill(journal, 1)
    assert [line["seq"] for line in lines(journal)] == [1, 2, 3]


def test_a_tail_of_zeros_as_a_power_cut_leaves_it_is_cut(journal: Path) -> None:
    fill(journal, 3)
    with segments(journal)[0].open("ab") as segment:
        segment.write(bytes(5000))
    fill(journal, 1)
    assert [line["seq"] for line in lines(journal)] == [1, 2, 3, 4]


def _spoil(journal: Path, number: int, change: tuple[bytes, bytes] | bytes) -> None:
    """Change the line of an entry, or put other bytes in its place."""
    segment = segments(journal)[-1]
    found = segment.read_bytes().splitlines(keepends=True)
    found[number] = found[number].replace(*change) if isinstance(change, tuple) else change
    segment.write_bytes(b"".join(found))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((b'"seq":3', b'"seq":4'), "entry 3 was changed"),
        ((b'"outcome":"ok"', b'"outcome":"no"'), "entry 3 was changed"),
        (b"", "entry 3 is missing: entry 4 stands in that place"),
        (b"garbage\n", "entry 3 was changed"),
        (b"\n", "entry 3 was changed"),
        ((b'"v":1', b'"v":2'), "entry 3 was changed"),
        ((b'"fact":"call"', b'"fact":"dream"'), "entry 3 was changed"),
    ],
)
def test_a_start_refuses_a_spoiled_line_and_names_it(journal: Path, change: tuple[bytes, bytes] | bytes, message: str) -> None:
    fill(journal, 6)
    _spoil(journal, 2, change)
    before = segments(journal)[0].read_bytes()
    with pytest.raises(JournalCorrupt, match=message) as caught:
        fill(journal, 1)
    assert caught.value.at == "000001.jsonl:3"
    assert caught.value.hint
    assert segments(journal)[0].read_bytes() == before


def test_a_log_must_begin_with_its_first_entry(journal: Path) -> None:
    fill(journal, 6)
    _spoil(journal, 0, b"")
    with pytest.raises(JournalCorrupt, match="entry 1 is missing"):
        fill(journal, 1)


def test_a_segment_must_go_on_where_the_one_before_ended(journal: Path) -> None:
    fill(journal, 60, segment_bytes=2000)
    _spoil(journal, 0, b"")
    with pytest.raises(JournalCorrupt, match="entry 43 is missing") as caught:
        fill(journal, 1)
    assert caught.value.at == f"{segments(journal)[-1].name}:1"


def test_a_missing_segment_is_named(journal: Path) -> None:
    fill(journal, 100, segment_bytes=2000)
    (journal / "000002.jsonl").unlink()
    with pytest.raises(JournalCorrupt, match=r"000002\.jsonl is missing"):
        fill(journal, 1)


def test_segments_before_the_first_that_is_there_are_missing_unless_their_leaves_stand_for_them(journal: Path) -> None:
    fill(journal, 100, segment_bytes=2000)
    last = lines(journal)[-1]["seq"]
    for segment in segments(journal)[:-1]:
        leaves = [leaf_hash(line) for line in segment.read_bytes().splitlines(keepends=True)]
        segment.unlink()
        with pytest.raises(JournalCorrupt, match=f"{segment.stem}.jsonl is missing"):
            fill(journal, 1)
        segment.with_suffix(".leaves").write_bytes(b"".join(leaves))
    with pytest.raises(JournalCorrupt, match="no entry says that they were dropped"):
        fill(journal, 1)
    assert lines(journal)[-1]["seq"] == last


def test_a_line_longer_than_any_entry_is_refused_without_being_read_whole(journal: Path) -> None:
    fill(journal, 2)
    with segments(journal)[0].open("ab") as segment:
        segment.write(b"x" * 200_000 + b"\n")
    with pytest.raises(JournalCorrupt, match="longer than"):
        fill(journal, 1)


def test_links_are_not_followed(journal: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    journal.parent.mkdir()
    journal.symlink_to(elsewhere)
    with pytest.raises(JournalUnwritable) as caught:
        fill(journal, 1)
    assert caught.value.hint
    journal.unlink()
    journal.mkdir()
    target = tmp_path / "target"
    target.touch()
    (journal / "000001.jsonl").symlink_to(target)
    with pytest.raises(JournalCorrupt, match="not a plain file"):
        fill(journal, 1)
    assert target.read_bytes() == b""


def test_a_pipe_in_the_place_of_a_segment_is_refused_at_once(journal: Path) -> None:
    journal.mkdir(parents=True)
    os.mkfifo(journal / "000001.jsonl")
    with pytest.raises(JournalCorrupt, match="not a plain file"):
        fill(journal, 1)


# --- two writers, a removed log, kill -9 -----------------------------------------------------------------------------------------


def test_a_second_writer_is_noticed_and_its_lines_are_not_touched(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as first:
            await first.record(called(1))
            async with opened(journal) as second:
                await second.record(called(2))
            with pytest.raises(JournalUnwritable, match="somebody else"):
                await first.record(called(3))

    with pytest.raises(JournalUnwritable, match="could not be written"):
        asyncio.run(work())
    assert [line["generation"] for line in lines(journal)] == [1, 2]


def test_a_log_that_was_removed_under_the_pod_is_noticed(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            await writer.record(called(1))
            segments(journal)[0].unlink()
            with pytest.raises(JournalUnwritable, match="removed"):
                await writer.record(called(2))
            with pytest.raises(JournalUnwritable, match="removed"):
                writer.require()

    with pytest.raises(JournalUnwritable, match="lost"):
        asyncio.run(work())


_VICTIM = """
import asyncio, sys, time
from pathlib import Path
from skillpod.journal.writer import JournalWriter
from skillpod.model.entry import Entry, Fact

async def one(writer, name):
    while True:
        for _ in range(3):
            writer.note(Entry(fact=Fact.CALL, skill=name))
        seq = await writer.record(Entry(fact=Fact.DECIDED, skill=name, reason="r" * 3000))
        sys.stdout.write(f"{seq}\\n")
        sys.stdout.flush()

async def main():
    writer = JournalWriter(Path(sys.argv[1]), node="victim", epoch=time.time, segment_bytes=100_000)
    await writer.open()
    await asyncio.gather(*(one(writer, f"s{n}") for n in range(4)))

asyncio.run(main())
"""


def test_what_was_acknowledged_before_a_kill_is_there_after_it(journal: Path) -> None:
    chance = random.Random(2)
    for _ in range(8):
        victim = subprocess.Popen([sys.executable, "-c", _VICTIM, str(journal)], stdout=subprocess.PIPE)
        assert victim.stdout is not None
        acknowledged = [int(victim.stdout.readline()) for _ in range(chance.randint(1, 150))]
        victim.send_signal(signal.SIGKILL)
        rest = victim.stdout.read().splitlines(keepends=True)
        victim.wait(10)
        victim.stdout.close()
        acknowledged += [int(line) for line in rest if line.endswith(b"\n")]
        fill(journal, 0)
        found = {recorded.seq: recorded.entry for recorded in read(journal)}
        assert sorted(found) == list(range(1, len(found) + 1))
        assert all(found[seq].fact is Fact.DECIDED for seq in acknowledged)


def test_an_entry_that_can_not_be_encoded_is_refused_and_takes_no_number(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            with pytest.raises(JournalUnwritable, match="not JSON"):
                await writer.record(Entry(fact=Fact.DESIRED, details={"desired": {"odd": object()}}))
            assert await writer.record(called(1)) == 1

    asyncio.run(work())
