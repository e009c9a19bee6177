"""The three tools that are always there: what they take, what they give, and the one call they hand on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from skillpod.documents import meta_faults
from skillpod.errors import ArgumentsInvalid, JournalUnwritable, SkillpodError, ToolRaised, UnknownTool
from skillpod.model.command import OWNER, Caller
from skillpod.model.guest import CallResult, Hear, LogLine, Progress, Reply, unheard
from skillpod.registry.catalog import Catalog
from skillpod.registry.dispatch import Dispatch
from skillpod.registry.registry import Registry, Route
from skillpod.registry.search import Search
from skillpod.registry.stable import CALL, DESCRIBE, RESERVED, SEARCH, SPECS
from skillpod.registry.stable_tools import StableTools
from tests.support.registry import AnsweringGuests, ListedJournal, card, levels_of, seen_of, spec, tickets_of

_Result = TypeVar("_Result")

IMAGE = [{"type": "image", "data": "AAAA", "mimeType": "image/png"}]


class SteppingClock:
    """A second passes each time it is looked at."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        self.seconds += 1
        return self.seconds

    def epoch(self) -> float:
        return 1_000.0


class TellingGuests(AnsweringGuests):
    """They say how far they are before they answer."""

    def redacted(self, text: str) -> str:
        return text

    async def call(self, tool: str, arguments: Mapping[str, Any], caller: Caller, hear: Hear = unheard) -> Reply:
        hear(Progress(fraction=0.5))
        return await super().call(tool, arguments, caller, hear)


def answer(tool: str, arguments: Mapping[str, Any]) -> Any:
    match tool:
        case "echo":
            return arguments["text"]
        case "draw":
            return IMAGE
    raise ToolRaised("boom", exception="ValueError", traceback="")


class House:
    def __init__(self) -> None:
        self.journal = ListedJournal()
        self.registry = Registry()
        tools = (
            spec("alpha", "echo", properties={"text": {"type": "string"}}, required=["text"], output={"type": "string"}),
            replace(spec("alpha", "draw"), is_content=True),
            spec("alpha", "fail"),
        )
        self.registry.publish(Route(card=card("alpha", *tools), guests=TellingGuests(answer)))

    def call(self, tool: str, arguments: Any, caller: Caller = OWNER, hear: Hear = unheard) -> CallResult:
        return self.run(lambda stable: stable.invoke(tool, arguments, caller, hear))

    def run(self, work: Callable[[StableTools], Awaitable[_Result]]) -> _Result:
        async def running() -> _Result:
            search = Search(seen_of(self.registry))
            clock = SteppingClock()
            dispatch = Dispatch(
                seen=seen_of(self.registry),
                tickets=tickets_of(self.journal, clock),
                journal=self.journal,
                clock=clock,
                missing=lambda tool: None,
                levels=levels_of(),
            )
            try:
                return await work(StableTools(catalog=Catalog(seen_of(self.registry), search), dispatch=dispatch, clock=clock))
            finally:
                dispatch.flush()
                await search.close()

        return asyncio.run(running())


# --- what they are ------------------------------------------------------------------------------------------------------------------------


def test_they_are_sorted_by_name_and_their_schemas_are_sound() -> None:
    assert [tool.exported for tool in SPECS] == sorted(RESERVED) == [CALL, DESCRIBE, SEARCH]
    for tool in SPECS:
        assert meta_faults(tool.input_schema, name=tool.exported) == []
        assert len(tool.description) <= 1024


def test_only_call_may_change_anything() -> None:
    assert {tool.exported: tool.hints["read_only"] for tool in SPECS} == {CALL: False, DESCRIBE: True, SEARCH: True}


# --- finding ------------------------------------------------------------------------------------------------------------------------------


def test_search_gives_a_list_of_results_best_first_as_json() -> None:
    result = House().call(SEARCH, {"query": "echo"})
    assert result.value[0] == {"name": "alpha__echo", "kind": "tool", "skill": "alpha", "description": "echo of alpha", "score": 1.0}
    assert (result.skill, result.generation, result.is_content) == ("skillpod", 0, False)
    assert result.usage.wall == 1.0


def test_search_gives_as_many_as_are_asked_for() -> None:
    assert len(House().call(SEARCH, {"query": "alpha", "limit": 2}).value) == 2
    assert len(House().call(SEARCH, {"query": "alpha", "limit": 2.0}).value) == 2  # a whole number in JSON Schema


