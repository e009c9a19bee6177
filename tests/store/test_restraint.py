"""Lines that nothing proves: whatever they say, nobody gets in for it, and every no in them counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from skillpod.model.approval import Answer
from skillpod.model.command import FOLDER, Desired, Mode, Remembered
from skillpod.model.entry import Entry, Fact
from skillpod.store.fold import Fold
from skillpod.store.restraint import Restraint
from skillpod.store.state import run_of
from tests.store.histories import DIGESTS, answers, desires, entries, folded, logged, publishes

NOTHING = "sha256:" + "0" * 64
A, B, C = DIGESTS
histories = st.lists(entries, max_size=20)


def restrained(proven: Sequence[Entry], later: Sequence[Entry]) -> Fold:
    fold = folded(proven)
    restraint = Restraint(fold, nothing_revoked=NOTHING)
    for entry in later:
        restraint.take(logged(entry))
    return fold


def _known(fold: Fold, name: str) -> Remembered:
    return fold.names.get(name) or Remembered(desired=Desired(name=name, mode=Mode.FOLLOW, source=FOLDER, actor=FOLDER))


@given(proven=histories, later=histories, is_stated=st.booleans())
@settings(max_examples=200, deadline=None)
def test_nothing_is_let_in_for_what_is_not_proven(proven: list[Entry], later: list[Entry], is_stated: bool) -> None:
    before = folded(proven)
    if is_stated:
        later = list(run_of(folded([*proven, *later]).state()))
    after = restrained(proven, later)
    for name, remembered in after.names.items():
        known = _known(before, name)
        assert remembered.desired == known.desired or remembered.desired.mode is Mode.ABSENT
        assert remembered.digest in (known.digest, None)
        assert (remembered.history, remembered.previous, remembered.identity) == (known.history, known.previous, known.identity)
        assert remembered.generation >= known.generation
        assert remembered.past.signed_by == known.past.signed_by or not known.past.signed_by
        for publisher, mark in known.past.marks.items():
            assert Version(remembered.past.marks[publisher].version) >= Version(mark.version)
    assert before.quarantined.keys() <= after.quarantined.keys()
    for digest, given_ in after.people.answers.items():
        assert {each for each in given_ if each.answer is not Answer.DENY} <= set(before.people.answers.get(digest, ()))
    assert set(before.people.reviews) <= set(after.people.reviews)


@given(proven=histories)
@settings(max_examples=60, deadline=None)
def test_what_says_again_what_is_proven_changes_nothing(proven: list[Entry]) -> None:
    before = folded(proven)
    after = restrained(proven, run_of(before.state()))
    assert after.names == before.names
    assert after.quarantined == before.quarantined
    assert after.people.rules == before.people.rules or before.people.rules.get("revocations") == NOTHING
    assert after.people.reviews == before.people.reviews
    assert {digest: set(given_) for digest, given_ in after.people.answers.items()} == {
        digest: set(given_) for digest, given_ in before.people.answers.items()
    }


PROVEN = [
    desires("scan"),
    publishes("scan", 4, A, version="1.2.0", publisher="acme"),
    answers("scan", A, Answer.APPROVE, "ann"),
    Entry(fact=Fact.QUARANTINED, digest=C, reason="It died."),
    Entry(fact=Fact.RULES, details={"rules": {"revocations": B}}),
]


def _stated(*later: Entry) -> list[list[Entry]]:
    """The same said by entries, and by a state that nothing proves."""
    return [list(later), list(run_of(folded([*PROVEN, *later]).state()))]


@pytest.mark.parametrize("later", _stated(Entry(fact=Fact.QUARANTINED, digest=A, reason="It died five times.")))
def test_a_quarantine_counts(later: list[Entry]) -> None:
    assert restrained(PROVEN, later).quarantined[A] == "It died five times."


def test_what_lifts_a_quarantine_does_not() -> None:
    assert C in restrained(PROVEN, [Entry(fact=Fact.RESUMED, digest=C)]).quarantined


@pytest.mark.parametrize("later", _stated(answers("scan", A, Answer.DENY, "ann")))
def test_a_no_counts_in_the_place_of_the_yes_before_it(later: list[Entry]) -> None:
    assert [given_.answer for given_ in restrained(PROVEN, later).people.answers[A]] == [Answer.DENY]


def test_a_yes_does_not_count() -> None:
    assert B not in restrained(PROVEN, [answers("scan", B, Answer.APPROVE, "ann")]).people.answers


@pytest.mark.parametrize("later", _stated(answers("scan", B, Answer.BREAK_GLASS, "nina")))
def test_broken_glass_lets_nothing_in_and_must_still_be_reviewed(later: list[Entry]) -> None:
    people = restrained(PROVEN, later).people
    assert B not in people.answers
    assert [broken.by for broken in people.reviews] == ["nina"]


@pytest.mark.parametrize("mode", [Mode.ABSENT, Mode.PINNED])
@pytest.mark.parametrize("form", [0, 1])
def test_an_unmount_and_a_rollback_leave_the_name_without_anything(mode: Mode, form: int) -> None:
    found = restrained(PROVEN, _stated(desires("scan", mode, digest=B))[form]).names["scan"]
    assert (found.desired.mode, found.digest, found.history) == (Mode.ABSENT, None, (A,))


@pytest.mark.parametrize(
    "later", [desires("scan", source="/srv/scan"), desires("scan", config={"level": 2}), desires("new", source="/srv/new")]
)
def test_another_source_or_config_is_not_taken_and_what_was_before_is_not_either(later: Entry) -> None:
    assert restrained(PROVEN, [later]).names[later.skill].desired.mode is Mode.ABSENT


def test_to_follow_the_same_folder_at_another_digest_is_no_news() -> None:
    assert restrained(PROVEN, [desires("scan", digest=B)]).names == folded(PROVEN).names


@pytest.mark.parametrize("later", _stated(publishes("scan", 7, B, version="2.0.0", publisher="acme")))
def test_a_higher_version_and_a_higher_number_are_remembered_and_what_served_is_not_taken(later: list[Entry]) -> None:
    found = restrained(PROVEN, later).names["scan"]
    assert (found.generation, found.past.marks["acme"].version) == (7, "2.0.0")
    assert (found.digest, found.history) == (A, (A,))


def test_another_signer_does_not_take_the_place_of_the_first() -> None:
    past = restrained(PROVEN, [publishes("scan", 5, B, publisher="other")]).names["scan"].past
    assert past.signed_by == "acme"


def test_that_something_was_revoked_is_remembered_and_that_nothing_is_any_more_is_not() -> None:
    rules = [Entry(fact=Fact.RULES, details={"rules": {"revocations": digest, "policy": C}}) for digest in (C, NOTHING)]
    assert restrained(PROVEN, rules).people.rules == {"revocations": C}
    assert restrained(PROVEN, rules[1:]).people.rules == {"revocations": B}


@pytest.mark.parametrize(
    "entry",
    [
        Entry(fact=Fact.DESIRED, skill="scan", details={"desired": {"name": "scan"}}),
        Entry(fact=Fact.DENIED, details={}),
        Entry(fact=Fact.RULES, details={"rules": 1}),
        Entry(fact=Fact.STATE, details={"state": {"part": 1, "of": 0}}),
        Entry(
            fact=Fact.STATE,
            details={
                "state": {"part": 1, "of": 9, "desired": [1], "quarantined": [[A]], "marks": [[], ["scan", "acme", 9, 9]], "more": [1]}
            },
        ),
        desires("no such name"),
        desires("-", Mode.ABSENT),
        Entry(fact=Fact.PUBLISHED, skill="scan", details={"provenance": 1}),
    ],
)
def test_an_entry_in_no_shape_takes_nothing_and_stops_nothing(entry: Entry) -> None:
    later: list[Any] = [entry, Entry(fact=Fact.QUARANTINED, digest=A, reason="It died.")]
    fold = restrained(PROVEN, later)
    assert A in fold.quarantined
    assert fold.names == folded(PROVEN).names
