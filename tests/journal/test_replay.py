"""The journal read back: all of it in order, from any entry on, or the newest that answer a question."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import CommandInvalid, JournalCorrupt, PathUnusable
from skillpod.journal.entry import Recorded, encode
from skillpod.journal.query import FIELDS, Query, asking, fits
from skillpod.journal.replay import Span, calls, newest, read, read_with_lines, span
from skillpod.journal.terms import query_of
from skillpod.model.entry import Entry, Fact
from skillpod.model.names import exported_name
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


def _drop(journal: Path, number: int, entries: int) -> None:
    """As retention does: the hashes of a segment's leaves stay, its lines go."""
    (journal / f"{number:06d}.leaves").write_bytes(bytes(32 * entries))
    (journal / f"{number:06d}.jsonl").unlink()


def test_the_first_entry_after_dropped_segments_is_the_one_after_their_leaves(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 30, per_segment=10)
    _drop(journal, 1, 10)
    assert [recorded.seq for recorded in read(journal)] == list(range(11, 31))
    assert [recorded.seq for recorded in read(journal, after=15)] == list(range(16, 31))
    assert span(journal) == Span(11, 30)
    _drop(journal, 2, 10)
    assert [recorded.seq for recorded in read(journal, after=3)] == list(range(21, 31))
    assert span(journal) == Span(21, 30)


def test_a_segment_whose_hashes_are_kept_and_whose_lines_are_still_there_is_read(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 20, per_segment=10)
    (journal / "000001.leaves").write_bytes(bytes(320))
    assert span(journal) == Span(1, 20)
    assert len(list(read(journal))) == 20


def test_segments_that_are_gone_without_their_hashes_are_named(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 30, per_segment=10)
    (journal / "000001.jsonl").unlink()
    with pytest.raises(JournalCorrupt, match=r"000001\.jsonl is missing"):
        list(read(journal))


@pytest.mark.parametrize(("hashes", "at"), [(9, "000002.jsonl:1"), (11, "000002.jsonl:1"), (10.5, "000001.leaves")])
def test_hashes_that_are_of_another_number_of_entries_are_named(tmp_path: Path, hashes: float, at: str) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 20, per_segment=10)
    _drop(journal, 1, 10)
    (journal / "000001.leaves").write_bytes(bytes(int(32 * hashes)))
    with pytest.raises(JournalCorrupt) as caught:
        list(read(journal))
    assert caught.value.at == at


def test_a_segment_that_is_dropped_while_it_is_read_does_not_end_the_reading(tmp_path: Path) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL)] * 30, per_segment=10)
    reading = read(journal)
    assert next(reading).seq == 1
    _drop(journal, 2, 10)
    assert [recorded.seq for recorded in reading] == [*range(2, 11), *range(21, 31)]
    reading = read(_write(tmp_path / "other", [Entry(fact=Fact.CALL)] * 30, per_segment=10))
    next(reading)
    (tmp_path / "other" / "000002.jsonl").unlink()
    with pytest.raises(JournalCorrupt, match="is missing"):
        list(reading)


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
    Entry(fact=Fact.PUBLISHED, skill="scan", digest="sha256:aaa", actor="folder", generation=2, previous=1, trigger="watch"),
    Entry(fact=Fact.CALL, skill="scan", tool="find", digest="sha256:aaa", actor="ann", outcome="ok", caller={"session": "s1"}),
    Entry(fact=Fact.CALL, skill="scan", tool="look", digest="sha256:aaa", actor="bob", outcome="error", error={"code": "tool_raised"}),
    Entry(fact=Fact.CALL, skill="text", tool="find", digest="sha256:bbb", actor="ann", outcome="ok", details={"approved_by": "eve"}),
    Entry(fact=Fact.REFUSED, skill="text", digest="sha256:bcc", actor="folder", outcome="denied", reason='"skill":"scan" is größer'),
    Entry(fact=Fact.CALL_ANSWERED, skill="text", tool="t" * 70, actor="eve", decision="approve", caller={"principal": "ann"}),
]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"skill": ["scan"]}, [1, 2, 3]),
        ({"skill": ["s*"]}, [1, 2, 3]),
        ({"skill": ["*"]}, [1, 2, 3, 4, 5, 6]),
        ({"skill": ["sc", "text"]}, [4, 5, 6]),
        ({"tool": ["find"]}, [2, 4]),
        ({"tool": ["scan__find"]}, [2]),
        ({"tool": ["scan__*"]}, [2, 3]),
        ({"tool": ["*find"]}, [2, 4]),
        ({"tool": ["te*"]}, [4, 6]),
        ({"tool": ["look,scan__find"]}, [2, 3]),
        ({"tool": [exported_name("text", "t" * 70)]}, [6]),
        ({"tool": [exported_name("text", "t" * 70)[:60] + "*"]}, [6]),
        ({"fact": ["call"]}, [2, 3, 4]),
        ({"fact": ["call*"]}, [2, 3, 4, 6]),
        ({"fact": ["published, refused"]}, [1, 5]),
        ({"actor": ["ann"]}, [2, 4]),
        ({"caller": ["ann"]}, [2, 4, 6]),
        ({"caller": ["folder"]}, []),
        ({"session": ["*"]}, [2]),
        ({"approver": ["eve"]}, [4, 6]),
        ({"error": ["tool_*"]}, [3]),
        ({"outcome": ["denied"]}, [5]),
        ({"digest": ["sha256:b"]}, [4, 5]),
        ({"digest": ["bcc"]}, [5]),
        ({"digest": ["sha"]}, [1, 2, 3, 4, 5]),
        ({"digest": ["sha256:aaa"], "outcome": ["error"]}, [3]),
        ({"generation": ["1"]}, [1]),
        ({"generation": ["2,7"]}, [1]),
        ({"grep": ["größer"]}, [5]),
        ({"grep": ['"skill":"scan"']}, [1, 2, 3, 5]),
        ({"grep": ["scan", "tool_raised"]}, [3]),
        ({"since": ["1970-01-12T13:46:44Z"]}, [4, 5, 6]),
        ({"until": ["1970-01-12T13:46:44Z"]}, [1, 2, 3]),
        ({"since": ["4s"], "until": ["2s"]}, [2, 3]),
        ({"until": ["9999-12-31T23:59:59Z"]}, [1, 2, 3, 4, 5, 6]),
        ({"since": ["0001-01-02T00:00:00Z"]}, [1, 2, 3, 4, 5, 6]),
        ({"since": ["999999999d"]}, [1, 2, 3, 4, 5, 6]),
        ({"skill": ["sca"]}, []),
        ({"skill": ["nobody"], "actor": ["ann"]}, []),
    ],
)
def test_a_question_is_answered_by_the_entries_that_match_all_of_it(
    tmp_path: Path, question: dict[str, list[str]], answer: list[int]
) -> None:
    journal = _write(tmp_path / "journal", STORY)
    query = query_of(question, now=1_000_006.0, place="--{}")
    assert [recorded.seq for recorded in newest(journal, 100, query)] == answer
    assert [recorded.seq for recorded in read(journal, query)] == answer
    assert [recorded.seq for recorded, line in read_with_lines(journal) if query.matches(recorded, line)] == answer


