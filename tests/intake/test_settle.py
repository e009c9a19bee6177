"""Saves settle at their trailing edge: the last one always wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.intake.settle import Settle


def test_a_name_is_taken_once_it_was_quiet() -> None:
    settle = Settle(0.1)
    settle.touch("demo", 1.0)
    assert settle.take(1.09) == {}
    assert settle.take(1.1) == {"demo": 1.0}
    assert settle.take(9.0) == {}


def test_a_touch_starts_the_quiet_period_again_and_the_first_sign_is_kept() -> None:
    settle = Settle(0.125)
    settle.touch("demo", 1.0)
    settle.touch("demo", 1.0625)
    assert settle.take(1.125) == {}
    assert settle.take(1.1875) == {"demo": 1.0}


def test_a_complete_folder_is_due_at_once() -> None:
    settle = Settle(0.1)
    settle.touch("demo", 1.0)
    settle.complete("demo", 1.02)
    assert settle.due() == 1.02
    assert settle.take(1.02) == {"demo": 1.0}


def test_a_write_after_completion_is_waited_for() -> None:
    settle = Settle(0.1)
    settle.complete("demo", 1.0)
    settle.touch("demo", 1.0)
    assert settle.take(1.0) == {}
    assert settle.take(1.1) == {"demo": 1.0}


def test_a_name_that_is_never_quiet_is_taken_all_the_same() -> None:
    settle = Settle(0.1, longest=2.0)
    now = 0.0
    while not settle.take(now):
        settle.touch("demo", now)
        now += 0.05
    assert now == pytest.approx(2.0, abs=0.06)


def test_names_wait_for_themselves_only() -> None:
    settle = Settle(0.1)
    settle.touch("first", 1.0)
    settle.touch("second", 1.05)
    assert settle.due() == 1.1
    assert settle.take(1.1) == {"first": 1.0}
    assert settle.due() == pytest.approx(1.15)


def test_the_longest_waiting_comes_first() -> None:
    settle = Settle(0.1)
    settle.touch("zebra", 1.0)
    settle.touch("apple", 1.01)
    assert list(settle.take(2.0)) == ["zebra", "apple"]


def test_nothing_waits_at_first() -> None:
    assert Settle(0.1).due() is None
    assert Settle(0.1).take(1e9) == {}


@pytest.mark.parametrize("quiet", [-0.1, 3.0])
def test_a_quiet_period_that_makes_no_sense_is_refused(quiet: float) -> None:
    with pytest.raises(ValueError, match="quiet"):
        Settle(quiet, longest=2.0)


STEPS = st.lists(st.tuples(st.sampled_from(["touch", "complete", "take"]), st.sampled_from("ab"), st.floats(0, 0.5)), max_size=60)


@given(STEPS)
def test_the_last_change_is_always_taken_exactly_once_more(steps: list[tuple[str, str, float]]) -> None:
    quiet = 0.2
    settle = Settle(quiet)
    now = 0.0
    last: dict[str, tuple[str, float]] = {}
    taken_since: dict[str, int] = {}
    for act, name, wait in steps:
        now += wait
        if act == "take":
            for found in settle.take(now):
                taken_since[found] = taken_since.get(found, 0) + 1
                assert taken_since[found] == 1
            continue
        (settle.touch if act == "touch" else settle.complete)(name, now)
        last[name] = (act, now)
        taken_since[name] = 0
    for name in settle.take(now + quiet):
        taken_since[name] += 1
    assert all(count == 1 for count in taken_since.values())
    assert settle.due() is None


@given(STEPS)
def test_due_says_exactly_when_take_gives_something(steps: list[tuple[str, str, float]]) -> None:
    settle = Settle(0.2)
    now = 0.0
    for act, name, wait in steps:
        now += wait
        if act != "take":
            (settle.touch if act == "touch" else settle.complete)(name, now)
            continue
        due = settle.due()
        assert bool(settle.take(now)) == (due is not None and due <= now)
