"""The log attacked by whoever can write to HOME/journal: each change is caught, and named as what it is."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from skillpod.errors import JournalCorrupt
from skillpod.journal import head
from skillpod.journal.check import Checked, check
from skillpod.journal.entry import encode
from skillpod.journal.key import generate, keep, load, verify
from skillpod.journal.signed import read_log_key
from skillpod.journal.tree.checkpoint import Checkpoint, read_checkpoint
from skillpod.journal.tree.merkle import EMPTY, Growing, leaf_hash
from skillpod.journal.tree.note import Note
from tests.journal.writing import called, fill, lines, opened, segments

COUNT = 60


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """63 entries in three segments, sealed."""
    journal = tmp_path / "home" / "journal"
    fill(journal, COUNT, segment_bytes=2000)
    assert len(segments(journal)) == 3
    return journal


def _check(journal: Path, **options: object) -> Checked:
    directory = os.open(journal, os.O_RDONLY)
    try:
        return check(directory, read_log_key(directory), **options)  # type: ignore[arg-type]
    finally:
        os.close(directory)


def _lines(journal: Path) -> list[bytes]:
    return [line for segment in segments(journal) for line in segment.read_bytes().splitlines(keepends=True)]


def _rewrite(journal: Path, change: Callable[[list[bytes]], object]) -> None:
    """Change the lines of the second segment, which begins with entry 22."""
    segment = segments(journal)[1]
    found = segment.read_bytes().splitlines(keepends=True)
    change(found)
    segment.write_bytes(b"".join(found))


def _renumbered(found: list[bytes], first: int) -> list[bytes]:
    """As an attacker would who knows that the numbers are looked at."""
    return [b'{"v":1,"seq":%d,' % (first + offset) + line.partition(b",")[2].partition(b",")[2] for offset, line in enumerate(found)]


def _number(journal: Path) -> int:
    return int(segments(journal)[1].read_bytes().partition(b'"seq":')[2].partition(b",")[0])


def test_a_log_that_nobody_touched_is_what_was_signed(journal: Path) -> None:
    checked = _check(journal)
    assert checked.tree.size == len(lines(journal)) == 63
    assert checked.sealed is not None
    assert checked.sealed.checkpoint == Checkpoint("skillpod/pod-1", 63, checked.tree.root())
    tree = Growing()
    tree.grow([leaf_hash(line) for line in _lines(journal)])
    assert tree.root() == checked.tree.root()


def _changed(found: list[bytes]) -> None:
    found[4] = found[4].replace(b'"outcome":"ok"', b'"outcome":"no"')


def _dropped(found: list[bytes]) -> None:
    del found[4]


def _dropped_three(found: list[bytes]) -> None:
    del found[4:7]


def _inserted(found: list[bytes]) -> None:
    found.insert(4, found[4].replace(b'"ok"', b'"no"'))


def _swapped(found: list[bytes]) -> None:
    found[4], found[6] = found[6], found[4]


def _moved(found: list[bytes]) -> None:
    found.insert(9, found.pop(4))


ATTACKS = [
    (_changed, "entry {0} was changed"),
    (_dropped, "entry {0} is missing"),
    (_dropped_three, "entries {0} to {2} are missing"),
    (_inserted, "a line was put in before entry {0}"),
    (_swapped, "entry {0} does not stand in its place: entry {2} does"),
    (_moved, "entry {0} (is missing|does not stand in its place)"),
]


@pytest.mark.parametrize(("attack", "said"), ATTACKS, ids=lambda value: getattr(value, "__name__", None))
@pytest.mark.parametrize("is_careful", [False, True], ids=["plainly", "with new numbers"])
def test_what_was_done_to_the_lines_is_caught_and_named(
    journal: Path, attack: Callable[[list[bytes]], object], said: str, is_careful: bool
) -> None:
    first = _number(journal)

    def change(found: list[bytes]) -> None:
        attack(found)
        if is_careful:
            found[:] = _renumbered(found, first)

    _rewrite(journal, change)
    renumbered_hides = is_careful and attack is not _changed
    at = first + 4
    expected = rf"entry {at} was changed" if renumbered_hides else said.format(at, at + 1, at + 2)
    with pytest.raises(JournalCorrupt, match=expected) as caught:
        _check(journal)
    assert caught.value.at == f"{segments(journal)[1].name}:5"
    assert caught.value.hint
    with pytest.raises(JournalCorrupt, match=expected):
        fill(journal, 1)


@pytest.mark.parametrize("change", [_changed, _dropped, _swapped])
def test_without_the_hashes_the_signed_sizes_around_it_are_named(journal: Path, change: Callable[[list[bytes]], object]) -> None:
    fill(journal, 10)  # the history has the checkpoints of 0 and, from this start, of 63
    (journal / "hashes").unlink()
    _rewrite(journal, change)
    with pytest.raises(JournalCorrupt, match="one of the entries 1 to 63 is not what was signed"):
        _check(journal)


@pytest.mark.parametrize("lost", ["hashes", "checkpoints"])
def test_what_can_be_made_anew_is(journal: Path, lost: str) -> None:
    before = (journal / lost).read_bytes()
    (journal / lost).unlink()
    fill(journal, 1)
    assert lost == "checkpoints" or (journal / lost).read_bytes().startswith(before)
    (journal / lost).write_bytes(os.urandom(len(before)) if lost == "hashes" else before[:-20])
    fill(journal, 1)
    _check(journal)


def test_a_cut_tail_is_caught_and_says_what_is_missing(journal: Path) -> None:
    segment = segments(journal)[-1]
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:-2]))
    with pytest.raises(JournalCorrupt, match="entries 62 to 63 are missing: the log ends before what was signed of it"):
        _check(journal)


def test_a_cut_tail_with_an_older_checkpoint_is_told_by_the_hashes(journal: Path) -> None:
    older = (journal / "checkpoint").read_bytes()
    fill(journal, 5)
    (journal / "checkpoint").write_bytes(older)
    segment = segments(journal)[-1]
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:-5]))
    with pytest.raises(JournalCorrupt, match="entries 64 to 68 are missing"):
        fill(journal, 1)


def test_the_last_segment_removed_is_caught(journal: Path) -> None:
    segments(journal)[-1].unlink()
    with pytest.raises(JournalCorrupt, match="are missing: the log ends before"):
        fill(journal, 1)


def test_a_tail_cut_to_an_older_state_of_every_file_is_told_by_a_copied_checkpoint_alone(journal: Path, tmp_path: Path) -> None:
    shutil.copytree(journal, tmp_path / "older")
    fill(journal, 5)
    copied = (journal / "checkpoint").read_bytes()
    shutil.rmtree(journal)
    (tmp_path / "older").rename(journal)
    assert _check(journal).tree.size == 63, "nothing in the directory tells it: docs/journal.md says so"
    directory = os.open(journal, os.O_RDONLY)
    key = read_log_key(directory)
    os.close(directory)
    assert key is not None
    copy = read_checkpoint(copied, key=key, verify=verify, at="copy")
    with pytest.raises(JournalCorrupt, match="entries 64 to 68 are missing"):
        _check(journal, copies=[copy])


def test_a_cosigned_checkpoint_that_was_left_tells_of_a_cut(journal: Path, tmp_path: Path) -> None:
    shutil.copytree(journal, tmp_path / "older")
    fill(journal, 5)
    (journal / "checkpoint").rename(tmp_path / "older" / "cosigned")
    shutil.rmtree(journal)
    (tmp_path / "older").rename(journal)
    with pytest.raises(JournalCorrupt, match="entries 64 to 68 are missing"):
        fill(journal, 1)


def test_a_whole_log_rewritten_with_its_own_key_is_told_by_a_copied_checkpoint_alone(journal: Path) -> None:
    copied = (journal / "checkpoint").read_bytes()
    forged = _lines(journal)
    forged[10] = forged[10].replace(b'"outcome":"ok"', b'"outcome":"no"')
    for segment in segments(journal)[1:]:
        segment.unlink()
    segments(journal)[0].write_bytes(b"".join(forged))
    tree = Growing()
    kept_hashes = tree.grow([leaf_hash(line) for line in forged])
    (journal / "hashes").write_bytes(b"".join(kept_hashes))
    key = load(journal.parent / "log.key", "skillpod/pod-1")
    text = str(Checkpoint("skillpod/pod-1", tree.size, tree.root()))
    (journal / "checkpoint").write_text(str(Note(text, (key.sign(text),))))
    (journal / "checkpoints").unlink()
    assert _check(journal).tree.size == 63, "who has the key can sign anything: docs/journal.md says so"
    copy = read_checkpoint(copied, key=key.verifier, verify=verify, at="copy")
    with pytest.raises(JournalCorrupt, match="two checkpoints were signed of the first 63 entries"):
        _check(journal, copies=[copy])


def test_a_checkpoint_of_another_key_is_refused(journal: Path) -> None:
    other = generate("skillpod/pod-1")
    text = str(Checkpoint("skillpod/pod-1", 0, EMPTY))
    (journal / "checkpoint").write_text(str(Note(text, (other.sign(text),))))
    with pytest.raises(JournalCorrupt, match="signed by another key"):
        fill(journal, 1)


def test_a_checkpoint_whose_text_was_changed_is_refused(journal: Path) -> None:
    text = (journal / "checkpoint").read_text()
    (journal / "checkpoint").write_text(text.replace("\n63\n", "\n62\n"))
    with pytest.raises(JournalCorrupt, match="it was changed"):
        fill(journal, 1)


@pytest.mark.parametrize("lost", ["checkpoint", "log.vkey"])
def test_a_log_without_its_checkpoint_or_key_is_refused(journal: Path, lost: str) -> None:
    (journal / lost).unlink()
    with pytest.raises(JournalCorrupt, match="is gone"):
        fill(journal, 1)


def test_a_journal_that_was_removed_whole_is_not_begun_again(journal: Path) -> None:
    shutil.rmtree(journal)
    with pytest.raises(JournalCorrupt, match="is gone"):
        fill(journal, 1)


def test_another_private_key_is_not_taken_for_the_log_s(journal: Path) -> None:
    keep(generate("skillpod/pod-1"), journal.parent / "log.key")
    with pytest.raises(JournalCorrupt, match=r"not that of log\.vkey"):
        fill(journal, 1)
    (journal.parent / "log.key").unlink()
    with pytest.raises(JournalCorrupt, match="is gone"):
        fill(journal, 1)


def test_a_log_of_before_there_were_checkpoints_is_adopted_as_it_is(journal: Path) -> None:
    for name in ("checkpoint", "checkpoints", "hashes", "log.vkey", "../log.key"):
        (journal / name).unlink()
    fill(journal, 1)
    assert _check(journal).tree.size == 64


def _as_after_a_crash(journal: Path) -> None:
    """The pod did not say where its log ended."""
    (journal.parent / "log.closed").unlink()


def test_lines_added_after_a_pod_ended_in_order_are_told_and_after_a_crash_they_are_not(journal: Path) -> None:
    segment = segments(journal)[-1]
    with segment.open("ab") as file:
        file.write(b"".join(encode(called(1), seq=seq, ts=1.0, node="pod-1") for seq in (64, 65)))
    for _ in range(2):
        with pytest.raises(JournalCorrupt, match="entries 64 to 65 were put in while no pod ran") as caught:
            fill(journal, 1)
        assert caught.value.at == "entry 64"
    _as_after_a_crash(journal)
    fill(journal, 1)
    assert _check(journal).tree.size == 66, "they look like what a crash leaves: docs/journal.md says so"


def test_a_directory_set_back_to_an_earlier_state_is_told_by_where_the_pod_ended(journal: Path, tmp_path: Path) -> None:
    shutil.copytree(journal, tmp_path / "older")
    fill(journal, 5)
    shutil.rmtree(journal)
    (tmp_path / "older").rename(journal)
    with pytest.raises(JournalCorrupt, match="this is not the log that the pod left: it had ended in order with entry 68"):
        fill(journal, 1)
    _as_after_a_crash(journal)
    fill(journal, 1)


def test_where_a_pod_ended_is_forgotten_before_the_next_adds_a_line(journal: Path) -> None:
    async def work() -> None:
        async with opened(journal):
            assert not (journal.parent / "log.closed").exists()

    assert (journal.parent / "log.closed").exists()
    asyncio.run(work())
    assert (journal.parent / "log.closed").exists()


def test_a_line_after_the_last_checkpoint_must_be_an_entry_and_the_next_one(journal: Path) -> None:
    _as_after_a_crash(journal)
    segment = segments(journal)[-1]
    whole = segment.read_bytes()
    segment.write_bytes(whole + encode(called(1), seq=65, ts=1.0, node="pod-1"))
    with pytest.raises(JournalCorrupt, match="entry 64 should stand here, 65 does"):
        fill(journal, 1)
    segment.write_bytes(whole + b"garbage\n")
    with pytest.raises(JournalCorrupt, match="not a JSON line"):
        fill(journal, 1)
    segment.write_bytes(whole + encode(called(1), seq=64, ts=1.0, node="pod-1"))
    fill(journal, 0)
    assert _check(journal).sealed is not None
    assert _check(journal).tree.size == 64


# --- what a crash leaves is no attack ----------------------------------------------------------------------------------------------


def _nulls(journal: Path, extra: bytes = b"") -> None:
    """As a power cut leaves an append of several pages, of which the first never reached the disk."""
    with segments(journal)[-1].open("ab") as segment:
        segment.write(bytes(700) + b'"outcome":"ok"}\n' + encode(called(1), seq=66, ts=1.0, node="pod-1") + extra)


@pytest.mark.parametrize("extra", [b"", b'{"v":1,"se'])
def test_pages_that_never_reached_the_disk_are_cut_and_kept_as_evidence(journal: Path, extra: bytes) -> None:
    whole = segments(journal)[-1].stat().st_size
    _nulls(journal, extra)
    (journal / "hashes").unlink()
    assert _check(journal).tree.size == 63
    fill(journal, 1)
    assert _check(journal).tree.size == 64
    torn = (journal / f"{segments(journal)[-1].name}.{whole}.torn").read_bytes()
    assert torn.startswith(bytes(700))
    assert torn.endswith(extra or b"\n")


def test_nulls_in_what_was_signed_are_a_change(journal: Path) -> None:
    segment = segments(journal)[-1]
    content = segment.read_bytes()
    segment.write_bytes(content[:-40] + bytes(20) + content[-20:])
    with pytest.raises(JournalCorrupt, match="entry 63 was changed"):
        _check(journal)


def test_nulls_in_a_segment_that_was_finished_are_no_torn_append(journal: Path) -> None:
    _nulls(journal)
    (journal / "000004.jsonl").write_bytes(b"")
    with pytest.raises(JournalCorrupt, match="not a JSON line"):
        _check(journal)


@pytest.mark.parametrize("left", [lambda note: note[:-30], lambda note: bytes(50) + note[50:], lambda note: note[:50] + note])
def test_an_earlier_checkpoint_that_is_not_whole_at_the_end_is_passed_over_and_mended(
    journal: Path, left: Callable[[bytes], bytes]
) -> None:
    fill(journal, 10)
    history = (journal / "checkpoints").read_bytes()
    begins = history.rindex(b"skillpod/pod-1\n")
    (journal / "checkpoints").write_bytes(history[:begins] + left(history[begins:]))
    _check(journal)
    fill(journal, 1)
    fill(journal, 1)
    _check(journal)


def test_a_start_that_died_before_its_key_was_in_its_place_leaves_a_log_that_begins(tmp_path: Path) -> None:
    journal = tmp_path / "home" / "journal"
    fill(journal, 3)
    (journal / "log.vkey").unlink()
    (journal.parent / "log.key").rename(journal.parent / "log.key.new")
    for _ in range(3):
        fill(journal, 1)
    _check(journal)


def test_earlier_checkpoints_are_thinned_out_before_they_are_too_many_to_read(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "HISTORY_BYTES", 2000)
    for _ in range(40):
        fill(journal, 1)
        _check(journal)
    assert (journal / "checkpoints").stat().st_size < 2500
    assert _check(journal).checkpoints > 4
