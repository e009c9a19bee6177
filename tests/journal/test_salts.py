"""Salts beside the log: each where its entry is, found again, erased for good, and never in the way of the log."""

from __future__ import annotations

import asyncio
import json
import shutil
import stat
from pathlib import Path

import pytest

from skillpod.errors import CommandInvalid, SaltGone
from skillpod.journal.entry import salted_hmac
from skillpod.journal.erasing import carry_out, finish, matches, plan
from skillpod.journal.retention import bodies, drop, keep_leaves
from skillpod.journal.salts import NONE, SIZE, Salts, fresh_salt
from skillpod.journal.segments import segment_numbers
from skillpod.journal.writer import JournalWriter
from skillpod.model.entry import Entry, Fact, Salted
from skillpod.model.selection import Selection
from tests.journal.writing import lines

EVERY = Selection(until=1e12)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "home" / "journal"


@pytest.fixture
def salts(tmp_path: Path) -> Path:
    return tmp_path / "home" / "salts"


def salted(number: int, *, skill: str = "bank", tool: str = "pay", actor: str = "owner") -> Entry:
    text = f'{{"n":{number}}}'
    return Entry(fact=Fact.CALL, skill=skill, tool=tool, actor=actor, arguments={"bytes": len(text), "hmac": Salted(text)})


def write(journal: Path, salts: Path, *entries: Entry, segment_bytes: int = 2**20, start: float = 1000.0) -> None:
    """One entry a second from ``start`` on, every third waited for."""
    clock = iter(range(10**6))

    async def work() -> None:
        writer = JournalWriter(
            journal, node="pod-1", epoch=lambda: start + next(clock), salts=salts, segment_bytes=segment_bytes, retry=0.02
        )
        await writer.open()
        try:
            for number, entry in enumerate(entries):
                if number % 3:
                    writer.note(entry)
                else:
                    await writer.record(entry)
        finally:
            await writer.close()

    asyncio.run(work())


def mixed(count: int) -> list[Entry]:
    return [salted(number) if number % 2 else Entry(fact=Fact.RESUMED, skill="bank") for number in range(count)]


def test_a_line_has_an_hmac_that_only_its_salt_shows(journal: Path, salts: Path) -> None:
    write(journal, salts, salted(7), salted(7))
    first, second = (line["arguments"]["hmac"] for line in lines(journal))
    assert first != second  # the same arguments under another salt
    assert first == salted_hmac('{"n":7}', Salts(salts).of(1, 0))
    assert b'{"n":7}' not in (journal / "000001.jsonl").read_bytes().replace(b"\\", b"")


def test_a_salt_is_found_where_its_entry_is_in_whatever_segment_and_after_every_restart(journal: Path, salts: Path) -> None:
    for _ in range(3):
        write(journal, salts, *mixed(20), segment_bytes=1500)
    assert len(list(journal.glob("*.jsonl"))) > 3
    for line in lines(journal):
        if line["fact"] == "call":
            number = next(
                n
                for n in range(20)
                if line["arguments"]["bytes"] == len(f'{{"n":{n}}}') and matches(journal, salts, line["seq"], f'{{"n":{n}}}')
            )
            assert number % 2


def test_who_is_not_the_owner_reads_no_salt(journal: Path, salts: Path) -> None:
    write(journal, salts, salted(1))
    assert stat.S_IMODE(salts.stat().st_mode) == 0o700
    assert stat.S_IMODE((salts / "000001.salts").stat().st_mode) == 0o600
    assert not list(journal.glob("*.salts"))


def test_an_entry_without_an_hmac_has_no_salt() -> None:
    assert fresh_salt(Entry(fact=Fact.RESUMED)) == fresh_salt(Entry(fact=Fact.CALL, arguments={"bytes": 3})) == NONE
    assert fresh_salt(salted(1)) != fresh_salt(salted(1)) != NONE


def test_salts_that_can_not_be_kept_do_not_keep_the_log_from_being_written(journal: Path, salts: Path) -> None:
    salts.parent.mkdir()
    salts.write_text("a file where the directory should be")
    write(journal, salts, salted(1), salted(2))
    assert [line["arguments"]["bytes"] for line in lines(journal)] == [7, 7]


def test_a_journal_without_a_place_for_salts_keeps_hmacs_that_nobody_can_try(journal: Path, tmp_path: Path) -> None:
    async def work() -> None:
        writer = JournalWriter(journal, node="pod-1", epoch=lambda: 1.0)
        await writer.open()
        await writer.record(salted(1))
        await writer.close()

    asyncio.run(work())
    with pytest.raises(SaltGone):
        matches(journal, tmp_path / "nowhere", 1, '{"n":1}')


def test_whether_a_call_had_these_arguments_is_told_as_long_as_there_is_a_salt(journal: Path, salts: Path) -> None:
    write(journal, salts, *mixed(6))
    assert matches(journal, salts, 2, '{"n":1}')
    assert not matches(journal, salts, 2, '{"n":2}')
    with pytest.raises(CommandInvalid, match="no entry 1 with arguments"):
        matches(journal, salts, 1, "{}")
    with pytest.raises(CommandInvalid, match="no entry 99"):
        matches(journal, salts, 99, "{}")
    shutil.rmtree(salts)
    with pytest.raises(SaltGone, match="entry 2 is gone"):
        matches(journal, salts, 2, '{"n":1}')


