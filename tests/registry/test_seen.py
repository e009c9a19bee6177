"""What callers see under access rules: what is hidden beside the same for who may see it, and rules that change at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from skillpod.errors import NotAllowed, NotASkill, SkillpodError, UnknownTool, Waiting
from skillpod.model.access import May
from skillpod.model.card import Card
from skillpod.model.command import Caller
from skillpod.registry.catalog import Catalog
from skillpod.registry.dispatch import Dispatch, Missing
from skillpod.registry.registry import Registry, Route
from skillpod.registry.search import Search
from skillpod.registry.seen import Seen
from tests.support.registry import AnsweringGuests, ListedJournal, Rules, card, levels_of, spec, tickets_of

_Result = TypeVar("_Result")
ADA, EVE = Caller(principal="ada"), Caller(principal="eve")
MANUAL = {"README.md": b"How to wipe and how to read.", "handler.py": b"def wipe(): ..."}


def ada_alone(principal: str, tool: str) -> May:
    """Ada may do all; others see what reads, and call it."""
    return May.CALL if principal == "ada" or "read" in tool else May.NOTHING


class FrozenClock:
    def now(self) -> float:
        return 100.0

    def epoch(self) -> float:
        return 1_000.0


class House:
    """A skill ``files`` that reads and wipes, a skill ``vault`` that wipes, a skill ``guide`` that is a manual alone."""

    def __init__(self, rule: Callable[[str, str], May] | None = ada_alone, missing: Missing = lambda tool: None) -> None:
        self.registry, self.rules, self.journal = Registry(), Rules(rule), ListedJournal()
        self.seen = Seen(self.registry, self.rules)
        for skill, tools in (("files", ("read", "wipe")), ("vault", ("wipe",)), ("guide", ())):
            self.publish(skill, *tools)
        tickets = tickets_of(self.journal, FrozenClock())
        self.dispatch = Dispatch(
            seen=self.seen, tickets=tickets, journal=self.journal, clock=FrozenClock(), missing=missing, levels=levels_of()
        )

    def publish(self, skill: str, *tools: str, number: int = 1) -> None:
        shown = card(skill, *(spec(skill, tool) for tool in tools), number=number, files=MANUAL)
        self.registry.publish(Route(card=shown, guests=AnsweringGuests(lambda tool, arguments: f"{tool} done")))

    def call(self, tool: str, caller: Caller) -> Any:
        try:
            return asyncio.run(self.dispatch.invoke(tool, {}, caller)).value
        finally:
            self.dispatch.flush()

    def refusal(self, tool: str, caller: Caller) -> SkillpodError:
        with pytest.raises(SkillpodError) as caught:
            self.call(tool, caller)
        return caught.value

    def look(self, work: Callable[[Catalog], Awaitable[_Result]]) -> _Result:
        async def looking() -> _Result:
            search = Search(self.seen)
            try:
                return await work(Catalog(self.seen, search))
            finally:
                await search.close()

        return asyncio.run(looking())


def shown(cards: list[Card]) -> dict[str, list[str]]:
    return {card.name: [tool.name for tool in card.tools] for card in cards}


def test_of_a_skill_only_the_tools_that_are_seen_are_shown_and_then_none_of_its_files() -> None:
    house = House()
    assert shown(house.seen.cards(ADA)) == {"files": ["read", "wipe"], "guide": [], "vault": ["wipe"]}
    assert shown(house.seen.cards(EVE)) == {"files": ["read"]}
    whole, part = house.seen.cards(ADA)[0], house.seen.cards(EVE)[0]
    assert (whole.manual != "", dict(part.bundle.files), part.manual) == (True, {}, "")
    assert (part.digest, part.version) == (whole.digest, whole.version)


def test_a_token_and_the_rules_hide_each_for_itself() -> None:
    house = House()
    assert shown(house.seen.cards(Caller(principal="ada", sees=("v*",)))) == {"vault": ["wipe"]}
    assert shown(house.seen.cards(Caller(principal="eve", sees=("v*",)))) == {}
    assert shown(House(None).seen.cards(EVE)) == shown(house.seen.cards(ADA))


def test_what_is_hidden_is_called_described_and_found_like_what_nobody_has() -> None:
    house = House()
    assert house.call("files__wipe", ADA) == "wipe done"
    assert house.call("files__read", EVE) == "read done"
    for hidden, absent in (("files__wipe", "files__xxxx"), ("vault__wipe", "vault__xxxx")):
        told, other = (house.refusal(name, EVE).as_dict() for name in (hidden, absent))
        assert str(told).replace(hidden, absent) == str(other)
    for name in ("files__wipe", "vault__wipe", "vault", "guide"):
        assert house.look(lambda catalog, name=name: catalog.describe(name, ADA))["name"] == name  # type: ignore[misc]
        for ask in (Catalog.describe, Catalog.related):
            with pytest.raises(UnknownTool):
                house.look(lambda catalog, ask=ask, name=name: ask(catalog, name, caller=EVE))  # type: ignore[misc]
    found = {caller.principal: house.look(lambda catalog, caller=caller: catalog.search("wipe", 50, caller)) for caller in (ADA, EVE)}  # type: ignore[misc]
    assert {result.name for result in found["ada"]} >= {"files__wipe", "vault__wipe"}
    assert {result.name for result in found["eve"]} <= {"files", "files__read"}
    assert "wipe" not in str(house.look(lambda catalog: catalog.describe("files", EVE)))
    assert "wipe" in str(house.look(lambda catalog: catalog.describe("files", ADA)))


def test_a_tool_that_may_be_seen_and_not_called_says_so() -> None:
    house = House(lambda principal, tool: May.CALL if principal == "ada" else May.SEE)
    assert shown(house.seen.cards(EVE)) == shown(house.seen.cards(ADA))
    refusal = house.refusal("vault__wipe", EVE)
    assert isinstance(refusal, NotAllowed)
    assert refusal.message == "`vault__wipe` may not be called by `eve`: the test says so"
    assert house.call("vault__wipe", ADA) == "wipe done"


def test_a_call_that_is_denied_is_in_the_journal_with_the_rule_that_says_so() -> None:
    house = House()
    house.refusal("vault__wipe", EVE)
    house.refusal("vault__xxxx", EVE)  # there is no such tool: nothing was denied
    [entry] = house.journal.entries
    assert (entry.actor, entry.skill, entry.tool, entry.outcome, entry.rule) == ("eve", "vault", "wipe", "denied", "may-nothing")
    assert entry.error == {"code": "not_allowed"}
    assert house.registry.routes["vault"].leases.calls == 0


def test_rules_that_change_count_from_the_next_look_on() -> None:
    house = House()

    async def looking() -> None:
        search = Search(house.seen)
        catalog = Catalog(house.seen, search)

        async def found(caller: Caller) -> set[str]:
            return {result.name for result in await catalog.search("wipe", 50, caller) if result.kind == "tool"}

        for _ in range(2):
            assert await found(EVE) <= {"files__read"}
            house.rules.exchange(None)
            assert await found(EVE) == {"files__wipe", "vault__wipe"} | (await found(EVE) & {"files__read"})
            assert house.seen.card("vault", EVE) is not None
            house.rules.exchange(lambda principal, tool: May.NOTHING)
            assert await found(ADA) == set()
            assert house.seen.cards(ADA) == []
            house.rules.exchange(ada_alone)
            assert await found(ADA) >= {"files__wipe", "vault__wipe"}
        await search.close()

    asyncio.run(looking())
    house.rules.exchange(lambda principal, tool: May.NOTHING)
    assert house.refusal("files__read", ADA).code == "unknown_tool"


def test_a_card_is_the_same_object_as_long_as_it_shows_the_same() -> None:
    house = House()
    [before] = house.seen.cards(EVE)
    house.publish("vault", "wipe", number=2)
    house.rules.exchange(ada_alone)
    assert house.seen.cards(EVE) == [before]
    assert house.seen.cards(EVE)[0] is before
    house.publish("files", "read", "wipe", number=2)
    assert house.seen.cards(EVE)[0].generation == 2
    house.rules.exchange(None)
    assert house.seen.cards(EVE)[0] is house.registry.routes["files"].card


def test_why_a_hidden_skill_has_no_tools_is_told_only_to_who_would_see_them() -> None:
    house = House(missing=lambda tool: NotASkill(f"why {tool} is not there"))
    assert house.refusal("broken__wipe", ADA).message == "why broken__wipe is not there"
    assert house.refusal("broken__read", EVE).message == "why broken__read is not there"
    assert house.refusal("broken__wipe", EVE).code == "unknown_tool"
    waiting = House(missing=lambda tool: Waiting("`vault` 2.0.0 is mounted", hint="mount `vault`"))
    assert "vault" not in str(waiting.refusal("broken__read", EVE).as_dict())
    assert "vault" in str(House(None, lambda tool: Waiting("`vault` is mounted")).refusal("broken__read", EVE).as_dict())


def test_a_name_that_no_tool_can_have_is_not_asked_about() -> None:
    asked: list[int] = []

    def rule(principal: str, tool: str) -> May:
        asked.append(len(tool))
        return May.CALL

    house = House(rule)
    house.refusal("x" * 1_000_000, EVE)
    assert max(asked, default=0) <= 64
