"""Search: what is published is found by its words, in the right order, whatever is asked, and by nobody who may not see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.model.command import OWNER, Caller
from skillpod.model.manifest import ToolSpec
from skillpod.registry.registry import Registry, Route
from skillpod.registry.search import VIEWS, Found, Search
from tests.support.registry import AnsweringGuests, card, seen_of, spec

_Result = TypeVar("_Result")


def tool(skill: str, name: str, description: str, **said: Any) -> ToolSpec:
    return replace(spec(skill, name), description=description, **said)


def publish(registry: Registry, skill: str, *tools: ToolSpec, number: int = 1, **said: Any) -> None:
    registry.publish(Route(card=card(skill, *tools, number=number, **said), guests=AnsweringGuests(lambda tool, arguments: None)))


def shop() -> Registry:
    """Four skills of different trades, one without any tool."""
    registry = Registry()
    publish(
        registry,
        "invoices",
        tool("invoices", "total", "Add up the lines of a bill, taxes and discounts included."),
        tool("invoices", "split", "Share an amount among several people without losing a cent."),
        description="Exact money for bills.",
        tags=("accounting",),
    )
    publish(
        registry,
        "weather",
        tool("weather", "getForecast", "Say how warm it will be in a city.", input_schema=_takes("city", "Where: a town, or its airport.")),
        description="Rain, wind and sun.",
    )
    publish(registry, "style_guide", description="How to write for our readers: tone, commas, capital letters.")
    publish(
        registry, "search_docs", tool("search_docs", "文書検索", "東京の文書を検索する。"), description="Vulnerability advisories, indexed."
    )
    return registry


def _takes(name: str, description: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string", "description": description}}}


def ask(registry: Registry, work: Callable[[Search], Awaitable[_Result]]) -> _Result:
    async def asking() -> _Result:
        search = Search(seen_of(registry))
        try:
            return await work(search)
        finally:
            await search.close()

    return asyncio.run(asking())


def find(registry: Registry, query: str, limit: int = 5, caller: Caller = OWNER) -> list[Found]:
    return ask(registry, lambda search: search.find(query, limit, caller))


def names(registry: Registry, query: str, limit: int = 5, caller: Caller = OWNER) -> list[str]:
    return [found.name for found in find(registry, query, limit, caller)]


# --- what is found ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("discounted bills", "invoices__total"),  # stems
        ("share money among people", "invoices__split"),
        ("accounting", "invoices"),  # tags
        ("airport", "weather__getForecast"),  # what a parameter says of itself
        ("forecast", "weather__getForecast"),  # a part of a name
        ("get_forecast", "weather__getForecast"),
        ("getForecast", "weather__getForecast"),
        ("forec", "weather__getForecast"),  # the beginning of a word
        ("how warm is it, by ci", "weather__getForecast"),
        ("vulnerabi", "search_docs"),  # a beginning that is longer than the stem
        ("commas", "style_guide"),  # a skill without tools
        ("文書", "search_docs__文書検索"),
        ("京の文", "search_docs__文書検索"),
        ("ＴＡＸＥＳ", "invoices__total"),  # full width
        ("WEATHER", "weather"),
    ],
)
def test_a_query_finds_what_is_meant(query: str, first: str) -> None:
    assert names(shop(), query)[0] == first


def test_a_result_says_what_it_is_and_no_more() -> None:
    best = find(shop(), "discounts")[0]
    assert best.as_dict() == {
        "name": "invoices__total",
        "kind": "tool",
        "skill": "invoices",
        "description": "Add up the lines of a bill, taxes and discounts included.",
        "score": 1.0,
    }


def test_a_long_description_is_one_short_line_in_a_result() -> None:
    registry = Registry()
    publish(registry, "talker", description="Talk.\n\n" + "and so on " * 100)
    (found,) = find(registry, "talk")
    assert found.description.startswith("Talk. and so on and")
    assert len(found.description) == 240


def test_an_exact_name_comes_first_whatever_else_fits() -> None:
    registry = shop()
    publish(registry, "billing", tool("billing", "run", "weather weather weather: a weather report of the weather"))
    assert names(registry, "weather")[0] == "weather"
    assert names(registry, " invoices__split ")[0] == "invoices__split"


def test_what_has_every_word_comes_before_what_has_one_of_them_often() -> None:
    registry = Registry()
    publish(registry, "one", description="Copy a file. Copy it, copy it again, and copy the copy.")
    publish(registry, "two", description="Rename or copy what is on a remote disk, safely and soon, in any order that you like.")
    publish(registry, "three", description="Talk about disks and other things.")
    publish(registry, "four", description="Nothing to do with it.")
    assert names(registry, "copy disk")[0] == "two"


def test_no_more_is_given_than_is_asked_for_best_first() -> None:
    found = find(shop(), "bill city tone", limit=2)
    assert len(found) == 2
    assert found[0].score == 1.0 >= found[1].score > 0


def test_equals_come_by_name_whoever_was_published_first() -> None:
    forward, backward = Registry(), Registry()
    skills = [f"twin{number:03}" for number in range(60)]
    for registry, order in ((forward, skills), (backward, skills[::-1])):
        for name in order:
            publish(registry, name, description="The same.")
    assert names(forward, "same") == names(backward, "same") == skills[:5]


def test_stop_words_say_nothing_unless_there_is_nothing_else() -> None:
    registry = shop()
    publish(registry, "who_is", description="Owners of domains.")
    assert names(registry, "what is the tone of it") == ["style_guide"]
    assert names(registry, "is") == ["who_is"]


@pytest.mark.parametrize("query", ["", "  ", "*", "???", "🙂", '"', "\x00", "\ud800"])
def test_a_query_without_a_word_gives_the_skills_by_name(query: str) -> None:
    assert names(shop(), query, limit=3) == ["invoices", "search_docs", "style_guide"]


def test_words_that_nothing_has_find_nothing() -> None:
    assert names(shop(), "zebra crossing") == []


@pytest.mark.parametrize(
    "query",
    [
        '" OR name:*',
        "bill* NOT taxes",
        "NEAR(bill taxes, 2)",
        "name : weather",
        "{name description} : bill",
        "^bill",
        "bill AND",
        "OR",
        "NOT",
        "(((bill",
        "bill'); DROP TABLE words; --",
        '"bill" + "',
        "-bill",
        "bill\x00taxes",
        "rank MATCH 'bm25(0)'",
    ],
)
def test_what_fts5_would_obey_is_taken_for_words(query: str) -> None:
    registry = shop()
    found = names(registry, query)
    assert set(found) <= set(names(registry, "", limit=50)) | {binding.contract.spec.exported for binding in registry.bindings()}
    assert ("invoices__total" in found) == ("bill" in query)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_a_search_raise(queries: list[str]) -> None:
    async def every(search: Search) -> None:
        for query in queries:
            assert len(await search.find(query, 5)) <= 5

    ask(shop(), every)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_description_makes_a_search_raise_and_its_words_find_it(description: str, title: str) -> None:
    registry = Registry()
    publish(registry, "odd", tool("odd", "odd", description, hints={"title": title}), description=description)

    async def look(search: Search) -> list[Found]:
        await search.related("odd", 5)
        return await search.find("odd", 5)

    assert {found.name for found in ask(registry, look)} == {"odd", "odd__odd"}


def test_a_very_long_query_is_looked_for_by_its_first_words() -> None:
    assert names(shop(), "forecast " + " ".join(f"word{number}" for number in range(5000)))[0] == "weather__getForecast"


def test_words_that_everything_has_cost_no_more_than_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillpod.registry.index.BUDGET", 5)
    registry = Registry()
    for number in range(30):
        publish(registry, f"common{number:02}", description="Read a record from a table.")
    publish(registry, "rare", description="Read a parchment from a table.")
    assert names(registry, "read parchment records from the table") == ["rare"]
    assert names(registry, "read records") == [f"common{number:02}" for number in range(5)]


# --- following the registry ---------------------------------------------------------------------------------------------------------------


def test_a_search_sees_every_publish_and_withdrawal_before_it() -> None:
    registry = shop()

    async def follow(search: Search) -> list[list[str]]:
        async def found(query: str) -> list[str]:
            return [result.name for result in await search.find(query, 5)]

        seen = [await found("compass")]
        publish(registry, "compass", description="Point north.")
        seen.append(await found("north"))
        publish(registry, "compass", description="Point at the moon.", number=2)
        seen += [await found("north"), await found("moon"), await found("vulnera")]
        registry.withdraw("compass")
        registry.withdraw("search_docs")
        return [*seen, await found("moon"), await found("vulnera"), await found("compass")]

    assert ask(registry, follow) == [[], ["compass"], [], ["compass"], ["search_docs"], [], [], []]


def test_what_is_published_while_an_index_is_made_is_in_it() -> None:
    registry = Registry()
    for number in range(300):
        publish(registry, f"skill{number}", description="One of many.")

    async def meanwhile(search: Search) -> list[str]:
        searching = asyncio.create_task(search.find("late", 5))
        await asyncio.sleep(0)  # it has begun, and gives others their turn
        publish(registry, "latecomer", description="A late one.")
        registry.withdraw("skill7")
        found = await searching
        assert len(await search.find("many", 500)) == 299
        return [result.name for result in found]

    assert ask(registry, meanwhile) == ["latecomer"]


# --- who may see what ---------------------------------------------------------------------------------------------------------------------


def test_a_caller_finds_nothing_of_what_it_does_not_see() -> None:
    registry, guest = shop(), Caller(principal="guest", sees=("weather", "style_*"))
    assert names(registry, "bill", caller=guest) == []
    assert names(registry, "invoices__total", caller=guest) == []
    assert names(registry, "", limit=50, caller=guest) == ["style_guide", "weather"]
    assert ask(registry, lambda search: search.related("invoices__total", 5, guest)) == []


def test_neither_scores_nor_order_tell_of_what_is_not_seen() -> None:
    """A word that is rare among what one sees weighs as much as if nothing else were there."""
    small, large = Registry(), Registry()
    for registry in (small, large):
        publish(registry, "seen_one", description="Boats and rivers and lakes.")
        publish(registry, "seen_two", description="Boats on rivers.")
        publish(registry, "seen_three", description="Trains.")
    for number in range(50):
        publish(large, f"secret{number}", description="Lakes, lakes, lakes, and a boat.")
    guest = Caller(principal="guest", sees=("seen_*",))
    for query in ("boats lakes", "rivers", "lak", ""):
        assert find(small, query, caller=guest) == find(large, query, caller=guest)
    assert ask(small, lambda s: s.related("seen_one", 5, guest)) == ask(large, lambda s: s.related("seen_one", 5, guest))


def test_more_kinds_of_callers_than_indexes_are_kept_are_all_answered() -> None:
    registry = shop()
    callers = [Caller(principal=f"guest{number}", sees=("weather", f"other{number}")) for number in range(3 * VIEWS)]

    async def all_at_once(search: Search) -> list[list[Found]]:
        first = await asyncio.gather(*(search.find("forecast", 5, caller) for caller in callers))
        return [*first, *[await search.find("forecast", 5, caller) for caller in callers]]

    for found in ask(registry, all_at_once):
        assert [result.name for result in found] == ["weather__getForecast"]


# --- what is related ----------------------------------------------------------------------------------------------------------------------


def trade() -> Registry:
    registry = Registry()
    publish(
        registry, "parcels", tool("parcels", "track", "Follow a parcel to its recipient."), tool("parcels", "price", "What postage costs.")
    )
    publish(registry, "couriers", tool("couriers", "locate", "Where a courier with a parcel is, and when its recipient gets it."))
    publish(registry, "recipes", tool("recipes", "cook", "Dinner from what is in the fridge."))
    return registry


def related(registry: Registry, name: str, limit: int = 5) -> list[Found]:
    return ask(registry, lambda search: search.related(name, limit))


def test_what_shares_its_telling_words_is_related() -> None:
    first = related(trade(), "parcels__track")[0]
    assert (first.name, first.kind, first.skill) == ("couriers__locate", "tool", "couriers")
    assert 0 < first.score < 1


def test_nothing_is_related_to_itself_its_skill_or_its_tools() -> None:
    registry = trade()
    for name in ("parcels__track", "parcels__price", "parcels"):
        assert {name, "parcels"}.isdisjoint({found.name for found in related(registry, name)})
    assert not [found for found in related(registry, "parcels") if found.skill == "parcels"]


def test_what_shares_nothing_with_others_has_no_relations() -> None:
    assert related(trade(), "recipes__cook") == []
    assert related(trade(), "nobody") == []
