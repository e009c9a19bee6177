"""Plain tests of the author's own: run `python -m pytest` in this folder."""

from __future__ import annotations

import pytest
from parser import ExpressionInvalid, parse


def test_names_and_numbers_mean_the_same() -> None:
    assert parse("0 0 * jan mon").weekday.values == parse("0 0 * 1 1").weekday.values


def test_sunday_is_both_0_and_7() -> None:
    assert parse("0 0 * * 0").weekday.values == parse("0 0 * * 7").weekday.values


def test_either_day_counts_only_when_both_are_restricted() -> None:
    assert parse("0 0 13 * fri").is_either_day
    assert not parse("0 0 13 * *").is_either_day
    assert not parse("0 0 */2 * fri").is_either_day


def test_a_fault_names_its_field() -> None:
    with pytest.raises(ExpressionInvalid, match="hour"):
        parse("0 24 * * *")
