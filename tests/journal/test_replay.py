"""The journal read back: all of it in order, from any entry on, or the newest that answer a question."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import JournalCorrupt, PathUnusable
from skillpod.journal.entry import Recorded, encode
from skillpod.journal.replay import Query, newest, read
from skillpod.model.entry import Entry, Fact
from tests.journal.writing import fill, segments

COUNT = 420


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Entries 1 to 420 in many segments."""
    directory = tmp_path_factory.mktemp("home") / "journal"
    fill(directory, 400, segment_bytes=8000)
    assert len(segments(directory)) > 5
    return directory


def _write(directory: Path, entries: list[Entry], *, per_segment: int = 1000, ts: float = 1_000_000.0) -> Path:
    """A journal of these entries, a second apart."""
    directory.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(entries), per_segment):
        chunk = enumerate(entries[start : start + per_segment], start + 1)
        text = b"".join(encode(entry, seq=seq, ts=ts + seq, node="n") for seq, entry in chunk)
        (directory / f"{start // per_segment + 1:06d}.jsonl").write_bytes(text)
    return directory


def test_every_entry_is_read_in_order(journal: Path) -> None:
    assert [recorded.seq for recorded in read(journal)] == list(range(1, COUNT + 1))


@given(after=st.integers(0, COUNT + 5))
@settings(max_examples=60, deadline=None)
def test_reading_goes_on_after_any_entry(journal: Path, after: int) -> None:
    assert [recorded.seq for recorded in read(journal, after=after)] == list(range(after + 1, COUNT + 1))


def test_a_long_segment_is_entered_where_the_question_begins(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL, reason="r" * 300)] * 5000, per_segment=5000)
    segment = journal / "000001.jsonl"
    assert segment.stat().st_size > 1_500_000
    text = segment.read_bytes()
    segment.write_bytes(text[:2000].replace(b'"fact":"call"', b'"fact":"lost"') + text[2000:])
    for after in (0, 1):
        with pytest.raises(JournalCorrupt):
            list(read(journal, after=after))
    for after in (2500, 4990, 4999, 5000):
        assert [recorded.seq for recorded in read(journal, after=after)] == list(range(after + 1, 5001))


def test_no_journal_holds_no_entries(tmp_path: Path) -> None:
    assert list(read(tmp_path / "nowhere")) == []
    assert newest(tmp_path / "nowhere", 5) == []
    (tmp_path / "empty").mkdir()
    assert list(read(tmp_path / "empty")) == []


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 5)
    segment = journal / "000001.jsonl"
    whole = segment.read_bytes()
    for cut in range(1, len(whole.splitlines(keepends=True)[-1])):
        segment.write_bytes(whole[:-cut])
        assert [recorded.seq for recorded in read(journal)] == [1, 2, 3, 4]
        assert [recorded.seq for recorded in newest(journal, 9)] == [1, 2, 3, 4]


def test_other_files_beside_the_segments_are_left_alone(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 2)
    for name in ("000001.jsonl.12.torn", "notes.txt", "000009.json", "1.jsonl"):
        (journal / name).write_bytes(b"anything")
    assert len(list(read(journal))) == 2


def _spoil(journal: Path, segment: str, old: bytes, new: bytes) -> None:
    path = journal / segment
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))


@pytest.mark.parametrize(
    ("segment", "old", "new", "at", "message"),
    [
        ("000001.jsonl", b'"seq":7,', b'"seq":8,', "000001.jsonl:7", "entry 7 should stand here, 8 does"),
        ("000001.jsonl", b'"seq":1,', b'"seq":9,', "000001.jsonl:1", "entry 1 should stand here, 9 does"),
        ("000002.jsonl", b'"seq":11,', b'"seq":12,', "000002.jsonl:1", "entry 11 should stand here, 12 does"),
        ("000002.jsonl", b'{"v":1,"seq":13,', b'["v",1,"seq",13,', "000002.jsonl:3", "not a JSON line"),
        ("000003.jsonl", b'"generation":25}', b'"generation":""}', "000003.jsonl:5", "generation: expected int"),
    ],
)
def test_what_can_not_be_trusted_is_named_by_segment_and_line(
    tmp_path: Path, segment: str, old: bytes, new: bytes, at: str, message: str
) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL, generation=n, skill="s") for n in range(1, 31)], per_segment=10)
    _spoil(journal, segment, old, new)
    with pytest.raises(JournalCorrupt, match=message) as caught:
        list(read(journal))
    assert caught.value.at == at
    assert caught.value.hint


def test_a_finished_segment_must_end_with_a_line(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 20, per_segment=10)
    first = journal / "000001.jsonl"
    first.write_bytes(first.read_bytes()[:-5])
    with pytest.raises(JournalCorrupt, match="in the middle of a line") as caught:
        list(read(journal))
    assert caught.value.at == "000001.jsonl:10"


def test_a_missing_segment_is_named(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 30, per_segment=10)
    (journal / "000002.jsonl").unlink()
    with pytest.raises(JournalCorrupt, match=r"000002\.jsonl is missing"):
        list(read(journal))


