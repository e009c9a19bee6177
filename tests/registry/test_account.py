"""What a call leaves in the log, by the level that was in force when it began."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import ArgumentsInvalid, DeadlineExceeded, SkillpodError, ToolRaised
from skillpod.journal.entry import MAX_LINE, encode
from skillpod.model.access import May
from skillpod.model.canonical import canonical
from skillpod.model.command import OWNER, Caller
from skillpod.model.entry import Entry, Salted
from skillpod.model.keeping import Detail, Keeping
from skillpod.registry.account import KEPT, LOOKED_AT, MESSAGE
from skillpod.registry.dispatch import Dispatch
from skillpod.registry.levels import Levels
from skillpod.registry.registry import Registry
from skillpod.registry.seen import Seen
from tests.support.registry import ListedJournal, Rules, route, spec, tickets_of

SALT = bytes(range(16))
TOKEN = "ghp_" + "q3Zv9fK2hTqLrWm4sXb7dNc1oPe5gUy8aJi0"
Answer = Callable[[str, Mapping[str, Any]], Any]


class StoppedClock:
    def now(self) -> float:
        return 1.0

    def epoch(self) -> float:
        return 1.0


class House:
    """A skill ``bank`` with a tool ``pay`` that takes anything and a ``pin`` that its schema marks; what is kept may be changed."""

    def __init__(self, keeping: Keeping, answer: Answer = lambda tool, arguments: arguments, *, may: May = May.CALL) -> None:
        self.keeping = keeping
        self.journal, registry, clock = ListedJournal(), Registry(), StoppedClock()
        pay = spec("bank", "pay", properties={"digits": {"type": "integer", "writeOnly": True}})
        shape = {"type": "object", "properties": {"balance": {"format": "password"}}}
        pay = replace(pay, input_schema={**pay.input_schema, "additionalProperties": True}, output_schema=shape)
        registry.publish(route("bank", pay, answer=answer))
        self.dispatch = Dispatch(
            seen=Seen(registry, Rules(lambda principal, tool: may)),
            tickets=tickets_of(self.journal, clock),
            journal=self.journal,
            clock=clock,
            missing=lambda tool: None,
            levels=Levels(lambda: self.keeping),
        )

    def call(self, arguments: Any, caller: Caller = OWNER) -> Entry:
        """The one entry that it left."""
        (entry,) = self.leaves(arguments, caller)
        return entry

    def leaves(self, arguments: Any, caller: Caller = OWNER) -> list[Entry]:
        try:
            asyncio.run(self.dispatch.invoke("bank__pay", arguments, caller))
        except (SkillpodError, asyncio.CancelledError):
            pass
        finally:
            self.dispatch.flush()
        left, self.journal.entries = self.journal.entries, []
        return left


def keeps(detail: Detail, **tools: Detail) -> Keeping:
    return Keeping(detail=detail, tools=MappingProxyType(tools))


def failing(error: BaseException) -> Answer:
    def fail(tool: str, arguments: Mapping[str, Any]) -> Any:
        raise error

    return fail


def test_metadata_is_the_size_and_a_salted_hmac_and_no_word_of_the_result() -> None:
    entry = House(keeps(Detail.METADATA)).call({"b": 1, "a": "x"})
    assert entry.arguments == {"bytes": 15, "hmac": Salted('{"a":"x","b":1}')}
    assert entry.result == {}
    assert entry.rule == "may-call"


def test_request_keeps_the_arguments_without_what_is_secret() -> None:
    entry = House(keeps(Detail.REQUEST)).call({"to": "jane", "digits": 1234, "password": "hunter2", "note": f"use {TOKEN} now"})
    assert entry.arguments["values"] == {
        "to": "jane",
        "digits": {"redacted": "its schema"},
        "password": {"redacted": "its name"},
        "note": "use [redacted: a GitHub token] now",
    }
    assert entry.result == {}


def test_full_keeps_the_result_too_without_what_is_secret() -> None:
    entry = House(keeps(Detail.FULL), lambda tool, arguments: {"balance": 7, "key": TOKEN, "n": [1.5, None]}).call({})
    assert entry.result["values"] == {"balance": {"redacted": "its schema"}, "key": {"redacted": "a GitHub token"}, "n": [1.5, None]}
    assert entry.result["bytes"] == len(entry.result["hmac"].text)


def test_none_keeps_nothing_of_what_went_well_and_the_rest_as_metadata() -> None:
    assert House(keeps(Detail.NONE)).leaves({"a": 1}) == []
    for error, outcome in (
        (ToolRaised(f"no {TOKEN}", exception="X", traceback=""), "error"),
        (DeadlineExceeded("late"), "timeout"),
        (asyncio.CancelledError(), "cancelled"),
    ):
        entry = House(keeps(Detail.NONE), failing(error)).call({"a": 1})
        assert (entry.outcome, entry.arguments) == (outcome, {"bytes": 7, "hmac": Salted('{"a":1}')})
        assert "message" not in entry.error


def test_what_is_denied_is_kept_at_every_level_and_never_its_arguments() -> None:
    for detail in Detail:
        denied = House(keeps(detail), may=May.SEE).call({"a": 1})
        assert (denied.outcome, denied.arguments) == ("denied", {})  # nobody looked at them
        asked = House(keeps(detail), may=May.ASK).call({"a": 1})
        assert (asked.outcome, asked.arguments) == ("denied", {"bytes": 7, "hmac": Salted('{"a":1}')})


def test_a_tool_is_kept_as_the_first_pattern_that_fits_says() -> None:
    house = House(keeps(Detail.NONE, **{"bank__*": Detail.REQUEST, "bank__pay": Detail.NONE}))
    assert "values" in house.call({"a": 1}).arguments
    house.keeping = keeps(Detail.FULL, **{"other__*": Detail.NONE})
    assert "values" in house.call({"a": 1}).result


def test_the_level_is_the_one_in_force_when_the_call_began() -> None:
    def lower(tool: str, arguments: Mapping[str, Any]) -> Any:
        house.keeping = keeps(Detail.NONE)
        return {}

    house = House(keeps(Detail.REQUEST), lower)
    assert house.call({"a": 1}).arguments["values"] == {"a": 1}
    assert house.leaves({"a": 1}) == []


class Patterns(dict[str, Detail]):
    """Counts how often somebody goes through them."""

    looked = 0

    def items(self) -> Any:
        self.looked += 1
        return super().items()


def test_no_pattern_is_matched_a_second_time_while_the_config_stays() -> None:
    patterns = Patterns({"b*": Detail.REQUEST})
    house = House(Keeping(tools=patterns))
    for _ in range(3):
        house.call({})
    assert patterns.looked == 1


def test_what_was_changed_after_the_call_is_kept_as_it_was() -> None:
    def change(tool: str, arguments: Mapping[str, Any]) -> Any:
        numbers.append(2)
        return {}

    numbers = [1]
    assert House(keeps(Detail.REQUEST), change).call({"list": numbers}).arguments["values"] == {"list": [1]}


def test_an_errors_message_is_kept_with_the_arguments_and_without_secrets() -> None:
    raised = ToolRaised(f"can't use {TOKEN} " + "x" * 10_000, exception="X", traceback="")
    assert House(keeps(Detail.METADATA), failing(raised)).call({}).error == {"code": "tool_raised"}
    error = House(keeps(Detail.REQUEST), failing(raised)).call({}).error
    assert error["message"].startswith("can't use [redacted: a GitHub token] xxx")
    assert len(error["message"]) == MESSAGE


def test_a_secret_at_the_cut_of_a_message_is_not_kept_in_part() -> None:
    raised = ToolRaised("y" * (MESSAGE - 10) + f" {TOKEN}", exception="X", traceback="")
    assert "ghp_" not in House(keeps(Detail.REQUEST), failing(raised)).call({}).error["message"]


def test_a_large_part_is_left_out_beside_small_ones_that_stay() -> None:
    text = "x" * KEPT
    entry = House(keeps(Detail.FULL)).call({"small": 1, "large": text, "password": "hunter2"})
    for kept in (entry.arguments["values"], entry.result["values"]):
        assert kept["small"] == 1
        assert kept["password"] == {"redacted": "its name"}
        assert kept["large"] == {"omitted": "too large", "bytes": len(text) + 2, "hmac": Salted(f'"{text}"')}


@pytest.mark.parametrize(
    "value",
    [
        {"text": "x" * (LOOKED_AT + 1)},
        {f"k{n}": n for n in range(3000)},
        {"k" * 40_000: 1},
        {"list": [{"token": 1}] * 1200},  # it grows when it is redacted
        {f"long{n}": "\U0001f600" * 400 for n in range(60)},
    ],
    ids=["huge", "many", "name", "grows", "parts"],
)
def test_a_line_has_room_for_whatever_is_called(value: dict[str, Any]) -> None:
    entry = House(keeps(Detail.FULL)).call(value)
    line = encode(entry, seq=2**63, ts=1.0, node="node-1a2b3c4d", salt=SALT)
    assert len(line) <= MAX_LINE
    assert b'"digest":"sha256:' not in line.partition(b'"arguments"')[2]  # no digest of what a caller said
    assert entry.arguments["bytes"] == len(canonical(value))


def test_what_is_nested_too_deeply_is_left_out() -> None:
    value: Any = 1
    for _ in range(600):
        value = {"a": value}
    try:
        kept = House(keeps(Detail.REQUEST)).call({"deep": value}).arguments
    except ArgumentsInvalid:
        pytest.fail("the depth is the contract's to refuse")
    assert len(json.dumps(kept["values"])) <= KEPT


@given(
    st.dictionaries(
        st.text(max_size=20),
        st.recursive(st.none() | st.integers() | st.text(max_size=200), lambda inner: st.lists(inner, max_size=5), max_leaves=20),
        max_size=6,
    ),
    st.sampled_from(["note", "password", "x" * 300]),
)
@settings(max_examples=60, deadline=None)
def test_a_planted_secret_is_in_no_line_at_any_level(value: dict[str, Any], name: str) -> None:
    for detail in Detail:
        house = House(keeps(detail), lambda tool, arguments: {"said": arguments, "again": [TOKEN]})
        for entry in house.leaves({**value, name: f"a {TOKEN} b"}):
            line = encode(entry, seq=1, ts=1.0, node="n", salt=SALT)
            assert TOKEN[4:12].encode() not in line
            assert TOKEN[-8:].encode() not in line


@pytest.mark.parametrize(
    "value",
    [{"token=" * (LOOKED_AT // 8): 1}, {f"{n}": "token=" * 100 for n in range(1500)}, {"://" * 30_000 + str(n): 1 for n in range(10)}],
    ids=["name", "parts", "names"],
)
def test_what_is_left_out_is_not_searched_for_secrets(value: dict[str, Any]) -> None:
    house = House(keeps(Detail.REQUEST))
    started = time.process_time()
    assert house.call(value).arguments["values"] == {"omitted": "too large"}
    assert time.process_time() - started < 0.5
