"""The index: the same answer however the journal was folded, and never more than the journal says."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import JournalCorrupt, PathUnusable
from skillpod.model.approval import Answer, Approval, Subject
from skillpod.model.command import Desired, Mode, Remembered
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.model.provenance import Mark, Past
from skillpod.store.index import Index

A, B, C = (Digest("sha256:" + letter * 64) for letter in "abc")


def desires(name: str, mode: Mode = Mode.FOLLOW, **fields: Any) -> Entry:
    desired = Desired(name=name, mode=mode, source="folder", actor="owner", **fields)
    return Entry(fact=Fact.DESIRED, skill=name, details={"desired": desired.as_dict()})


def publishes(name: str, generation: int, digest: str, previous: str = "") -> Entry:
    return Entry(fact=Fact.PUBLISHED, skill=name, generation=generation, digest=digest, previous_digest=previous)


_names = st.sampled_from(["scan", "text", "find"])
_digests = st.sampled_from([A, B, C])
_entries = st.one_of(
    st.builds(
        desires, _names, st.sampled_from(Mode), digest=st.none() | _digests, config=st.dictionaries(st.text(max_size=2), st.integers())
    ),
    st.builds(publishes, _names, st.integers(1, 9), _digests, st.just("") | _digests),
    st.builds(Entry, fact=st.sampled_from([Fact.UNMOUNTED, Fact.REFUSED, Fact.ROLLED_BACK, Fact.CALL]), skill=_names, digest=_digests),
    st.builds(Entry, fact=st.sampled_from([Fact.QUARANTINED, Fact.RESUMED]), digest=_digests, reason=st.text(max_size=3)),
)


_opened: list[Index] = []


@pytest.fixture(autouse=True)
def _closed_in_the_end() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def opened(path: Path) -> Index:
    index = Index(path)
    _opened.append(index)
    return index


def _state(index: Index) -> tuple[dict[str, Remembered], dict[Digest, str], int]:
    return dict(index.names()), dict(index.quarantined()), index.position()


def _folded(path: Path, entries: Sequence[Entry]) -> Index:
    index = opened(path)
    for seq, entry in enumerate(entries, 1):
        index.apply(seq, entry)
    return index


@given(entries=st.lists(_entries, max_size=25), restarts=st.sets(st.integers(0, 24)), together=st.booleans())
@settings(max_examples=60, deadline=None)
def test_folding_in_one_go_equals_folding_with_restarts_in_between(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], restarts: set[int], together: bool
) -> None:
    home = tmp_path_factory.mktemp("home")
    whole = opened(home / "whole.db")
    if together:
        whole.apply_all(enumerate(entries, 1))
    else:
        for seq, entry in enumerate(entries, 1):
            whole.apply(seq, entry)
    parts = opened(home / "parts.db")
    for seq, entry in enumerate(entries, 1):
        if seq in restarts:
            parts.close()
            parts = opened(home / "parts.db")
            assert parts.position() == seq - 1
        parts.apply(seq, entry)
    assert _state(parts) == _state(whole)
    parts.close()
    whole.close()


@given(entries=st.lists(_entries, max_size=25), crash=st.integers(0, 25))
@settings(max_examples=40, deadline=None)
def test_a_crash_at_any_point_and_a_second_look_at_the_journal_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], crash: int
) -> None:
    home = tmp_path_factory.mktemp("home")
    whole = _folded(home / "whole.db", entries)
    crashed = _folded(home / "crashed.db", entries[:crash])  # not closed: what it had not written is gone
    again = opened(home / "crashed.db")
    assert again.position() <= crash
    again.apply_all((seq, entry) for seq, entry in enumerate(entries, 1) if seq > again.position())
    assert _state(again) == _state(whole)
    for index in (whole, crashed, again):
        index.close()


def test_what_is_desired_is_remembered_whole(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [desires("scan", Mode.PINNED, digest=A, over=B, config={"level": [1, {"x": None}]})])
    index.close()
    found = opened(tmp_path / "index.db").names()["scan"].desired
    assert found == Desired(
        name="scan", mode=Mode.PINNED, source="folder", actor="owner", digest=A, over=B, config={"level": [1, {"x": None}]}
    )


def test_what_is_published_moves_on_and_what_was_before_is_kept(tmp_path: Path) -> None:
    index = _folded(
        tmp_path / "index.db", [desires("scan"), publishes("scan", 1, A), publishes("scan", 2, B, A), publishes("scan", 3, A, B)]
    )
    found = index.names()["scan"]
    assert (found.generation, found.digest, found.previous, found.history) == (3, A, B, (B, A))


def test_an_unmounted_name_keeps_its_number_and_its_history(tmp_path: Path) -> None:
    index = _folded(
        tmp_path / "index.db",
        [desires("scan"), publishes("scan", 1, A), publishes("scan", 2, B, A), Entry(fact=Fact.UNMOUNTED, skill="scan", digest=B)],
    )
    found = index.names()["scan"]
    assert (found.generation, found.digest, found.previous, found.history) == (2, None, A, (A, B))


def test_a_generation_that_takes_over_from_its_own_digest_does_not_forget_the_one_before(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [publishes("scan", 1, A), publishes("scan", 2, B, A), publishes("scan", 3, B, B)])
    assert index.names()["scan"].previous == A


def test_a_long_history_is_kept_in_order_and_costs_no_more_with_every_version(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.db")
    digests = [Digest(f"sha256:{number:064d}") for number in range(2000)]
    index.apply_all((seq, publishes("scan", seq, digest)) for seq, digest in enumerate(digests, 1))
    index.apply(2001, publishes("scan", 2001, digests[5]))
    changes = index._database.total_changes
    index.apply(2002, publishes("scan", 2002, digests[7]))
    assert index._database.total_changes - changes < 10
    index.close()
    rest = [digest for digest in digests if digest not in (digests[5], digests[7])]
    assert opened(tmp_path / "index.db").names()["scan"].history == (*rest, digests[5], digests[7])


def test_numbers_never_go_down(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [publishes("scan", 7, A), publishes("scan", 3, B)])
    assert index.names()["scan"].generation == 7


def test_a_digest_is_quarantined_until_it_is_resumed(tmp_path: Path) -> None:
    index = _folded(
        tmp_path / "index.db",
        [Entry(fact=Fact.QUARANTINED, skill="scan", digest=digest, reason="it died five times") for digest in (A, B)]
        + [Entry(fact=Fact.RESUMED, skill="scan", digest=A)],
    )
    assert index.quarantined() == {B: "it died five times"}
    index.close()
    assert opened(tmp_path / "index.db").quarantined() == {B: "it died five times"}


FOLDED = {Fact.DESIRED, Fact.PUBLISHED, Fact.UNMOUNTED, Fact.QUARANTINED, Fact.RESUMED, Fact.STATE}
ANSWERS = {Fact.APPROVED: Answer.APPROVE, Fact.DENIED: Answer.DENY, Fact.GLASS_BROKEN: Answer.BREAK_GLASS}


@pytest.mark.parametrize("fact", sorted(set(Fact) - FOLDED - ANSWERS.keys(), key=str))
def test_other_facts_change_nothing_but_the_position(tmp_path: Path, fact: Fact) -> None:
    index = _folded(tmp_path / "index.db", [desires("scan"), publishes("scan", 1, A)])
    before = dict(index.names())
    index.apply(3, Entry(fact=fact, skill="scan", digest=B, generation=9))
    assert dict(index.names()) == before
    assert index.position() == 3
    index.close()
    assert opened(tmp_path / "index.db").position() == 3


def test_an_entry_that_was_folded_is_passed_over(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [publishes("scan", 1, A), publishes("scan", 2, B, A)])
    before = _state(index)
    index.apply(1, publishes("scan", 1, A))
    assert _state(index) == before


def test_an_answer_in_hand_does_not_change_when_something_is_folded(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [publishes("scan", 1, A)])
    names, quarantined = index.names(), index.quarantined()
    index.apply(2, publishes("text", 1, B))
    index.apply(3, Entry(fact=Fact.QUARANTINED, digest=C, reason="no"))
    assert (list(names), dict(quarantined)) == (["scan"], {})
    assert (sorted(index.names()), dict(index.quarantined())) == (["scan", "text"], {C: "no"})


@pytest.mark.parametrize(
    "details",
    [{}, {"desired": None}, {"desired": {"name": "scan"}}, {"desired": {"name": "scan", "mode": "dance", "source": "", "actor": ""}}],
)
def test_an_entry_that_does_not_say_what_is_desired_is_refused(tmp_path: Path, details: dict[str, Any]) -> None:
    index = opened(tmp_path / "index.db")
    with pytest.raises(JournalCorrupt) as caught:
        index.apply(1, Entry(fact=Fact.DESIRED, skill="scan", details=details))
    assert caught.value.skill == "scan"
    assert index.position() == 0


def test_an_entry_about_one_skill_can_not_desire_another(tmp_path: Path) -> None:
    entry = Entry(fact=Fact.DESIRED, skill="other", details=desires("scan").details)
    with pytest.raises(JournalCorrupt, match="about `other`"):
        opened(tmp_path / "index.db").apply(1, entry)


# --- taking away while the journal can't be written -------------------------------------------------------------------------------


def test_what_is_taken_away_shows_at_once_and_on_disk_only_after_the_journal_has_it(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    index = _folded(path, [desires("scan"), publishes("scan", 1, A)])
    index.fold(Entry(fact=Fact.UNMOUNTED, skill="scan"))
    assert index.names()["scan"].digest is None
    assert index.position() == 2
    index.close()  # the journal never wrote it
    index = opened(path)
    assert (index.names()["scan"].digest, index.position()) == (A, 2)
    index.fold(Entry(fact=Fact.UNMOUNTED, skill="scan"))
    index.apply(4, publishes("text", 1, B))  # entry 4 is durable, so is the unmount before it
    index.close()
    assert opened(path).names()["scan"].digest is None


def test_a_full_disk_does_not_stop_the_fold_and_is_made_good(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    index = _folded(path, [publishes("scan", 1, A)])
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    index._database.execute("PRAGMA busy_timeout = 0")  # another process in the way stands for a disk that says no
    other.execute("BEGIN IMMEDIATE")
    index.apply(2, publishes("text", 1, B))
    assert sorted(index.names()) == ["scan", "text"]
    other.execute("ROLLBACK")
    assert other.execute("SELECT seq FROM position").fetchone() == (1,)
    index.apply(3, Entry(fact=Fact.UNMOUNTED, skill="scan"))
    assert other.execute("SELECT seq FROM position").fetchone() == (3,)
    other.close()
    index.close()
    again = opened(path)
    assert (again.names()["scan"].digest, again.names()["text"].digest) == (None, B)


# --- a copy that may be lost ------------------------------------------------------------------------------------------------------


def _newer(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()


def _without_a_table(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("DROP TABLE history")
    database.close()


def _nonsense_in_a_row(path: Path) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("UPDATE names SET desired = '[1'")
    database.close()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"no database at all" * 100), id="garbage"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(8192)), id="zeros"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:5000]), id="cut"),
        pytest.param(_newer, id="newer"),
        pytest.param(_without_a_table, id="without a table"),
        pytest.param(_nonsense_in_a_row, id="nonsense"),
    ],
)
def test_a_copy_that_can_not_be_read_is_made_anew(tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "index.db"
    _folded(path, [desires("scan"), publishes("scan", 1, A)]).close()
    damage(path)
    index = opened(path)
    assert _state(index) == ({}, {}, 0)
    index.apply(1, publishes("scan", 1, A))
    index.close()
    again = opened(path)
    assert again.position() == 1
    again.close()


def test_a_reset_forgets_everything(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [desires("scan"), Entry(fact=Fact.QUARANTINED, digest=A)])
    index.reset()
    assert _state(index) == ({}, {}, 0)
    index.apply(1, publishes("text", 1, A))
    index.close()
    assert list(opened(tmp_path / "index.db").names()) == ["text"]


def test_the_copy_is_its_owners_only_and_no_link_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    index = _folded(path, [publishes("scan", 1, A)])
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    index.close()
    target = tmp_path / "target"
    target.write_bytes(b"mine")
    path.unlink()
    path.symlink_to(target)
    opened(path).close()
    assert target.read_bytes() == b"mine"
    assert not path.is_symlink()


def test_a_home_that_is_no_directory_is_said(tmp_path: Path) -> None:
    with pytest.raises(PathUnusable):
        opened(tmp_path / "nowhere" / "index.db")


def test_a_thousand_names_are_asked_for_in_no_time(tmp_path: Path) -> None:
    index = opened(tmp_path / "index.db")
    index.apply_all((seq, publishes(f"skill{seq}", 1, A)) for seq in range(1, 1001))
    started = time.process_time()
    for _ in range(1000):
        assert len(index.names()) == 1000
    assert time.process_time() - started < 0.5
    index.close()
    started = time.process_time()
    assert len(opened(tmp_path / "index.db").names()) == 1000
    assert time.process_time() - started < 2


def answered(fact: Fact, by: str, *, digest: str = A, policy: str = B) -> Entry:
    subject = Subject(skill="scan", digest=Digest(digest), evidence=B, permissions=B, findings=B, policy=Digest(policy))
    given = Approval(subject=subject, answer=ANSWERS[fact], by=by, reason="it was looked at", at=1.0, until=2.0)
    return Entry(fact=fact, skill="scan", digest=digest, actor=by, details={"approval": given.as_dict()})


def test_of_each_person_the_newest_answer_for_a_subject_is_remembered_over_a_restart(tmp_path: Path) -> None:
    index = _folded(
        tmp_path / "index.db",
        [
            answered(Fact.APPROVED, "ann"),
            answered(Fact.APPROVED, "bob"),
            answered(Fact.DENIED, "ann"),
            answered(Fact.APPROVED, "ann", policy=A),
        ],
    )
    index.close()
    given = opened(tmp_path / "index.db").answers(A)
    assert [(each.by, each.answer, each.subject.policy) for each in given] == [
        ("bob", Answer.APPROVE, B),
        ("ann", Answer.DENY, B),
        ("ann", Answer.APPROVE, A),
    ]


def test_broken_glass_is_to_be_reviewed_until_it_was(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [answered(Fact.GLASS_BROKEN, "eve")])
    assert [(each.by, each.subject.skill) for each in index.reviews()] == [("eve", "scan")]
    index.close()
    again = opened(tmp_path / "index.db")
    assert [each.by for each in again.reviews()] == ["eve"]
    again.apply(2, Entry(fact=Fact.REVIEWED, skill="scan", actor="ann"))
    again.close()
    assert opened(tmp_path / "index.db").reviews() == ()


def test_a_reason_that_no_database_takes_keeps_nothing_else_from_being_kept(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [Entry(fact=Fact.QUARANTINED, skill="scan", digest=B, reason="it said \ud800")])
    index.close()
    again = opened(tmp_path / "index.db")
    assert (again.quarantined(), again.position()) == ({B: "it said \\ud800"}, 1)


def test_glass_that_was_broken_while_a_review_was_written_is_still_to_be_reviewed(tmp_path: Path) -> None:
    eve, ann = answered(Fact.GLASS_BROKEN, "eve"), answered(Fact.GLASS_BROKEN, "ann")
    reviewed = Entry(fact=Fact.REVIEWED, skill="scan", actor="ann", details={"reviewed": [eve.details["approval"]]})
    index = _folded(tmp_path / "index.db", [eve, ann, reviewed])
    assert [each.by for each in index.reviews()] == ["ann"]


@pytest.mark.parametrize("details", [{}, {"approval": {"by": "ann"}}], ids=["nothing", "half"])
def test_an_answer_that_does_not_say_what_it_is_for_is_a_corrupt_journal(tmp_path: Path, details: dict[str, Any]) -> None:
    with pytest.raises(JournalCorrupt, match="not what"):
        _folded(tmp_path / "index.db", [Entry(fact=Fact.APPROVED, skill="scan", actor="ann", details=details)])


def test_an_answer_under_another_name_or_another_fact_is_a_corrupt_journal(tmp_path: Path) -> None:
    for entry in (
        replace(answered(Fact.APPROVED, "ann"), actor="bob"),
        replace(answered(Fact.DENIED, "ann"), fact=Fact.APPROVED),
    ):
        with pytest.raises(JournalCorrupt, match="different things"):
            _folded(tmp_path / f"{entry.fact.value}-{entry.actor}.db", [entry])


def test_the_mark_of_a_publisher_goes_up_and_never_down(tmp_path: Path) -> None:
    def signed(number: int, version: str, digest: Digest, publisher: str) -> Entry:
        return replace(publishes("scan", number, digest), version=version, details={"provenance": {"publisher": publisher, "keys": ["k"]}})

    entries = [signed(1, "1.10.0", A, "acme"), signed(2, "1.9.0", B, "acme"), publishes("scan", 3, B)]
    index = _folded(tmp_path / "index.db", entries)
    index.close()
    again = opened(tmp_path / "index.db")
    assert again.names()["scan"].past == Past(signed_by="acme", marks={"acme": Mark(version="1.10.0", digest=A)})
    again.apply(4, signed(4, "1.0.0", B, "other"))
    marks = {"acme": Mark(version="1.10.0", digest=A), "other": Mark(version="1.0.0", digest=B)}
    assert again.names()["scan"].past == Past(signed_by="other", marks=marks)


def test_the_rules_that_were_in_force_are_remembered(tmp_path: Path) -> None:
    index = _folded(tmp_path / "index.db", [Entry(fact=Fact.RULES, details={"rules": {"revocations": B}})])
    index.close()
    assert opened(tmp_path / "index.db").rules() == {"revocations": B}
