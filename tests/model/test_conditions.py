"""The time and the chance that a call is given."""

from __future__ import annotations

from typing import Any

import pytest

from skillpod.model.conditions import FREE, SEEDS, Conditions, chance, moment


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2026-01-01T00:00:00Z", 1_767_225_600.0),
        ("2026-01-01T01:00:00.250+01:00", 1_767_225_600.25),
        ("1767225600.25", 1_767_225_600.25),
        (1_767_225_600, 1_767_225_600.0),
        (-1.5, -1.5),
    ],
)
def test_a_moment_is_a_time_with_its_zone_or_what_the_log_has(said: Any, seconds: float) -> None:
    assert moment(said) == seconds


@pytest.mark.parametrize("said", ["2026-01-01T00:00:00", "2026-01-01", "noon", "", "nan", "inf", "1e300", True, [1], None, 10**400])
def test_anything_else_is_no_moment(said: Any) -> None:
    with pytest.raises(ValueError, match="2026-01-01T00:00:00Z"):
        moment(said)


@pytest.mark.parametrize("said", [-1, SEEDS, 1.0, "7", True])
def test_a_seed_is_a_number_that_every_language_has(said: Any) -> None:
    with pytest.raises(ValueError, match="expected a seed"):
        chance(said)
    with pytest.raises(ValueError, match="expected a seed"):
        Conditions(seed=said)


def test_conditions_are_whole_or_none() -> None:
    assert Conditions(now=0.0, seed=SEEDS - 1) != FREE
    with pytest.raises(ValueError, match="expected a time"):
        Conditions(now=float("nan"))
