"""A log that broke, and the new one in its place: what is proven goes on, what is not takes away, and nothing is lost on the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from skillpod.errors import CommandInvalid, JournalCorrupt
from skillpod.journal.check import check
from skillpod.journal.key import generate, keep, load, verify
from skillpod.journal.replay import read
from skillpod.journal.retention import bodies, drop, keep_leaves
from skillpod.journal.signed import read_log_key
from skillpod.journal.tree.checkpoint import Checkpoint, Signed, read_checkpoint
from skillpod.journal.tree.merkle import Growing, leaf_hash
from skillpod.journal.tree.note import Note
from skillpod.lifecycle.recollection import recollect
from skillpod.model.approval import Answer
from skillpod.model.command import Mode
from skillpod.model.entry import Entry, Fact
from skillpod.store.index import Index
from skillpod.store.state import State, run_of
from tests.lifecycle.broken import NODE, indexed, renew, renewal, write
from tests.store.histories import DIGESTS, answers, desires, folded, publishes, state_of

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = f"skillpod/{NODE}"
A, B, C = DIGESTS
EARLY = [
    desires("scan"),
    publishes("scan", 1, A, version="1.2.0", publisher="acme"),
    answers("scan", A, Answer.APPROVE, "ann"),
    Entry(fact=Fact.QUARANTINED, skill="text", digest=C, reason="It died five times."),
]
LATE = [
    Entry(fact=Fact.CALL, skill="scan"),
    desires("find", Mode.ABSENT),
    publishes("scan", 2, B, version="1.3.0", publisher="acme"),
    answers("scan", B, Answer.APPROVE, "ann"),
    answers("scan", A, Answer.DENY, "bob"),
    Entry(fact=Fact.RESUMED, skill="text", digest=C),
]
"""Sealed after the first four and after the first of these, which is the one that is changed."""


@pytest.fixture
def log(home: Path) -> Path:
    """HOME with a log of ten entries, signed when it had 0, 4, 5 and 10."""
    write(home, EARLY)
    write(home, LATE[:1])
    write(home, LATE[1:])
    (home / "salts").mkdir()
    (home / "salts" / "000001.salts").write_bytes(bytes(160))
    return home


def _change(home: Path, entry: int, to: Callable[[bytes], bytes]) -> None:
    segment = home / "journal" / "000001.jsonl"
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[entry - 1] = to(lines[entry - 1])
    segment.write_bytes(b"".join(lines))


def _change_entry_7(home: Path) -> None:
    _change(home, 7, lambda line: line.replace(b'"1.3.0"', b'"1.1.0"'))


def _recollected(home: Path) -> State:
    with closing(Index(home / "index.sqlite")) as index:
        recollect(index, home / "journal")
        return state_of(index.stated())


def _is_whole(home: Path) -> bool:
    directory = os.open(home / "journal", os.O_RDONLY)
    try:
        key = read_log_key(directory)
        checked = check(directory, key)
        return key is not None and checked.sealed is not None and checked.tree.size == checked.sealed.checkpoint.size
    finally:
        os.close(directory)


def _first(home: Path) -> Entry:
    return next(read(home / "journal")).entry


def test_the_new_log_names_the_break_and_goes_on_from_what_is_proven(log: Path) -> None:
    _change_entry_7(log)
    broken = (log / "journal" / "000001.jsonl").read_bytes()
    with pytest.raises(JournalCorrupt, match="entry 7 was changed") as refused:
        write(log, [])
    assert "skillpod log renew" in refused.value.hint
    assert renew(log) == f"{ORIGIN}/2"
    assert _is_whole(log)
    began = _first(log)
    assert (began.fact, began.actor, began.reason) == (Fact.LOG_BEGAN, "uid:0", "I looked at it.")
    said = began.details
    assert (said["origin"], said["previous"], said["kept"]) == (f"{ORIGIN}/2", ORIGIN, "journal.broken-1")
    assert (said["at"], said["proven"], said["unproven"], said["withheld"]) == ("000001.jsonl:7", 6, 4, [])
    assert "entry 7 was changed" in said["fault"]
    assert said["checkpoint"].startswith(f"{ORIGIN}\n5\n")
    assert (log / "journal.broken-1" / "000001.jsonl").read_bytes() == broken
    assert (log / "salts.broken-1" / "000001.salts").is_file()
    state = _recollected(log)
    assert (state.names["scan"].digest, state.names["scan"].history, state.names["scan"].generation) == (A, (A,), 2)
    assert state.names["find"].desired.mode is Mode.ABSENT
    assert state.quarantined == {C: "It died five times."}
    assert [(given.by, given.answer) for given in state.answers[A]] == [("ann", Answer.APPROVE), ("bob", Answer.DENY)]
    assert B not in state.answers


def test_the_key_of_the_broken_log_is_put_aside_and_the_new_one_is_another(log: Path) -> None:
    old = (log / "log.key").read_bytes()
    _change_entry_7(log)
    renew(log)
    assert (log / "log.key.broken-1").read_bytes() == old
    assert (log / "log.key").read_bytes() != old
    key = load(log / "log.key", f"{ORIGIN}/2")
    assert (log / "journal" / "log.vkey").read_text() == f"{key.verifier}\n"
    write(log, [Entry(fact=Fact.POD_STARTED)])
    assert _is_whole(log)


def test_a_log_that_is_whole_is_not_renewed(log: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in log.rglob("*")}
    with pytest.raises(CommandInvalid, match="nothing to renew"):
        renew(log)
    assert {path: path.stat().st_mtime_ns for path in log.rglob("*")} == before


def test_a_second_break_gets_a_third_log(log: Path) -> None:
    _change_entry_7(log)
    renew(log)
    _change(log, 1, lambda line: line.replace(b"looked", b"locked"))
    assert renew(log) == f"{ORIGIN}/3"
    assert {path.name for path in log.glob("journal.broken-*")} == {"journal.broken-1", "journal.broken-2"}
    assert (_first(log).details["previous"], _first(log).details["proven"]) == (f"{ORIGIN}/2", 0)


def test_a_journal_that_is_gone_leaves_what_the_index_takes_away(log: Path) -> None:
    indexed(log, [*EARLY, *LATE[1:-1]])
    shutil.rmtree(log / "journal")
    assert renew(log) == f"{ORIGIN}/2"
    said = _first(log).details
    assert (said["kept"], said["proven"], said["checkpoint"]) == ("", 0, "")
    assert "gone" in said["fault"]
    state = _recollected(log)
    assert state.quarantined == {C: "It died five times."}
    assert [given.answer for given in state.answers[A]] == [Answer.DENY]
    assert state.names["find"].desired.mode is Mode.ABSENT
    assert (state.names["scan"].digest, state.names["scan"].past.marks["acme"].version) == (None, "1.3.0")


@pytest.mark.parametrize(
    ("name", "proven"), [("log.key", 10), ("journal/log.vkey", 10), ("journal/checkpoint", 10), ("journal/checkpoints", 9)]
)
def test_whatever_of_the_evidence_is_gone_what_is_left_of_it_proves(log: Path, name: str, proven: int) -> None:
    (log / name).unlink()
    if name.endswith("checkpoints"):
        _change(log, 10, lambda line: line.replace(b"resumed", b"retired"))  # without its history alone a log is whole
    renew(log)
    assert _is_whole(log)
    assert _first(log).details["proven"] == proven
    assert _first(log).details["previous"] == ORIGIN


def test_a_journal_exchanged_for_one_with_a_key_of_its_own_lets_nothing_in(log: Path, tmp_path: Path) -> None:
    forger = tmp_path / "forger"
    write(forger, [desires("scan", source="/srv/evil"), publishes("scan", 9, B), answers("scan", B, Answer.APPROVE, "ann"), *LATE[-2:]])
    shutil.rmtree(log / "journal")
    shutil.copytree(forger / "journal", log / "journal")
    renew(log)
    state = _recollected(log)
    assert _first(log).details["proven"] == 0
    assert (state.names["scan"].desired.mode, state.names["scan"].digest) == (Mode.ABSENT, None)
    assert {given.answer for given_ in state.answers.values() for given in given_} == {Answer.DENY}


def test_without_the_hashes_the_newest_checkpoint_that_holds_is_all_that_proves(log: Path) -> None:
    _change_entry_7(log)
    (log / "journal" / "hashes").unlink()
    renew(log)
    assert (_first(log).details["proven"], _first(log).details["withheld"]) == (5, ["find"])


def test_hashes_that_were_made_to_fit_prove_nothing(log: Path) -> None:
    _change_entry_7(log)
    tree = Growing()
    lines = (log / "journal" / "000001.jsonl").read_bytes().splitlines(keepends=True)
    (log / "journal" / "hashes").write_bytes(b"".join(tree.grow(map(leaf_hash, lines))))
    renew(log)
    assert _first(log).details["proven"] == 5


def test_a_segment_missing_in_the_middle_leaves_what_is_before_it(home: Path) -> None:
    history = [publishes("scan", number, f"sha256:{number:064d}") for number in range(1, 41)]
    write(home, history[:8], segment_bytes=2000)
    write(home, history[8:], batches=32, segment_bytes=2000)
    (home / "journal" / "000003.jsonl").unlink()
    with pytest.raises(JournalCorrupt, match="is missing") as refused:
        write(home, [])
    assert "skillpod log renew" in refused.value.hint
    renew(home)
    assert _first(home).details["proven"] == 14  # the kept hashes lead to what was signed: they prove up to the gap
    found = _recollected(home).names["scan"]
    assert (found.generation, found.digest) == (40, f"sha256:{14:064d}")


def test_without_its_first_entries_what_is_proven_counts_from_a_state_on(home: Path) -> None:
    write(home, EARLY * 5, segment_bytes=100)
    going = bodies(home / "journal")
    write(home, run_of(folded(EARLY).state()), segment_bytes=100)
    write(home, LATE, segment_bytes=100)
    for body in going:
        keep_leaves(home / "journal", body)
        drop(home / "journal", body)
    newest = sorted((home / "journal").glob("*.jsonl"))[-1]
    newest.write_bytes(newest.read_bytes().replace(b'"1.3.0"', b'"1.1.0"'))
    renew(home)
    assert _first(home).details["proven"] == 23
    assert _recollected(home).names["scan"].digest == A


def test_without_its_first_entries_and_a_state_that_is_proven_nothing_goes_on(home: Path) -> None:
    write(home, [Entry(fact=Fact.QUARANTINED, digest=C, reason="It died.")], segment_bytes=100)
    going = bodies(home / "journal")
    write(home, [Entry(fact=Fact.CALL)], segment_bytes=100)
    run = run_of(folded([*EARLY, answers("scan", A, Answer.DENY, "bob")]).state())
    write(home, run, segment_bytes=100)
    for body in going:
        keep_leaves(home / "journal", body)
        drop(home / "journal", body)
    newest = sorted((home / "journal").glob("*.jsonl"))[-1]
    newest.write_bytes(newest.read_bytes().replace(b"I read it.", b"I eat it. "))
    renew(home)
    assert _first(home).details["proven"] == 0
    state = _recollected(home)
    assert state.names["scan"].digest is None
    assert list(state.quarantined) == [C]
    assert [given.answer for given in state.answers[A]] == [Answer.DENY]


def test_dropped_entries_with_no_state_after_them_are_a_break(home: Path) -> None:
    write(home, EARLY, segment_bytes=100)
    going = bodies(home / "journal")
    write(home, LATE, segment_bytes=100)
    for body in going:
        keep_leaves(home / "journal", body)
        drop(home / "journal", body)
    for _ in range(2):  # the second time there is an index that was begun
        with closing(Index(home / "index.sqlite")) as index, pytest.raises(JournalCorrupt, match="none that stayed states") as refused:
            recollect(index, home / "journal")
        assert "skillpod log renew" in refused.value.hint
    renew(home)
    assert (_first(home).details["proven"], _recollected(home).names["scan"].digest) == (0, None)


def _copy(home: Path) -> Signed:
    key = load(home / "log.key", ORIGIN)
    return read_checkpoint((home / "journal" / "checkpoint").read_bytes(), key=key.verifier, verify=verify, at="copy")


def test_a_log_written_anew_with_the_stolen_key_is_proven_by_the_copies_alone(home: Path) -> None:
    write(home, EARLY)
    copies = [_copy(home)]
    write(home, LATE)
    copies.append(_copy(home))
    _change_entry_7(home)
    (home / "journal" / "hashes").unlink()
    key = load(home / "log.key", ORIGIN)
    for name, size in (("checkpoints", 9), ("checkpoint", 10)):
        text = _signed_again(home, size)
        (home / "journal" / name).write_text(str(Note(text, (key.sign(text),))))
    with pytest.raises(CommandInvalid, match="nothing to renew") as refused:
        renew(home)
    assert "--copy" in refused.value.hint
    again = renewal(home, copies=copies)
    broken = again.begin(actor="uid:0", reason="The copy says otherwise.", now=1.0)
    again.finish()
    assert broken is not None
    assert broken.proven == 4
    assert _is_whole(home)


def _signed_again(home: Path, size: int) -> str:
    tree = Growing()
    lines = (home / "journal" / "000001.jsonl").read_bytes().splitlines(keepends=True)
    tree.grow([leaf_hash(line) for line in lines[:size]])
    return str(Checkpoint(ORIGIN, tree.size, tree.root()))


# --- a renewal that does not come to its end ---------------------------------------------------------------------------------------


def _died(what: str, home: Path, steps: int) -> list[int]:
    """How each of so many processes ended that did this, on a copy of HOME, until it died at a step: 9, or 0 where it had fewer."""
    argv = [sys.executable, "-m", "tests.lifecycle.broken", what, str(home), str(steps)]
    told = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    ends = [int(line) for line in told.stdout.split()]
    assert ends[0] == 9
    assert ends[-1] == 0, "there are more steps than the test takes"
    return ends


def test_a_renewal_that_dies_at_any_step_ends_well_when_it_is_run_again(log: Path) -> None:
    _change_entry_7(log)
    indexed(log, EARLY)
    steps = 40
    ends = _died("renew", log, steps)
    whole = log.with_name(f"{log.name}-{steps}")
    expected = _recollected(whole)
    for step, end in enumerate(ends, 1):
        home = log.with_name(f"{log.name}-{step}")
        if end == 9:
            with pytest.raises(JournalCorrupt) as refused:
                write(home, [])
            assert "skillpod log renew" in refused.value.hint, step
            assert renew(home) == f"{ORIGIN}/2", step
        assert _is_whole(home), step
        assert _first(home).details["proven"] == 6, step
        assert _recollected(home) == expected, step
        kept = {path.name for path in home.iterdir() if path.name != "lock"}
        assert {"journal", "journal.broken-1", "log.key", "log.key.broken-1", "salts.broken-1"} <= kept, step
        assert not kept & {"renewing", "renewed", "journal.broken-2", "log.key.broken-2"}, (step, kept)


def test_a_first_start_that_dies_at_any_step_is_followed_by_one_that_does_not(home: Path) -> None:
    home.mkdir()
    ends = _died("begin", home, 30)
    for step in range(1, len(ends) + 1):
        begun = home.with_name(f"{home.name}-{step}")
        write(begun, LATE)
        assert _is_whole(begun), step
        assert [path.name for path in begun.glob("log.key*")] == ["log.key"], step


def test_a_key_that_is_laid_beside_its_place_when_a_pod_dies_is_taken_by_the_next(log: Path) -> None:
    (log / "log.key").rename(log / "log.key.new")
    write(log, [])
    assert (log / "log.key").is_file()
    (log / "log.key").unlink()
    keep(generate(ORIGIN), log / "log.key.new")
    with pytest.raises(JournalCorrupt, match="the key of the log is gone"):
        write(log, [])


@pytest.mark.parametrize("name", ["000001.jsonl", "hashes", "checkpoints", "log.vkey"])
def test_what_was_put_in_the_place_of_a_file_keeps_no_new_log_from_beginning(log: Path, name: str) -> None:
    file = log / "journal" / name
    file.unlink()
    file.symlink_to("/dev/zero")
    with pytest.raises(JournalCorrupt, match="is not a plain file") as refused:
        write(log, [])
    assert "skillpod log renew" in refused.value.hint
    renew(log)
    assert _is_whole(log)
    assert "is not a plain file" in _first(log).details["fault"]


def test_a_journal_set_back_whole_is_told_by_the_index_and_what_that_knew_still_takes_away(home: Path, tmp_path: Path) -> None:
    """Every file of the directory as it was: nothing in it tells. What was said since is not undone by it."""
    write(home, EARLY)
    shutil.copytree(home / "journal", tmp_path / "older")
    write(home, LATE)
    indexed(home, [*EARLY, *LATE])
    shutil.rmtree(home / "journal")
    (tmp_path / "older").rename(home / "journal")
    assert _is_whole(home)
    with (
        closing(Index(home / "index.sqlite")) as index,
        pytest.raises(JournalCorrupt, match="an older one was put in its place") as refused,
    ):
        recollect(index, home / "journal", end=len(EARLY))
    assert "skillpod log renew" in refused.value.hint
    renew(home)
    assert _first(home).details["proven"] == len(EARLY)
    state = _recollected(home)
    assert state.quarantined == {C: "It died five times."}
    assert Answer.DENY in {given.answer for given in state.answers[A]}