@pytest.mark.parametrize(
    ("selection", "gone"),
    [
        (EVERY, {1, 2, 3, 4}),
        (Selection(skill="bank"), {1, 2, 4}),
        (Selection(tool="other__look"), {3}),
        (Selection(tool="pay"), {1, 2, 4}),
        (Selection(actor="jane"), {2, 3}),
        (Selection(since=1002.0), {3, 4}),
        (Selection(until=1002.0), {1, 2}),
        (Selection(entries=frozenset({1, 4, 99})), {1, 4}),
        (Selection(skill="bank", actor="jane", entries=frozenset({2, 3})), {2}),
        (Selection(), set()),
        (Selection(skill="nothing"), set()),
    ],
)
def test_only_the_salts_that_are_meant_are_erased(journal: Path, salts: Path, selection: Selection, gone: set[int]) -> None:
    write(journal, salts, salted(1), salted(2, actor="jane"), salted(3, skill="other", tool="look", actor="jane"), salted(4))
    before = (journal / "000001.jsonl").read_bytes()
    erasure = plan(journal, salts, selection)
    carry_out(erasure, salts)
    left = [Salts(salts).of(1, place) for place in range(4)]
    assert {place + 1 for place, salt in enumerate(left) if salt == NONE} == gone
    assert erasure.count == len(gone)
    assert (journal / "000001.jsonl").read_bytes() == before
    assert plan(journal, salts, selection).count == 0  # there is nothing to erase twice


def test_salts_are_erased_in_every_segment_and_the_file_keeps_its_size(journal: Path, salts: Path) -> None:
    write(journal, salts, *mixed(40), segment_bytes=1500)
    sizes = {path.name: path.stat().st_size for path in salts.iterdir()}
    erasure = plan(journal, salts, EVERY)
    assert erasure.count == 20
    carry_out(erasure, salts)
    assert {path.name: path.stat().st_size for path in salts.iterdir()} == sizes
    assert not any(any(path.read_bytes()) for path in salts.iterdir())


def test_what_the_log_says_of_an_erasure_is_who_how_many_and_of_what(journal: Path, salts: Path) -> None:
    write(journal, salts, salted(1), salted(2))
    entry = plan(journal, salts, Selection(skill="bank", entries=frozenset({2}))).entry("jane", ("admin",), "she asked for it")
    assert (entry.fact, entry.actor, entry.reason) == (Fact.LOG_ERASED, "jane", "she asked for it")
    assert json.loads(json.dumps(dict(entry.details))) == {"salts": 1, "of": {"skill": "bank", "entries": [2]}, "roles": ["admin"]}


def test_the_salts_of_a_segment_go_with_it(journal: Path, salts: Path) -> None:
    write(journal, salts, *mixed(40), segment_bytes=1500)
    kept = Salts(salts)
    kept.drop(1)
    kept.drop(1)
    assert kept.of(1, 1) == NONE
    assert kept.of(2, 0) + kept.of(2, 1) != NONE + NONE


def test_a_salt_file_that_is_a_link_is_not_followed(journal: Path, salts: Path, tmp_path: Path) -> None:
    salts.mkdir(parents=True)
    (tmp_path / "elsewhere").write_bytes(b"")
    (salts / "000001.salts").symlink_to(tmp_path / "elsewhere")
    write(journal, salts, salted(1))
    assert (tmp_path / "elsewhere").read_bytes() == b""


def test_a_salt_that_was_written_in_part_is_none(salts: Path) -> None:
    salts.mkdir(parents=True)
    (salts / "000001.salts").write_bytes(bytes(range(SIZE + 3)))
    assert Salts(salts).of(1, 0) == bytes(range(SIZE))
    assert Salts(salts).of(1, 1) == NONE


def test_erasing_goes_on_where_retention_takes_a_segment_meanwhile(journal: Path, salts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(journal, salts, *mixed(40), segment_bytes=1500)
    bodies_ = bodies(journal)
    assert len(bodies_) > 3
    erasure = plan(journal, salts, EVERY)

    def listed(directory: int) -> list[int]:
        numbers = segment_numbers(directory)
        keep_leaves(journal, bodies_[1])
        drop(journal, bodies_[1])  # between the look at the directory and the segment's turn
        return numbers

    keep_leaves(journal, bodies_[0])
    drop(journal, bodies_[0])
    monkeypatch.setattr("skillpod.journal.erasing.segment_numbers", listed)
    assert plan(journal, salts, EVERY).count == erasure.count - len(erasure.places[1]) - len(erasure.places[2])
    carry_out(erasure, salts)
    assert not any(Salts(salts).of(number, at) != NONE for number, places in erasure.places.items() for at in places)


def test_more_entries_than_the_log_can_name_are_not_erased_at_once(journal: Path, salts: Path) -> None:
    write(journal, salts, salted(1))
    with pytest.raises(CommandInvalid, match="1000 is the most"):
        plan(journal, salts, Selection(entries=frozenset(range(1, 1002))))


def test_salts_that_the_log_says_are_erased_are_erased_after_a_kill(journal: Path, salts: Path) -> None:
    erased = Entry(fact=Fact.LOG_ERASED, actor="jane", details={"salts": 2, "of": Selection(skill="bank").as_dict()})
    old = Entry(fact=Fact.LOG_ERASED, actor="jane", details={"salts": 1, "of": Selection(skill="shop").as_dict()})
    write(journal, salts, salted(1, skill="shop"), old, Entry(fact=Fact.POD_STARTED))
    write(journal, salts, salted(2), salted(3, skill="shop"), erased, salted(4), start=2000)  # and killed before it was done
    finish(journal, salts)
    left = [Salts(salts).of(1, at) != NONE for at in range(7)]
    assert left == [True, False, False, False, True, False, True]  # not what was called since, nor what was done in an earlier run