def test_older_segments_may_have_been_dropped(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 30, per_segment=10)
    (journal / "000001.jsonl").unlink()
    (journal / "000001.leaves").write_bytes(bytes(10 * 32))
    assert [recorded.seq for recorded in read(journal)] == list(range(11, 31))
    assert [recorded.seq for recorded in read(journal, after=15)] == list(range(16, 31))


def test_a_journal_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    _write(tmp_path / "real", [Entry(fact=Fact.CALL)])
    (tmp_path / "journal").symlink_to(tmp_path / "real")
    with pytest.raises(PathUnusable):
        list(read(tmp_path / "journal"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_journal_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir(mode=0)
    with pytest.raises(PathUnusable):
        list(read(tmp_path / "journal"))


def test_stopping_early_lets_go_of_the_files(journal: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    entries = read(journal)
    next(entries)
    entries.close()  # type: ignore[attr-defined]  # a generator is an Iterator that can be closed
    assert len(os.listdir("/proc/self/fd")) == before


# --- the newest ------------------------------------------------------------------------------------------------------------------


def test_the_newest_come_oldest_first(journal: Path) -> None:
    assert [recorded.seq for recorded in newest(journal, 5)] == list(range(COUNT - 4, COUNT + 1))
    assert [recorded.seq for recorded in newest(journal, 10_000)] == list(range(1, COUNT + 1))
    assert newest(journal, 0) == []


def test_the_newest_of_a_long_segment_are_found_without_reading_it_whole(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL, reason="r" * 300)] * 5000, per_segment=5000)
    segment = journal / "000001.jsonl"
    text = segment.read_bytes()
    segment.write_bytes(b"x" * 1000 + text[1000:])
    assert [recorded.seq for recorded in newest(journal, 100)] == list(range(4901, 5001))
    assert [recorded.seq for recorded in newest(journal, 1500)] == list(range(3501, 5001))


@given(sizes=st.lists(st.integers(0, 60_000), min_size=1, max_size=30), data=st.data())
@settings(max_examples=40, deadline=None)
def test_lines_of_any_length_are_read_backwards_as_forwards(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], data: st.DataObject
) -> None:
    entries = [Entry(fact=Fact.CALL, details={"x": "x" * size}) for size in sizes]
    journal = _write(tmp_path_factory.mktemp("home"), entries, per_segment=data.draw(st.integers(1, 31)))
    assert newest(journal, len(sizes)) == list(read(journal))


STORY = [
    Entry(fact=Fact.PUBLISHED, skill="scan", digest="sha256:aaa", actor="folder"),
    Entry(fact=Fact.CALL, skill="scan", tool="find", digest="sha256:aaa", actor="ann", outcome="ok"),
    Entry(fact=Fact.CALL, skill="scan", tool="look", digest="sha256:aaa", actor="bob", outcome="error"),
    Entry(fact=Fact.CALL, skill="text", tool="find", digest="sha256:bbb", actor="ann", outcome="ok"),
    Entry(fact=Fact.REFUSED, skill="text", digest="sha256:bcc", actor="folder", outcome="denied", reason='"skill":"scan"'),
]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"skill": "scan"}, [1, 2, 3]),
        ({"tool": "find"}, [2, 4]),
        ({"tool": "scan__find"}, [2]),
        ({"fact": "call"}, [2, 3, 4]),
        ({"actor": "ann"}, [2, 4]),
        ({"outcome": "denied"}, [5]),
        ({"digest": "sha256:b"}, [4, 5]),
        ({"digest": "bcc"}, [5]),
        ({"digest": "sha256:aaa", "outcome": "error"}, [3]),
        ({"since": 1_000_004.0}, [4, 5]),
        ({"skill": "sca"}, []),
        ({"skill": "nobody", "actor": "ann"}, []),
    ],
)
def test_a_question_is_answered_by_the_entries_that_match_all_of_it(tmp_path: Path, question: dict[str, Any], answer: list[int]) -> None:
    journal = _write(tmp_path / "journal", STORY)
    query = Query(**question)
    assert [recorded.seq for recorded in newest(journal, 100, query)] == answer
    assert [recorded.seq for recorded in read(journal) if query.matches(recorded)] == answer


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10), field=st.sampled_from(["skill", "actor", "outcome"])
)
@settings(max_examples=200)
def test_the_first_look_at_a_line_never_hides_an_entry_that_matches(text: str, field: str) -> None:
    said: dict[str, Any] = {field: text}
    entry, query = Entry(fact=Fact.CALL, **said), Query(**said)
    line = encode(entry, seq=1, ts=1.0, node="n")
    assert query.matches(Recorded(seq=1, ts=1.0, node="n", entry=entry))
    assert all(mark in line for mark in query.marks())


def test_a_question_about_recent_times_is_answered_although_the_clock_was_set_back(tmp_path: Path) -> None:
    directory = tmp_path / "journal"
    directory.mkdir()
    times = [5000.0, 5010.0, 4000.0, 4010.0]
    text = b"".join(encode(Entry(fact=Fact.CALL), seq=seq, ts=ts, node="n") for seq, ts in enumerate(times, 1))
    (directory / "000001.jsonl").write_bytes(text)
    assert [recorded.seq for recorded in newest(directory, 10, Query(since=5005.0))] == [2]
