"""Events in words."""

from __future__ import annotations

from typing import Any

import pytest

from skillpod.cli import news
from skillpod.errors import ManifestInvalid
from skillpod.model.event import Event, Kind


def words(kind: Kind, **said: Any) -> list[str]:
    """The lines of an event, each without its time."""
    told = [
        "".join(piece if isinstance(piece, str) else piece[0] for piece in spans) for spans in news.lines(Event(kind=kind, at=0.0, **said))
    ]
    return [told[0][10:], *told[1:]] if told else []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"kind": Kind.MOUNTED, "skill": "a", "version": "1.0.0", "took": 0.041, "details": {"tools": ["a__x", "a__y"]}},
            "mounted a 1.0.0 in 41 ms: 2 tools: a__x, a__y",
        ),
        (
            {
                "kind": Kind.SWAPPED,
                "skill": "a",
                "version": "1.1.0",
                "generation": 8,
                "previous": 7,
                "took": 1.26,
                "details": {"tools": ["a__x"]},
            },
            "swapped a 7 → 8 (1.1.0) in 1.3 s: 1 tool: a__x",
        ),
        ({"kind": Kind.DRAINED, "skill": "a", "generation": 7}, "drained a generation 7"),
        ({"kind": Kind.DRAINED, "skill": "a", "generation": 7, "details": {"calls": 0}}, "drained a generation 7"),
        (
            {"kind": Kind.DRAINED, "skill": "a", "generation": 7, "details": {"calls": 3}},
            "drained a generation 7: 3 calls in flight finished",
        ),
        ({"kind": Kind.UNMOUNTED, "skill": "a", "message": "unmounted by uid:0"}, "unmounted a: unmounted by uid:0"),
        (
            {"kind": Kind.ROLLED_BACK, "skill": "a", "generation": 7, "previous": 8, "version": "1.0.0", "message": "3 deaths"},
            "rolled back a 8 → 7 (1.0.0): 3 deaths",
        ),
        ({"kind": Kind.REFUSED, "skill": "a", "message": "no", "generation": 7}, "refused a: no; generation 7 stays live"),
        ({"kind": Kind.REFUSED, "skill": "a", "message": "no"}, "refused a: no"),
        ({"kind": Kind.GUEST_DIED, "skill": "a", "message": "killed"}, "guest died a: killed"),
        ({"kind": Kind.TROUBLE, "message": "the disk is full"}, "trouble: the disk is full"),
    ],
)
def test_an_event_is_one_sentence(said: dict[str, Any], expected: str) -> None:
    assert words(**said) == [expected]


def test_a_refusal_tells_every_reason() -> None:
    error = ManifestInvalid("2 faults", reasons=[ManifestInvalid("one", at="x:1:1", hint="do it"), ManifestInvalid("two")])
    assert words(Kind.REFUSED, skill="a", message="2 faults", error=error) == [
        "refused a: 2 faults",
        "          - x:1:1: one",
        "            hint: do it",
        "          - two",
    ]


def test_every_kind_of_event_has_words() -> None:
    for kind in Kind:
        assert words(kind, skill="a", message="why")[0].startswith(kind.value.replace("_", " "))


def test_in_a_log_an_event_is_one_line_with_every_reason() -> None:
    error = ManifestInvalid("2 faults", reasons=[ManifestInvalid("one", at="x:1:1", hint="do it"), ManifestInvalid("two")])
    event = Event(kind=Kind.REFUSED, at=0.0, skill="a", message="2 faults", error=error)
    told = "".join(piece if isinstance(piece, str) else piece[0] for piece in news.log_line(event))
    assert told == "refused a: 2 faults; x:1:1: one; hint: do it; two"


def test_a_line_of_a_log_begins_with_its_time_in_utc_and_its_level() -> None:
    assert news.stamp(news.Level.INFO, 1_790_000_000.0625) == "2026-09-21T14:13:20.062Z INFO    "
    assert len({len(news.stamp(level, 0.0)) for level in news.Level}) == 1


def test_what_needs_a_person_is_more_than_information() -> None:
    levels = {kind: news.level(Event(kind=kind, at=0.0)) for kind in Kind}
    assert {kind for kind, level in levels.items() if level is news.Level.ERROR} == {Kind.REFUSED, Kind.QUARANTINED, Kind.TROUBLE}
    assert {kind for kind, level in levels.items() if level is news.Level.INFO} >= {Kind.MOUNTED, Kind.SWAPPED, Kind.DRAINED}
