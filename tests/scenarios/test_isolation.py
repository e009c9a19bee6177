"""The same stories over the jail and over module isolation, and what is told of module isolation alone."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sys
import threading
import weakref
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from skillpod.errors import PolicyRefused, ToolRaised, UnknownTool
from skillpod.journal.replay import read
from skillpod.model.capability import Isolation
from skillpod.model.entry import Fact
from skillpod.model.event import Kind
from tests.scenarios.stage import Stage, eventually, running
from tests.support.contained import ALLOWED, IN_THE_JAIL, Shelf
from tests.support.skills import numbered, saying, write_skill

SLOW = '''\
import time

from skillpod import tool


@tool
def answer() -> str:
    """Answer late."""
    time.sleep(1.5)
    return "late"
'''
COUNTING = '''\
from skillpod import Context, tool

CALLS = 0


@tool
def answer(ctx: Context) -> list[int]:
    """Count in memory and in state."""
    global CALLS
    CALLS += 1
    ctx.state["calls"] = ctx.state.get("calls", 0) + 1
    return [CALLS, ctx.state["calls"]]
'''


@pytest.fixture(params=list(Isolation), ids=lambda isolation: isolation.value)
def shelf(request: pytest.FixtureRequest, skills: Path, home: Path, policies: Path) -> Shelf:
    return Shelf(request.param, skills=skills, home=home, policies=policies)


@pytest.fixture
def in_process(skills: Path, home: Path, policies: Path) -> Shelf:
    return Shelf(Isolation.MODULE, skills=skills, home=home, policies=policies)


def on_stage(shelf: Shelf) -> Any:
    return running(shelf.skills, shelf.home, policies=shelf.policies)


# --- over both -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lifetime", ["call", "skill"])
def test_swaps_under_load_fail_no_call_and_answer_none_from_an_older_version(lifetime: str, shelf: Shelf) -> None:
    async def scenario() -> None:
        shelf.put(numbered(0), lifetime=lifetime)
        async with on_stage(shelf) as stage:
            assert stage.skill("acme_words")["isolation"] == shelf.isolation.value
            wrong: list[str] = []
            stop = asyncio.Event()
            callers = [asyncio.create_task(_caller(stage, stop, wrong)) for _ in range(4)]
            for number in range(1, 21):
                await stage.change(lambda number=number: shelf.put(numbered(number), lifetime=lifetime), Kind.SWAPPED, skill="acme_words")
            stop.set()
            assert sum(await asyncio.gather(*callers)) > 20
            assert wrong == []
            assert await stage.pod.call("acme_words__answer", {}) == 20

    asyncio.run(scenario())


async def _caller(stage: Stage, stop: asyncio.Event, wrong: list[str]) -> int:
    """How many calls were answered."""
    calls = 0
    while not stop.is_set():
        floor = stage.skill("acme_words")["generation"]
        try:
            result = await stage.pod.invoke("acme_words__answer", {})
        except Exception as error:  # whatever it is, it is a failed call
            wrong.append(f"failed: {error!r}")
            return calls
        calls += 1
        if not floor <= result.generation or result.value != result.generation - 1:
            wrong.append(f"generation {result.generation} answered {result.value} to a call begun under {floor}")
    return calls


def test_a_bad_update_changes_nothing_and_a_rollback_returns_to_what_was(shelf: Shelf) -> None:
    async def scenario() -> None:
        shelf.put(saying("one"))
        async with on_stage(shelf) as stage:
            await stage.change(lambda: shelf.put("raise RuntimeError('no')\n" + saying("bad")), Kind.REFUSED, skill="acme_words")
            assert await stage.pod.call("acme_words__answer", {}) == "one"
            await stage.change(lambda: shelf.put(saying("two")), Kind.SWAPPED, skill="acme_words")
            assert await stage.pod.call("acme_words__answer", {}) == "two"
            await stage.pod.rollback("acme_words")
            assert await stage.pod.call("acme_words__answer", {}) == "one"
            assert stage.skill("acme_words")["isolation"] == shelf.isolation.value
            await stage.pod.unmount("acme_words")
            with pytest.raises(UnknownTool):
                await stage.pod.call("acme_words__answer", {})

    asyncio.run(scenario())


def test_a_long_call_finishes_on_the_generation_it_started_on(shelf: Shelf) -> None:
    async def scenario() -> None:
        shelf.put(SLOW)
        async with on_stage(shelf) as stage:
            slow = asyncio.create_task(stage.pod.invoke("acme_words__answer", {}))
            await asyncio.sleep(0.1)
            await stage.change(lambda: shelf.put(saying("new")), Kind.SWAPPED, skill="acme_words")
            assert await stage.pod.call("acme_words__answer", {}) == "new"
            late = await slow
            assert (late.value, late.generation) == ("late", 1)

    asyncio.run(scenario())


@pytest.mark.parametrize(("lifetime", "expected"), [("call", [[1, 1], [1, 2]]), ("skill", [[1, 1], [2, 2]])])
def test_what_is_in_memory_lives_as_long_as_the_guest_and_state_outlives_it(lifetime: str, expected: list[list[int]], shelf: Shelf) -> None:
    async def scenario() -> None:
        shelf.put(COUNTING, lifetime=lifetime)
        async with on_stage(shelf) as stage:
            assert [await stage.pod.call("acme_words__answer", {}) for _ in range(2)] == expected
            await stage.change(lambda: shelf.put(f"{COUNTING}# new\n", lifetime=lifetime), Kind.SWAPPED, skill="acme_words")
            assert await stage.pod.call("acme_words__answer", {}) == [1, 3]

    asyncio.run(scenario())


def test_a_restart_serves_the_same(shelf: Shelf) -> None:
    async def scenario() -> None:
        shelf.put(saying("one"))
        for _ in range(2):
            async with on_stage(shelf) as stage:
                assert await stage.pod.call("acme_words__answer", {}) == "one"
                assert stage.skill("acme_words")["isolation"] == shelf.isolation.value

    asyncio.run(scenario())


# --- of module isolation alone ---------------------------------------------------------------------------------------------------


def test_another_isolation_in_pod_yaml_is_a_new_decision_and_a_new_generation(in_process: Shelf) -> None:
    async def scenario() -> None:
        in_process.put(saying("one"))
        async with on_stage(in_process) as stage:
            assert (stage.skill("acme_words")["isolation"], stage.skill("acme_words")["rule"]) == ("module", "acme-in-process")
            for generation, isolation in ((2, Isolation.JAIL), (3, Isolation.MODULE)):
                in_process.contain("acme_words", isolation)
                await stage.pod.settled()
                await eventually(lambda isolation=isolation: stage.skill("acme_words")["isolation"] == isolation.value)  # type: ignore[misc]  # SAFE: a default binds the loop's value
                assert stage.skill("acme_words")["generation"] == generation
                assert await stage.pod.call("acme_words__answer", {}) == "one"
        published = [seen.entry for seen in read(in_process.home / "journal") if seen.entry.fact is Fact.PUBLISHED]
        assert [each.isolation for each in published] == ["module", "jail", "module"]
        assert published[0].details["walls"]["walls"] == []
        assert "not a security boundary" in published[0].details["walls"]["note"]
        assert published[1].details["walls"]["walls"] != []

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("manifest", "handler", "said"),
    [
        ({"permissions": {"environment": ["TZ"]}}, saying("x"), "asks for environment"),
        ({"tier": "write"}, saying("x"), "tier is write"),
    ],
)
def test_what_asks_for_anything_is_refused_and_never_put_into_the_jail_instead(
    manifest: dict[str, Any], handler: str, said: str, in_process: Shelf
) -> None:
    async def scenario() -> None:
        everything = {**IN_THE_JAIL, "match": {"tier": "system", "verdict": "review", "permissions": ["environment"]}}
        in_process.rule(ALLOWED, everything)
        in_process.put(handler, **manifest)
        async with on_stage(in_process) as stage:
            entry = stage.skill("acme_words")
            assert (entry["state"], entry["tools"]) == ("refused", [])
            assert said in str(entry["error"])
        (refused,) = [seen.entry for seen in read(in_process.home / "journal") if seen.entry.fact is Fact.REFUSED]
        assert refused.rule == "isolation"

    asyncio.run(scenario())


def test_what_nobody_trusted_has_signed_is_refused(skills: Path, in_process: Shelf) -> None:
    async def scenario() -> None:
        in_process.contain("plain", Isolation.MODULE)
        write_skill(skills, "plain", handler=saying("x"))
        async with on_stage(in_process) as stage:
            assert "no trusted publisher has signed it" in str(stage.skill("plain")["error"])
            in_process.contain("plain", Isolation.JAIL)
            await stage.pod.settled()
            assert await stage.pod.call("plain__answer", {}) == "x"

    asyncio.run(scenario())


def test_without_a_rule_that_covers_module_isolation_it_is_refused_and_a_yes_does_not_help(in_process: Shelf) -> None:
    asks = {"id": "ask", "match": {}, "outcome": "require_approval", "reason": "Somebody must look."}

    async def scenario() -> None:
        in_process.rule(IN_THE_JAIL, asks)
        in_process.put(saying("one"))
        async with on_stage(in_process) as stage:
            entry = stage.skill("acme_words")
            assert (entry["state"], entry["error"]["code"]) == ("refused", "policy_refused")
            assert "in module isolation" in entry["error"]["message"]
            with pytest.raises(PolicyRefused):
                await stage.pod.call("acme_words__answer", {})

    asyncio.run(scenario())


def test_a_question_about_it_is_answered_after_a_trial_in_the_jail(in_process: Shelf) -> None:
    asks = {"id": "ask", "match": {"isolation": "module"}, "outcome": "require_approval", "reason": "Somebody must look."}

    async def scenario() -> None:
        in_process.rule(ALLOWED, IN_THE_JAIL, asks)
        in_process.put(saying("one"), tests=[{"tool": "answer", "arguments": {}, "expect": "one"}])
        async with on_stage(in_process) as stage:
            held = await stage.pod.held("acme_words")
            assert "behind no wall" in held["question"]
            assert held["trial"]["error"] is None
            await stage.pod.approve("acme_words", held["digest"], reason="We know Acme.", actor="ann")
            assert await stage.pod.call("acme_words__answer", {}) == "one"
            assert stage.skill("acme_words")["isolation"] == "module"

    asyncio.run(scenario())


def test_a_yes_for_the_jail_is_none_for_module_isolation(in_process: Shelf) -> None:
    asks = {"id": "ask", "match": {}, "outcome": "require_approval", "reason": "Somebody must look."}

    async def scenario() -> None:
        in_process.rule(ALLOWED, IN_THE_JAIL, asks)
        in_process.contain("acme_words", Isolation.JAIL)
        in_process.put(saying("one"))
        async with on_stage(in_process) as stage:
            held = await stage.pod.held("acme_words")
            await stage.pod.approve("acme_words", held["digest"], reason="In the jail it may.", actor="ann")
            assert stage.skill("acme_words")["isolation"] == "jail"
            in_process.contain("acme_words", Isolation.MODULE)
            await stage.pod.settled()
            await eventually(lambda: stage.skill("acme_words")["state"] == "held")

    asyncio.run(scenario())


LEAVING = '''\
import functools
from dataclasses import dataclass
from enum import Enum
from typing import Optional, TypedDict

from skillpod import Context, tool


class Colour(Enum):
    RED = 1


@dataclass
class Row:
    name: str
    colour: Optional[Colour] = None  # typing remembers that it was asked for this


class Shape(TypedDict):
    rows: list[Row]


KEPT = [Row("kept"), Colour.RED, lambda: KEPT]


@functools.cache
def cached(row: str) -> Row:
    return Row(row)


def rows() -> object:
    yield from KEPT


GENERATOR = rows()


@tool
def answer(ctx: Context, fail: bool = False) -> str:
    """Hold on to as much as there is."""
    next(GENERATOR, None)
    ctx.logger.info("a line")
    print(cached("x"))
    if fail:
        raise ValueError("x")
    return "VERSION"


@tool
async def later() -> str:
    """Answer."""
    return "VERSION"
'''


def _held() -> list[weakref.ref[Any]]:
    """Everything in this process that a skill of module isolation made and that can be watched."""
    found = []
    for value in gc.get_objects():
        module = getattr(type(value) if not isinstance(value, (type, FunctionType)) else value, "__module__", None)
        if isinstance(module, str) and module.startswith("skillpod_module."):
            try:
                found.append(weakref.ref(value))
            except TypeError:
                continue
    return found


@pytest.mark.parametrize("lifetime", ["call", "session", "skill"])
def test_a_swap_a_rollback_and_an_unmount_leave_nothing_of_it_behind(lifetime: str, in_process: Shelf) -> None:
    async def scenario() -> None:
        threads, modules = set(threading.enumerate()), set(sys.modules)
        in_process.put(LEAVING, lifetime=lifetime)
        async with on_stage(in_process) as stage:
            stop = asyncio.Event()
            callers = [asyncio.create_task(_busy(stage, stop)) for _ in range(3)]
            for number in range(5):
                text = LEAVING.replace("VERSION", str(number))
                await stage.change(lambda text=text: in_process.put(text, lifetime=lifetime), Kind.SWAPPED, skill="acme_words")
            stop.set()
            await asyncio.gather(*callers)
            await stage.pod.rollback("acme_words")
            assert await stage.pod.call("acme_words__later", {}) == "3"
            watched = _held()
            assert any(reference() is not None for reference in watched)
            await stage.pod.unmount("acme_words")
            await stage.pod.settled()
            await eventually(lambda: _none_left(watched))
            await eventually(lambda: not _held())
            assert not [name for name in set(sys.modules) - modules if "skillpod_module" in name or "acme" in name]
            assert not [name for name in linecache.cache if "acme_words" in name]
            await eventually(lambda: not [each for each in set(threading.enumerate()) - threads if "acme_words" in each.name])

    asyncio.run(scenario())


async def _busy(stage: Stage, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await stage.pod.call("acme_words__answer", {})
        await stage.pod.call("acme_words__later", {})
        with pytest.raises(ToolRaised):
            await stage.pod.call("acme_words__answer", {"fail": True})


def _none_left(watched: list[weakref.ref[Any]]) -> bool:
    gc.collect()
    return all(reference() is None for reference in watched)
