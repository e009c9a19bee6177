"""cron_explain by plain import."""

from __future__ import annotations

import pytest

from tests.skills.shipped import module

handler = module("cron_explain")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("* * * * *", "Every minute."),
        ("*/15 9-17 * * mon-fri", "Every 15 minutes, during hours 9 to 17, on Monday to Friday."),
        ("0 0 13 * fri", "At 00:00, on day 13 of the month or on Friday."),
        (
            "0 0 */2 * mon",
            "At 00:00, on days 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of the month, and on Monday only.",
        ),
        ("@daily", "At 00:00, every day."),
        ("@yearly", "At 00:00, on day 1 of the month, in January."),
        ("*/25 * * * *", "At minutes 0, 25 and 50 of every hour."),
        ("30 6 * * 5-7", "At 06:30, on Friday to Sunday."),
        ("0 22 * jan,mar 1", "At 22:00, on Monday, in January and March."),
    ],
)
def test_an_expression_is_said_in_words(expression: str, words: str) -> None:
    assert handler.explain(expression) == words


@pytest.mark.parametrize(
    ("expression", "after", "runs"),
    [
        ("0 12 29 2 *", "2026-01-01T00:00", ["2028-02-29T12:00", "2032-02-29T12:00"]),
        ("0 0 13 * fri", "2026-02-01T00:00", ["2026-02-06T00:00", "2026-02-13T00:00"]),  # either of the two days
        ("0 0 * * 7", "2026-01-01T00:00", ["2026-01-04T00:00", "2026-01-11T00:00"]),  # 7 is Sunday too
        ("0 0 * * 0", "2026-01-04T00:00", ["2026-01-11T00:00", "2026-01-18T00:00"]),  # later than, not at
        ("59 23 31 12 *", "2026-12-31T23:59", ["2027-12-31T23:59", "2028-12-31T23:59"]),
        ("5/20 1 * * *", "2026-01-01T01:06", ["2026-01-01T01:25", "2026-01-01T01:45"]),
        ("0 0 31 2 *", "2026-01-01T00:00", []),  # never
        ("0 0 29 2 *", "2196-03-01T00:00", ["2204-02-29T00:00", "2208-02-29T00:00"]),  # 2200 is no leap year
    ],
)
def test_the_next_runs_are_listed(expression: str, after: str, runs: list[str]) -> None:
    assert handler.next_runs(expression, after, 2) == runs


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("* * * * * *", "five fields"),
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day"),
        ("* * * 13 *", "month"),
        ("* * * * mondayish", "weekday"),
        ("5-1 * * * *", "minute"),
        ("*/0 * * * *", "minute"),
        ("* * L * *", "day"),
        ("@reboot", "@reboot"),
        ("@often", "five fields"),
        ("1" * 300, "five fields"),
    ],
)
def test_what_is_no_expression_names_the_field(expression: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        handler.explain(expression)


def test_a_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        handler.next_runs("* * * * *", "2026-01-01T00:00+01:00")
