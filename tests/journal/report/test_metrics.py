"""Figures over the log: each worked out by hand here."""

from __future__ import annotations

import pytest

from skillpod.journal.report.metrics import Figures, Times, measured
from skillpod.model.entry import Entry, Fact
from tests.support.log_entries import NOON, A, B, recorded

C = "sha256:" + "12" * 32


def at(seconds: float, fact: Fact, skill: str = "scan", **said: object) -> tuple[float, Entry]:
    return seconds, Entry(fact=fact, skill=skill, **said)  # type: ignore[arg-type]  # SAFE: fields of Entry by name


def figures(*told: tuple[float, Entry], since: float = 0.0, weeks: float = 2.0) -> tuple[Figures, dict[str, Figures]]:
    entries = [recorded(entry, seq, ts=NOON + seconds) for seq, (seconds, entry) in enumerate(told, 1)]
    every, each = measured(entries, since=NOON + since, until=NOON + since + weeks * 7 * 86_400)
    return every, dict(each)


def test_changes_are_counted_by_what_caused_them() -> None:
    every, each = figures(
        at(1, Fact.PUBLISHED, digest=A, generation=1, trigger="watch"),
        at(2, Fact.PUBLISHED, digest=B, generation=2, trigger="command"),
        at(3, Fact.PUBLISHED, skill="text", digest=C, generation=1, trigger="watch"),
    )
    assert (every.changes, dict(every.triggers)) == (3, {"watch": 2, "command": 1})
    assert {name: figures.changes for name, figures in each.items()} == {"scan": 2, "text": 1}
    assert every.as_dict()["changes_a_week"] == 1.5


def test_a_start_that_brings_back_what_served_is_no_change() -> None:
    every, _ = figures(
        at(-9, Fact.PUBLISHED, digest=A, generation=1, trigger="watch"),
        at(1, Fact.PUBLISHED, digest=A, generation=2, trigger="start"),
        at(2, Fact.PUBLISHED, digest=B, generation=3, trigger="start"),
        at(3, Fact.PUBLISHED, skill="text", digest=C, generation=1, trigger="start"),
    )
    assert every.changes == 2


def test_what_is_told_of_before_the_time_is_not_counted() -> None:
    every, each = figures(
        at(-9, Fact.PUBLISHED, digest=A, generation=1), at(-8, Fact.CALL, outcome="ok"), at(-7, Fact.QUARANTINED, generation=1)
    )
    assert (every.changes, every.failed, dict(every.calls), each) == (0, 0, {}, {})
    assert every.failure_share is None
    assert every.call_failure_share is None


def test_a_failure_lasts_from_its_first_sign_to_the_next_generation_that_does_not_fail() -> None:
    every, _ = figures(
        at(0, Fact.PUBLISHED, digest=A, generation=1, trigger="watch"),
        at(10, Fact.PUBLISHED, digest=B, generation=2, trigger="watch"),
        at(20, Fact.GUEST_DIED, digest=B, generation=2),
        at(25, Fact.GUEST_DIED, digest=B, generation=2),
        at(26, Fact.QUARANTINED, digest=B, generation=2),
        at(27, Fact.PUBLISHED, digest=A, generation=3, previous=2, trigger="trial"),
        at(28, Fact.ROLLED_BACK, digest=A, generation=3, previous=2),
        at(50, Fact.PUBLISHED, digest=C, generation=4, trigger="watch"),
        at(60, Fact.GUEST_DIED, digest=C, generation=4),
        at(61, Fact.QUARANTINED, digest=C, generation=4),
    )
    assert (every.changes, every.returns, every.failed, every.unrecovered) == (3, 1, 2, 1)
    assert every.recovery == Times((7.0,))
    assert every.failure_share == pytest.approx(2 / 3)


def test_what_a_person_turned_back_from_failed_since_nobody_knows_when() -> None:
    every, _ = figures(
        at(0, Fact.PUBLISHED, digest=A, generation=1, trigger="watch"),
        at(9, Fact.PUBLISHED, digest=B, generation=2, trigger="watch"),
        at(99, Fact.PUBLISHED, digest=A, generation=3, previous=2, trigger="command"),
        at(99, Fact.ROLLED_BACK, actor="ann", digest=A, generation=3, previous=2),
    )
    assert (every.changes, every.failed, every.unrecovered, every.recovery) == (2, 1, 0, Times())


def test_people_are_waited_for_from_the_question_to_the_first_answer() -> None:
    every, each = figures(
        at(0, Fact.REFUSED, digest=A, decision="hold", outcome="denied"),
        at(30, Fact.REFUSED, digest=A, decision="hold", outcome="denied"),
        at(40, Fact.APPROVED, digest=A),
        at(50, Fact.APPROVED, digest=A),
        at(60, Fact.PUBLISHED, digest=A, generation=1, trigger="command"),
        at(70, Fact.REFUSED, skill="text", digest=B, decision="hold", outcome="denied"),
        at(90, Fact.DENIED, skill="text", digest=B),
        at(95, Fact.REFUSED, skill="text", digest=B, decision="refuse", outcome="denied"),
        at(99, Fact.REFUSED, skill="text", digest=C, decision="hold", outcome="denied"),
    )
    assert (every.held, every.unanswered, every.refused) == (3, 1, 1)
    assert every.waiting.spans == (40.0, 20.0)
    assert (every.waiting.median, every.waiting.longest) == (30.0, 40.0)
    assert each["scan"].lead == Times((60.0,))


def test_what_nobody_was_asked_about_took_what_its_publication_says() -> None:
    every, _ = figures(at(10, Fact.DESIRED, digest=A), at(10, Fact.PUBLISHED, digest=A, generation=1, duration=0.98))
    assert every.lead.spans == (0.98,)


def test_calls_are_counted_by_how_they_went() -> None:
    every, _ = figures(*(at(n, Fact.CALL, outcome=outcome) for n, outcome in enumerate(["ok", "ok", "error", "timeout", "denied"])))
    assert dict(every.calls) == {"ok": 2, "error": 1, "timeout": 1, "denied": 1}
    assert every.call_failure_share == 0.4


def test_a_clock_that_was_set_back_makes_no_span_of_less_than_nothing() -> None:
    every, _ = figures(
        at(50, Fact.REFUSED, digest=A, decision="hold"), at(10, Fact.APPROVED, digest=A), at(9, Fact.PUBLISHED, digest=A, generation=1)
    )
    assert (every.waiting.spans, every.lead.spans) == ((0.0,), (0.0,))


@pytest.mark.parametrize(("spans", "median"), [((), None), ((3.0,), 3.0), ((1.0, 9.0, 2.0), 2.0), ((4.0, 1.0, 2.0, 3.0), 2.5)])
def test_a_median_is_the_one_in_the_middle(spans: tuple[float, ...], median: float | None) -> None:
    assert Times(spans).median == median