def test_search_and_describe_see_what_their_caller_sees() -> None:
    stranger = Caller(principal="stranger", sees=("beta",))
    assert House().call(SEARCH, {"query": "echo"}, stranger).value == []
    with pytest.raises(UnknownTool):
        House().call(DESCRIBE, {"name": "alpha"}, stranger)


def test_describe_tells_of_a_tool_and_of_a_skill() -> None:
    assert House().call(DESCRIBE, {"name": "alpha__echo"}).value["kind"] == "tool"
    assert House().call(DESCRIBE, {"name": "alpha"}).value["kind"] == "skill"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (SEARCH, {}),
        (SEARCH, {"query": 7}),
        (SEARCH, {"query": "x" * 1001}),
        (SEARCH, {"query": "x", "limit": 0}),
        (SEARCH, {"query": "x", "limit": 51}),
        (SEARCH, {"query": "x", "limit": "many"}),
        (SEARCH, {"query": "x", "limit": True}),
        (SEARCH, {"query": "x", "more": 1}),
        (SEARCH, None),
        (DESCRIBE, {}),
        (DESCRIBE, {"name": ["a"]}),
        (CALL, {}),
        (CALL, {"name": "alpha__echo", "arguments": "{}"}),
        (CALL, {"name": "alpha__echo", "arguments": [], "more": 1}),
    ],
)
def test_arguments_in_another_shape_are_refused_by_name(tool: str, arguments: Any) -> None:
    with pytest.raises(ArgumentsInvalid) as refused:
        House().call(tool, arguments)
    assert refused.value.at == tool


# --- calling ------------------------------------------------------------------------------------------------------------------------------


def test_call_gives_what_the_tool_itself_gives() -> None:
    house = House()
    result = house.call(CALL, {"name": "alpha__echo", "arguments": {"text": "hello"}})
    assert (result.value, result.skill, result.generation, result.is_content) == ("hello", "alpha", 1, False)
    assert result.digest == house.registry.routes["alpha"].digest


def test_call_says_when_the_value_is_content() -> None:
    result = House().call(CALL, {"name": "alpha__draw"})
    assert (result.value, result.is_content) == (IMAGE, True)


def test_a_call_is_journaled_once_as_the_tool_it_is_and_looking_is_not() -> None:
    house = House()
    house.call(SEARCH, {"query": "echo"})
    house.call(DESCRIBE, {"name": "alpha"})
    house.call(CALL, {"name": "alpha__echo", "arguments": {"text": "hello"}}, Caller(principal="agent-7"))
    (entry,) = house.journal.entries
    assert (entry.skill, entry.tool, entry.actor, entry.outcome, entry.arguments["bytes"]) == ("alpha", "echo", "agent-7", "ok", 16)


def test_what_a_call_says_while_it_runs_is_heard() -> None:
    heard: list[Progress | LogLine] = []
    House().call(CALL, {"name": "alpha__echo", "arguments": {"text": "x"}}, hear=heard.append)
    assert heard == [Progress(fraction=0.5)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"name": "alpha__fail"}, "tool_raised"),
        ({"name": "alpha__echo"}, "arguments_invalid"),
        ({"name": "alpha__echo", "arguments": {"text": 1}}, "arguments_invalid"),
        ({"name": "alpha__ecko"}, "unknown_tool"),
        ({"name": "alpha"}, "unknown_tool"),
    ],
)
def test_a_call_that_fails_fails_as_the_tool_itself_does(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(SkillpodError) as failed:
        House().call(CALL, arguments)
    assert failed.value.code == code


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_call_calls_none_of_the_three(name: str) -> None:
    with pytest.raises(ArgumentsInvalid, match="calls tools of skills"):
        House().call(CALL, {"name": name, "arguments": {"name": name}})


def test_a_tool_that_is_not_seen_can_not_be_called() -> None:
    house = House()
    with pytest.raises(UnknownTool):
        house.call(CALL, {"name": "alpha__echo", "arguments": {"text": "x"}}, Caller(sees=("beta",)))
    [entry] = house.journal.entries
    assert (entry.tool, entry.outcome, entry.rule) == ("echo", "denied", "token")


def test_nothing_is_called_while_the_journal_can_not_be_written_but_one_may_look() -> None:
    house = House()
    house.journal.broken = True
    with pytest.raises(JournalUnwritable):
        house.call(CALL, {"name": "alpha__echo", "arguments": {"text": "x"}})
    assert house.call(SEARCH, {"query": "echo"}).value