@pytest.mark.parametrize(
    ("question", "at", "hint"),
    [
        ({"fact": ["publishd"]}, "--fact", "published"),
        ({"outcome": ["ok,errr"]}, "--outcome", "error"),
        ({"fact": ["publisht*"]}, "--fact", "published"),
        ({"decision": ["xyzzy"]}, "--decision", "admit, hold, refuse"),
        ({"generation": ["none"]}, "--generation", "whole number"),
        ({"generation": ["0"]}, "--generation", "whole number"),
        ({"since": ["yesterday"]}, "--since", "15m"),
        ({"until": ["99999-01-01"]}, "--until", "15m"),
        ({"skill": ["a," * 101]}, "--skill", ""),
        ({"grep": ["a"] * 101}, "--grep", ""),
    ],
)
def test_a_word_that_is_none_is_named_with_what_was_meant(question: dict[str, list[str]], at: str, hint: str) -> None:
    with pytest.raises(CommandInvalid) as caught:
        query_of(question, now=0.0, place="--{}")
    assert caught.value.at == at
    assert hint in caught.value.hint


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)


@given(text=_NAMES, name=st.sampled_from(["skill", "actor", "outcome", "rule", "tool", "tier", "decision"]), cut=st.integers(0, 10))
@settings(max_examples=300)
def test_the_first_look_at_a_line_never_hides_an_entry_that_matches(text: str, name: str, cut: int) -> None:
    said: dict[str, Any] = {name: text}
    entry = Entry(fact=Fact.CALL, **said)
    line = encode(entry, seq=1, ts=1.0, node="n")
    recorded = Recorded(seq=1, ts=1.0, node="n", entry=entry)
    for query in (asking(**said), asking(**{name: f"{text[:cut]}*"}), asking(**{name: f"*{text[cut:]}"}), Query(texts=(text,))):
        assert query.matches(recorded, line)
        assert query.may_match(line)
        assert query.may_hold(line)


_WORDS = st.sampled_from(["a", "ab", "b", "a__b", "b*", "*b", "*", "sha256:a", "a__*", "a*b"])
_ENTRIES = st.builds(
    Entry,
    fact=st.sampled_from([Fact.CALL, Fact.PUBLISHED, Fact.APPROVED]),
    skill=st.sampled_from(["", "a", "ab", "b"]),
    tool=st.sampled_from(["", "b", "ab", "a" * 70]),
    actor=st.sampled_from(["", "a", "b"]),
    digest=st.sampled_from(["", "sha256:ab", "sha256:b"]),
    generation=st.integers(0, 3),
    previous=st.integers(0, 3),
    caller=st.sampled_from([{}, {"session": "a", "principal": "b"}]),
    details=st.sampled_from([{}, {"approved_by": "b"}, {"approvals": [{"by": "ab"}]}, {"approvals": "b"}, {"ticket": "a"}]),
)


