"""One call: what is refused before a guest sees it, what is refused before a caller does, and what is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from skillpod.errors import (
    ArgumentsInvalid,
    JournalUnwritable,
    NameTaken,
    ResultInvalid,
    SkillpodError,
    ToolRaised,
    UnknownTool,
    Waiting,
)
from skillpod.model.command import OWNER, Caller
from skillpod.model.entry import Salted
from skillpod.model.guest import Hear, Usage, charge, unheard
from skillpod.registry.dispatch import COMPARED, NAMED, Dispatch, Missing
from skillpod.registry.levels import Levels
from skillpod.registry.registry import Registry
from tests.support.registry import ListedJournal, levels_of, route, seen_of, spec, tickets_of


class FrozenClock:
    def now(self) -> float:
        return 100.0

    def epoch(self) -> float:
        return 1_000.0


def echo(tool: str, arguments: Mapping[str, Any]) -> Any:
    return arguments["text"]


def house(answer: Any = echo) -> tuple[Dispatch, ListedJournal, Registry]:
    registry, journal = Registry(), ListedJournal()
    tool = spec("alpha", "echo", properties={"text": {"type": "string"}}, required=["text"], output={"type": "string"})
    registry.publish(route("alpha", tool, answer=answer))
    return dispatching(registry, journal), journal, registry


def dispatching(registry: Registry, journal: ListedJournal, missing: Missing = lambda tool: None, levels: Levels | None = None) -> Dispatch:
    tickets = tickets_of(journal, FrozenClock())
    return Dispatch(
        seen=seen_of(registry), tickets=tickets, journal=journal, clock=FrozenClock(), missing=missing, levels=levels or levels_of()
    )


def call(dispatch: Dispatch, tool: str, arguments: Any, caller: Caller = OWNER) -> Any:
    try:
        return asyncio.run(dispatch.invoke(tool, arguments, caller))
    finally:
        dispatch.flush()


def test_a_call_gives_the_value_with_the_generation_that_made_it() -> None:
    dispatch, _, _ = house()
    result = call(dispatch, "alpha__echo", {"text": "hello"})
    assert (result.value, result.skill, result.generation) == ("hello", "alpha", 1)


def test_every_call_is_noted_with_its_size_and_never_its_arguments() -> None:
    dispatch, journal, _ = house()
    call(dispatch, "alpha__echo", {"text": "a secret word"}, Caller(principal="agent-7", session="s1"))
    (entry,) = journal.entries
    assert entry.actor == "agent-7"
    assert entry.caller == {"session": "s1"}
    assert entry.outcome == "ok"
    assert entry.arguments == {"bytes": 24, "hmac": Salted('{"text":"a secret word"}')}
    assert "secret word" not in repr(entry)


def test_a_call_is_noted_by_itself_soon_after_its_answer() -> None:
    async def scenario() -> ListedJournal:
        dispatch, journal, _ = house()
        await dispatch.invoke("alpha__echo", {"text": "x"}, OWNER)
        assert not journal.entries  # the answer goes out first
        async with asyncio.timeout(5):
            while not journal.entries:
                await asyncio.sleep(0)
        return journal

    assert len(asyncio.run(scenario()).entries) == 1


def test_an_unknown_tool_is_named_with_the_nearest_one() -> None:
    dispatch, _, _ = house()
    with pytest.raises(UnknownTool) as refused:
        call(dispatch, "alpha__ecko", {})
    assert "alpha__echo" in refused.value.hint


@pytest.mark.parametrize(
    "arguments", [None, [], "text", 7, {"text": 1}, {}, {"text": "a", "more": 1}, {"text": float("nan")}, {"text": {1}}, {1: 2}]
)
def test_arguments_that_do_not_fit_never_reach_a_guest(arguments: Any) -> None:
    def never(tool: str, given: Mapping[str, Any]) -> Any:
        raise AssertionError("a guest saw them")

    dispatch, journal, _ = house(never)
    with pytest.raises(ArgumentsInvalid):
        call(dispatch, "alpha__echo", arguments)
    assert journal.entries == []


def test_every_fault_of_the_arguments_is_told_at_once() -> None:
    dispatch, _, _ = house()
    with pytest.raises(ArgumentsInvalid) as refused:
        call(dispatch, "alpha__echo", {"txt": 1, "more": 2})
    assert len(refused.value.reasons) == 3


def test_a_result_that_breaks_the_declared_type_is_the_skills_failure() -> None:
    dispatch, journal, _ = house(lambda tool, arguments: 7)
    with pytest.raises(ResultInvalid):
        call(dispatch, "alpha__echo", {"text": "x"})
    assert journal.entries[0].outcome == "error"


def test_a_failure_names_the_skill_and_the_journal_keeps_only_its_code() -> None:
    def fail(tool: str, arguments: Mapping[str, Any]) -> Any:
        raise ToolRaised("no such thing: a secret word", exception="KeyError", traceback="")

    dispatch, journal, registry = house(fail)
    with pytest.raises(ToolRaised) as failed:
        call(dispatch, "alpha__echo", {"text": "x"})
    assert failed.value.skill == "alpha"
    assert journal.entries[0].error == {"code": "tool_raised"}
    assert journal.entries[0].usage == {}  # nobody said that a guest had begun it
    assert registry.routes["alpha"].leases.failures == 1


@pytest.mark.parametrize("kind", [ToolRaised, asyncio.CancelledError])
def test_what_a_failed_or_cancelled_call_used_is_noted_and_counted(kind: type[BaseException]) -> None:
    def fail(tool: str, arguments: Mapping[str, Any]) -> Any:
        fault = ToolRaised("no", exception="KeyError", traceback="") if kind is ToolRaised else kind()
        charge(fault, Usage(wall=2.0, cpu=1.5, peak=2**20))
        raise fault

    dispatch, journal, registry = house(fail)
    for _ in range(2):
        with pytest.raises(kind):
            call(dispatch, "alpha__echo", {"text": "x"})
    assert [entry.usage for entry in journal.entries] == [{"wall": 2.0, "cpu": 1.5, "peak": 2**20}] * 2
    assert registry.routes["alpha"].leases.usage == Usage(wall=4.0, cpu=3.0, peak=2**20)


def test_what_broke_its_declared_type_was_used_all_the_same() -> None:
    dispatch, journal, registry = house(lambda tool, arguments: 7)
    with pytest.raises(ResultInvalid):
        call(dispatch, "alpha__echo", {"text": "x"})
    assert journal.entries[0].usage["wall"] == registry.routes["alpha"].leases.usage.wall == 0.001


def test_no_call_runs_while_the_journal_can_not_be_written() -> None:
    dispatch, journal, registry = house()
    journal.broken = True
    with pytest.raises(JournalUnwritable):
        call(dispatch, "alpha__echo", {"text": "x"})
    assert registry.routes["alpha"].leases.calls == 0


def test_a_call_that_ran_when_the_journal_broke_is_kept_for_it() -> None:
    dispatch, journal, _ = house()

    def break_it(tool: str, arguments: Mapping[str, Any]) -> Any:
        journal.broken = True
        return "done"

    dispatch, journal, _ = house(break_it)
    assert call(dispatch, "alpha__echo", {"text": "x"}).value == "done"
    assert len(journal.kept) == 1


def test_a_call_whose_caller_left_is_noted_as_cancelled() -> None:
    async def scenario() -> ListedJournal:
        dispatch, journal, registry = house()

        async def wait(tool: str, arguments: Mapping[str, Any], caller: Caller, hear: Hear = unheard) -> Any:
            await asyncio.Event().wait()

        registry.routes["alpha"].guests.call = wait  # type: ignore[method-assign]
        task = asyncio.create_task(dispatch.invoke("alpha__echo", {"text": "x"}, OWNER))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        dispatch.flush()
        return journal

    assert [entry.outcome for entry in asyncio.run(scenario()).entries] == ["cancelled"]


def test_why_a_tool_is_missing_is_told_when_it_is_known() -> None:
    dispatch = dispatching(Registry(), ListedJournal(), lambda tool: SkillpodError(f"{tool} is in quarantine"))
    with pytest.raises(SkillpodError, match="quarantine"):
        call(dispatch, "alpha__echo", {})


@pytest.mark.parametrize("why", [NameTaken("`vault` has it"), Waiting("`vault` 1.0.0 is mounted", hint="mount `vault`")])
def test_why_a_tool_is_missing_tells_no_other_skill_to_who_sees_only_some(why: SkillpodError) -> None:
    dispatch = dispatching(Registry(), ListedJournal(), lambda tool: why)
    for caller, is_told in ((OWNER, True), (Caller(sees=("alpha", "b*")), False)):
        with pytest.raises(type(why)) as refused:
            call(dispatch, "alpha__echo", {}, caller)
        assert ("vault" in str(refused.value.as_dict())) is is_told
    with pytest.raises(UnknownTool):
        call(dispatch, "vault__open", {}, Caller(sees=("alpha",)))


def test_of_an_unknown_name_no_more_is_repeated_than_names_have() -> None:
    with pytest.raises(UnknownTool) as refused:
        call(house()[0], "x" * 1_000_000, {})
    assert len(str(refused.value.as_dict())) < 3 * NAMED


def test_a_mistyped_name_is_compared_with_its_own_skill_before_all_others() -> None:
    dispatch, _, registry = house()
    for number in range(COMPARED // 10):
        registry.publish(route(f"aa{number}", *(spec(f"aa{number}", f"echo{each}") for each in range(10))))
    with pytest.raises(UnknownTool) as refused:
        call(dispatch, "alpha__ehco", {})
    assert "`alpha__echo`" in refused.value.hint
    with pytest.raises(UnknownTool) as refused:
        call(dispatch, "nothing_like_it", {})
    assert "skillpod_search" in refused.value.hint
