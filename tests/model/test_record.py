"""Frozen dataclasses as JSON and back: every field, whatever fields there will be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from skillpod.model.finding import Finding, Report
from skillpod.model.record import from_json, to_json


def filled(kind: Any, depth: int = 0) -> Any:
    """A value of a type in which nothing is what it would be by default."""
    kind = getattr(kind, "__supertype__", kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return filled(next(each for each in inner if each is not NoneType), depth)
    if origin in (tuple, frozenset):
        return origin([filled(inner[0], depth)])
    if origin is Mapping:
        return {"key": filled(inner[1], depth)}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: filled(hints[field.name], depth + 1) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1]
    return {str: "a ÿ\udcff", int: 7, float: 0.5, bool: True}[kind]


def test_a_report_comes_back_with_every_field_it_has_or_will_have() -> None:
    report = filled(Report)
    said = json.loads(json.dumps(report.as_json()))
    assert Report.from_json(said) == report
    assert said.keys() == {field.name for field in fields(Report)}
    assert said["findings"][0].keys() == {field.name for field in fields(Finding)}


def test_defaults_come_back_too() -> None:
    assert Report.from_json(Report(digest=None).as_json()) == Report(digest=None)


@dataclass(frozen=True)
class Kept:
    pairs: tuple[str, int]
    names: frozenset[str]
    table: Mapping[str, tuple[float, ...]]
    maybe: int | None


KEPT = Kept(("a", 1), frozenset({"b", "a"}), {"c": (0.5,)}, None)


def test_every_kind_of_field_there_is_comes_back() -> None:
    assert from_json(Kept, to_json(KEPT)) == KEPT
    assert to_json(KEPT)["names"] == ["a", "b"]


@pytest.mark.parametrize(
    "changed",
    [
        {"pairs": ["a"]},
        {"pairs": ["a", True]},
        {"pairs": ["a", 1.0]},
        {"names": "ab"},
        {"names": [1]},
        {"table": [["c", []]]},
        {"table": {"c": [1]}},
        {"maybe": "1"},
        {"maybe": False},
        {"more": 1},
    ],
    ids=str,
)
def test_what_was_never_said_is_not_taken(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(Kept, {**to_json(KEPT), **changed})


def test_a_field_of_a_kind_that_has_no_form_is_a_mistake_of_ours() -> None:
    @dataclass(frozen=True)
    class Wrong:
        raw: bytes

    with pytest.raises(TypeError):
        to_json(Wrong(b""))