@given(
    entries=st.lists(_ENTRIES, min_size=1, max_size=25),
    words=st.dictionaries(st.sampled_from(list(FIELDS)), st.lists(_WORDS, max_size=2).map(tuple), max_size=3),
    digests=st.lists(st.sampled_from(["a", "sha256:ab", "sh"]), max_size=1).map(tuple),
    generations=st.lists(st.integers(1, 3), max_size=2).map(tuple),
    since=st.integers(0, 26),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_asked_the_bytes_that_are_passed_over_hold_no_answer(
    tmp_path_factory: pytest.TempPathFactory,
    entries: list[Entry],
    words: dict[str, tuple[str, ...]],
    digests: tuple[str, ...],
    generations: tuple[int, ...],
    since: int,
) -> None:
    journal = _write(tmp_path_factory.mktemp("home"), entries, per_segment=9, ts=1_000_000.0)
    query = Query(words=words, digests=digests, generations=generations, since=1_000_000.0 + since)
    wanted = [recorded for recorded, line in read_with_lines(journal) if query.matches(recorded, line)]
    assert list(read(journal, query)) == wanted
    assert newest(journal, 100, query) == wanted


def test_times_far_from_those_asked_for_are_passed_over_unread(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.mkdir()
    for number, day in enumerate((0, 1, 2), 1):
        lines = [encode(Entry(fact=Fact.CALL), seq=10 * number - 9 + n, ts=1e6 + 86_400.0 * day + n, node="n") for n in range(10)]
        (journal / f"{number:06d}.jsonl").write_bytes(b"".join([lines[0], b"unreadable\n", *lines[1:]] if number == 2 else lines))
    query = Query(since=1e6 + 2 * 86_400.0)
    assert [recorded.seq for recorded in newest(journal, 100, query)] == list(range(21, 31))
    assert len(list(read(journal, query))) == 10
    assert len(list(read(journal, Query(until=1e6 + 20.0)))) == 10


def test_a_question_about_recent_times_is_answered_although_the_clock_was_set_back(tmp_path: Path) -> None:
    directory = tmp_path / "journal"
    directory.mkdir()
    times = [5000.0, 5010.0, 4000.0, 4010.0]
    text = b"".join(encode(Entry(fact=Fact.CALL), seq=seq, ts=ts, node="n") for seq, ts in enumerate(times, 1))
    (directory / "000001.jsonl").write_bytes(text)
    assert [recorded.seq for recorded in newest(directory, 10, Query(since=5005.0))] == [2]
    assert [recorded.seq for recorded in read(directory, Query(since=5005.0))] == [2]


def test_calls_are_counted_as_they_are_read(tmp_path: Path) -> None:
    entries = [
        Entry(fact=Fact.CALL, skill=skill, tool="t", outcome=outcome, caller={"session": session})
        for skill in ("scan", "text", "")
        for outcome in ("ok", "error", "")
        for session in ("s", "a{b", 'q"')
    ]
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.PUBLISHED, skill="scan", outcome="ok"), *entries], per_segment=5)
    for query in (Query(), asking(skill="s*"), Query(since=1_000_005.0, until=1_000_020.0), asking(skill="nobody")):
        wanted = Counter((each.entry.skill, each.entry.outcome) for each in read(journal, query) if each.entry.fact is Fact.CALL)
        assert calls(journal, query) == wanted


def test_no_pattern_is_slow() -> None:
    started = time.process_time()
    assert not fits("*a" * 500 + "b", "a" * 60_000)
    assert fits("*a" * 500 + "*", "a" * 60_000)
    assert time.process_time() - started < 0.5


@given(st.text("ab*", max_size=7), st.text("ab\n", max_size=9))
def test_a_star_is_any_text_and_all_else_is_itself(pattern: str, text: str) -> None:
    assert fits(pattern, text) is (re.fullmatch(re.escape(pattern).replace(r"\*", "(?s:.*)"), text) is not None)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({"since": ["9999-12-31T23:59:59-12:00"]}, 0),
        ({"until": ["9999-12-31T23:59:59-12:00"]}, 3),
        ({"since": ["0001-01-01T00:00+14:00"]}, 3),
        ({"until": ["0001-01-01T00:00+14:00"]}, 0),
        ({"until": ["1970-01-01T00:00Z"]}, 0),
    ],
)
def test_a_time_at_the_edge_of_all_times_is_one(tmp_path: Path, question: dict[str, list[str]], count: int) -> None:
    journal = _write(tmp_path / "journal", [Entry(fact=Fact.CALL, skill="scan", outcome="ok")] * 3)
    query = query_of(question, now=1_000_006.0, place="--{}")
    assert len(newest(journal, 100, query)) == count
    assert calls(journal, query).total() == count


def test_a_digest_is_asked_for_in_any_case() -> None:
    assert query_of({"digest": ["SHA256:AB", "cD"]}, now=0.0, place="--{}").digests == ("sha256:ab", "cd")
