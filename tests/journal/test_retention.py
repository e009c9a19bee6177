"""Old segments let go of: what stays proves all that was proven before, and no step in between leaves a log that is not whole."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from skillpod.errors import JournalCorrupt, JournalUnwritable
from skillpod.journal.check import Checked, check
from skillpod.journal.hashes import HashFile
from skillpod.journal.replay import read
from skillpod.journal.retention import Body, bodies, drop, due, keep_leaves
from skillpod.journal.segments import leaves_name
from skillpod.journal.signed import read_log_key
from skillpod.journal.tree.merkle import inclusion, is_included, leaf_hash
from skillpod.model.entry import Entry, Fact
from tests.journal.writing import called, fill, opened, segments


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """127 entries in six segments, sealed; the last says that those of the first five go."""
    journal = tmp_path / "home" / "journal"
    fill(journal, 120, segment_bytes=2000)
    assert len(segments(journal)) == 6
    _say_dropped(journal, bodies(journal)[5].first - 1)
    return journal


def _say_dropped(journal: Path, last: int) -> None:
    async def work() -> None:
        async with opened(journal) as writer:
            await writer.record(Entry(fact=Fact.LOG_DROPPED, details={"first": 1, "last": last}))

    asyncio.run(work())


def _check(journal: Path) -> Checked:
    directory = os.open(journal, os.O_RDONLY)
    try:
        return check(directory, read_log_key(directory))
    finally:
        os.close(directory)


def _drop(journal: Path, count: int) -> None:
    going = bodies(journal)[:count]
    for body in going:
        keep_leaves(journal, body)
    for body in going:
        drop(journal, body)


def _proof(journal: Path, seq: int, size: int) -> list[bytes]:
    directory = os.open(journal, os.O_RDONLY)
    hashes = HashFile(directory)
    try:
        return inclusion(seq - 1, size, hashes.read)
    finally:
        hashes.close()
        os.close(directory)


def test_a_log_without_its_first_segments_is_still_what_was_signed(journal: Path) -> None:
    before = _check(journal)
    first_that_stays = bodies(journal)[3].first
    _drop(journal, 3)
    after = _check(journal)
    assert (after.tree.size, after.tree.root(), after.sealed) == (before.tree.size, before.tree.root(), before.sealed)
    assert next(read(journal)).seq == first_that_stays
    fill(journal, 5)
    assert _check(journal).tree.size > before.tree.size


def test_a_proof_made_before_holds_after_and_one_of_a_dropped_entry_can_still_be_made(journal: Path) -> None:
    line = segments(journal)[0].read_bytes().splitlines(keepends=True)[4]
    made_before = _proof(journal, 5, 100)
    root = _check(journal).tree.root()
    _drop(journal, 4)
    made_after = _proof(journal, 5, 100)
    assert made_after == made_before
    size = _check(journal).tree.size
    assert is_included(leaf_hash(line), 4, size, root, _proof(journal, 5, size))


def test_the_hashes_are_made_anew_from_the_leaves_of_what_was_dropped(journal: Path) -> None:
    _drop(journal, 3)
    hashes = (journal / "hashes").read_bytes()
    (journal / "hashes").unlink()
    fill(journal, 0)
    assert (journal / "hashes").read_bytes().startswith(hashes)


def test_the_salts_of_a_dropped_segment_go_with_it_and_others_stay(journal: Path) -> None:
    salts = journal.parent / "salts"
    salts.mkdir()
    for number in (1, 2, 3):
        (salts / f"{number:06d}.salts").write_bytes(bytes(16))
    _drop(journal, 2)
    assert [path.name for path in salts.iterdir()] == ["000003.salts"]


@pytest.mark.parametrize("change", [lambda line: line.replace(b'"ok"', b'"no"'), lambda line: b"", lambda line: line + line])
def test_a_segment_that_is_not_what_was_signed_is_evidence_and_stays(journal: Path, change: Callable[[bytes], bytes]) -> None:
    segment = segments(journal)[0]
    first, *rest = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join([first, change(rest[0]), *rest[1:]]))
    with pytest.raises(JournalCorrupt, match=r"000001.jsonl is too old to be kept, and is not what the hashes of the log say") as caught:
        _drop(journal, 1)
    assert caught.value.hint
    assert segment.exists()
    assert not (journal / leaves_name(1)).exists()


def test_a_body_is_never_let_go_of_without_its_leaves(journal: Path) -> None:
    with pytest.raises(JournalUnwritable):
        drop(journal, bodies(journal)[0])
    assert segments(journal)[0].exists()


def _half_of_the_leaves(journal: Path) -> None:
    (journal / f"{leaves_name(1)}.new").write_bytes(b"half")


def _all_of_the_leaves(journal: Path) -> None:
    for body in bodies(journal)[:2]:
        keep_leaves(journal, body)


def _one_body_gone(journal: Path) -> None:
    first = bodies(journal)[0]
    _all_of_the_leaves(journal)
    drop(journal, first)


@pytest.mark.parametrize(("crash", "left"), [(_half_of_the_leaves, 2), (_all_of_the_leaves, 2), (_one_body_gone, 1)])
def test_wherever_a_crash_comes_in_between_the_log_is_whole_and_the_drop_is_done_again(
    journal: Path, crash: Callable[[Path], None], left: int
) -> None:
    root = _check(journal).tree.root()
    crash(journal)
    assert _check(journal).tree.root() == root
    fill(journal, 0)
    _drop(journal, left)
    assert _check(journal).tree.root() == root
    assert [body.number for body in bodies(journal)] == [3, 4, 5, 6]


def test_leaves_that_were_changed_are_caught_as_lines_are(journal: Path) -> None:
    _drop(journal, 2)
    leaves = journal / leaves_name(1)
    content = bytearray(leaves.read_bytes())
    content[33] ^= 1
    leaves.write_bytes(content)
    with pytest.raises(JournalCorrupt, match="entry 2 was changed"):
        _check(journal)


def test_dropped_leaves_that_are_missing_are_a_missing_segment(journal: Path) -> None:
    _drop(journal, 2)
    (journal / leaves_name(1)).unlink()
    with pytest.raises(JournalCorrupt, match=r"000001\.jsonl is missing"):
        _check(journal)


FOUND = [Body(1, 1, 100), Body(2, 11, 100), Body(3, 21, 100), Body(4, 31, 50)]


@pytest.mark.parametrize(("keep", "going"), [(350, 0), (349, 1), (250, 1), (249, 2), (51, 3), (50, 3), (1, 3)])
def test_as_many_go_as_must_and_the_newest_never(keep: int, going: int) -> None:
    assert due(FOUND, keep) == FOUND[:going]


def test_with_a_newest_segment_that_has_no_line_the_one_before_it_stays() -> None:
    assert due([*FOUND[:2], Body(3, 0, 0)], 1) == FOUND[:1]
    assert due([Body(1, 0, 0)], 1) == []
    assert due([], 1) == []


@pytest.mark.parametrize("said", [0, 41])
def test_lines_taken_out_for_their_leaves_are_caught_where_no_entry_says_so(tmp_path: Path, said: int) -> None:
    """The tree is the same: only the log's own word tells what retention let go of from what somebody took out."""
    journal = tmp_path / "home" / "journal"
    fill(journal, 120, segment_bytes=2000)
    if said:
        _say_dropped(journal, said)
    _drop(journal, 2)
    with pytest.raises(JournalCorrupt, match=f"entries {said + 1} to 42 are gone, .* no entry says that they were dropped"):
        _check(journal)


def test_a_caller_s_words_do_not_say_that_lines_were_dropped(tmp_path: Path) -> None:
    journal = tmp_path / "home" / "journal"
    fill(journal, 120, segment_bytes=2000)

    async def work() -> None:
        async with opened(journal) as writer:
            writer.note(called(1, arguments={"values": {"fact": "log.dropped", "details": {"last": 99}, "last": 99}}))

    asyncio.run(work())
    _drop(journal, 1)
    with pytest.raises(JournalCorrupt, match="no entry says that they were dropped"):
        _check(journal)


def test_a_segment_let_go_of_while_it_is_checked_ends_no_check(journal: Path) -> None:
    def told(_count: int) -> None:
        if (journal / "000003.jsonl").exists():
            _drop(journal, 3)

    directory = os.open(journal, os.O_RDONLY)
    try:
        assert check(directory, read_log_key(directory), told=told).tree.size == 127
    finally:
        os.close(directory)
