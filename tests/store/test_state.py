"""The state written into the log: it says all that was said before it, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import JournalCorrupt
from skillpod.journal.entry import MAX_LINE, encode
from skillpod.model.approval import Answer
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.store.index import Index
from skillpod.store.state import PART_BYTES, run_of
from tests.store.histories import DIGESTS, answers, desires, entries, folded, publishes, state_of

histories = st.lists(entries, max_size=25)


def _long() -> list[Entry]:
    """A history whose state has many parts."""
    names = [f"skill_{number}" for number in range(300)]
    return [
        entry
        for number, name in enumerate(names)
        for entry in (
            desires(name, config={"text": "x" * 200}),
            publishes(name, 1, f"sha256:{number:064d}", publisher="acme"),
            Entry(fact=Fact.QUARANTINED, digest=f"sha256:{number:064d}", reason="It died five times."),
            answers(name, DIGESTS[0], Answer.DENY, "ann"),
        )
    ]


@given(before=histories, after=histories)
@settings(max_examples=150, deadline=None)
def test_a_log_from_its_state_on_comes_to_the_same_as_the_whole(before: list[Entry], after: list[Entry]) -> None:
    run = run_of(folded(before).state())
    assert state_of([*run, *after]) == state_of([*before, *after])
    assert state_of([*before, *run, *after]) == state_of([*before, *after])


@given(other=histories, before=histories, after=histories)
@settings(max_examples=60, deadline=None)
def test_a_state_takes_the_place_of_all_that_was_folded_before_it(other: list[Entry], before: list[Entry], after: list[Entry]) -> None:
    run = run_of(folded(before).state())
    assert state_of([*other, *run, *after]) == state_of([*before, *after])


@pytest.mark.parametrize("place", range(9))
def test_a_state_of_many_parts_counts_when_it_is_whole_and_not_before(place: int) -> None:
    run = run_of(folded(_long()).state())
    assert len(run) == 9
    other = [publishes("text", 3, DIGESTS[1])]
    torn = [*run[:place], *run[place + 1 :]]
    assert state_of([*other, *run]) == state_of(_long())
    assert state_of([*other, *torn]) == state_of(other), "a part is missing"
    assert state_of([*other, *run[:place], Entry(fact=Fact.CALL), *run[place:]]) == state_of(_long() if place == 0 else other)
    assert state_of([*other, *torn, *run]) == state_of(_long()), "and the next run is whole"


def test_no_part_is_too_large_for_a_line() -> None:
    for part in run_of(folded(_long()).state()):
        assert PART_BYTES / 2 < len(encode(part, seq=10**9, ts=1.0, node="n" * 20)) <= MAX_LINE or part.details["state"]["part"] == 9


def test_the_longest_reason_of_a_quarantine_fits_whatever_it_is_written_in() -> None:
    for text in ("x", "\N{EURO SIGN}", "\N{GRINNING FACE}", "\0"):
        fold = folded([])
        fold.quarantine(Digest("sha256:" + "a" * 64), text * 100_000)
        for part in run_of(fold.state()):
            assert len(encode(part, seq=10**9, ts=1.0, node="n" * 20)) <= MAX_LINE


def test_the_largest_config_that_the_log_could_say_once_it_can_say_again() -> None:
    def wanted(size: int) -> Entry:
        return desires("scan", config={"text": "x" * size})

    def fits(entry: Entry) -> bool:
        try:
            return len(encode(entry, seq=1, ts=1.0, node="pod-1")) <= MAX_LINE
        except Exception:
            return False

    size = max(size for size in range(MAX_LINE - 1000, MAX_LINE) if fits(wanted(size)))
    assert state_of(run_of(state_of([wanted(size)]))) == state_of([wanted(size)])


def test_a_history_of_thousands_of_versions_is_stated_whole() -> None:
    history = [publishes("scan", number, f"sha256:{number:064d}") for number in range(1, 3000)]
    run = run_of(folded(history).state())
    assert len(run) > 1
    assert state_of(run) == state_of(history)


@pytest.mark.parametrize("said", [None, {}, {"part": 1}, {"part": 0, "of": 1}, {"part": 2, "of": 1}, {"part": True, "of": 1}])
def test_a_state_that_does_not_say_which_part_it_is_is_refused(said: Any) -> None:
    with pytest.raises(JournalCorrupt, match="but not which"):
        folded([Entry(fact=Fact.STATE, details={"state": said})])


@pytest.mark.parametrize(
    "rows", [{"published": [{"name": "scan"}]}, {"desired": [1]}, {"answers": [{}]}, {"history": [["scan"]]}, {"rules": ["x"]}]
)
def test_a_state_in_another_shape_is_refused(rows: dict[str, Any]) -> None:
    with pytest.raises(JournalCorrupt, match="not in a shape it has"):
        folded([Entry(fact=Fact.STATE, details={"state": {"part": 1, "of": 1, **rows}})])


# --- in the index ------------------------------------------------------------------------------------------------------------------


def _everything(index: Index) -> tuple[Any, ...]:
    digests = [*DIGESTS, *(Digest(f"sha256:{number:064d}") for number in range(300))]
    people = ([index.answers(digest) for digest in digests], index.reviews(), index.rules())
    return (dict(index.names()), dict(index.quarantined()), *people, index.position())


@pytest.mark.parametrize("restart", range(1, 12))
def test_an_index_that_ends_within_a_run_begins_again_before_it(tmp_path: Path, restart: int) -> None:
    log = list(enumerate([publishes("text", 3, DIGESTS[1]), *run_of(folded(_long()).state()), desires("find")], 1))
    whole = Index(tmp_path / "whole.sqlite")
    whole.apply_all(log)
    parts = Index(tmp_path / "parts.sqlite")
    parts.apply_all(log[:restart])
    parts.close()
    parts = Index(tmp_path / "parts.sqlite")
    assert parts.position() == (1 if restart < 10 else restart)
    for seq, entry in log:
        parts.apply(seq, entry)
    assert _everything(parts) == _everything(whole)
    parts.close()
    again = Index(tmp_path / "parts.sqlite")
    assert _everything(again) == _everything(whole)
    again.close()
    whole.close()


def test_a_state_that_says_what_is_known_moves_the_position_alone(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    index.apply_all(enumerate(_long(), 1))
    changes = index._database.total_changes
    for seq, entry in enumerate(index.stated(), index.position() + 1):
        index.apply(seq, entry)
    assert index._database.total_changes == changes
    index.close()
