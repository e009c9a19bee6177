"""Search with a model of the operator's own: it adds what words don't find, and can't break what they do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from skillpod.model.command import Caller
from skillpod.ports import Embedder
from skillpod.registry.likeness import Likeness
from skillpod.registry.registry import Registry, Route
from skillpod.registry.search import Search
from tests.support.embedder import Trigrams
from tests.support.registry import AnsweringGuests, card, seen_of

PATIENCE = 20.0


class Moody(Trigrams):
    """It works while ``mood`` gives nothing, and else does what that says."""

    def __init__(self, mood: Callable[[Sequence[str]], Any]) -> None:
        super().__init__()
        self.mood: Callable[[Sequence[str]], Any] | None = mood

    def embed(self, texts: Sequence[str]) -> Any:
        return super().embed(texts) if self.mood is None else self.mood(texts)


def pets() -> Registry:
    registry = Registry()
    for name, description in (("dogs", "Walk a dog."), ("photos", "Photographs of animals."), ("boats", "Sail away.")):
        publish(registry, name, description)
    return registry


def publish(registry: Registry, name: str, description: str, number: int = 1) -> None:
    shown = card(name, number=number, description=description)
    registry.publish(Route(card=shown, guests=AnsweringGuests(lambda tool, arguments: None)))


def run(
    embedder: Embedder, registry: Registry, work: Callable[[Search], Awaitable[None]], *, patience: float = PATIENCE, given_up: float = 60.0
) -> list[str]:
    """What the operator was told."""
    told: list[str] = []

    async def running() -> None:
        search = Search(seen_of(registry), Likeness(embedder, trouble=told.append, patience=patience, given_up=given_up))
        try:
            await work(search)
        finally:
            await search.close()

    asyncio.run(asyncio.wait_for(running(), PATIENCE))
    return told


async def names(search: Search, query: str, limit: int = 5, caller: Caller | None = None) -> list[str]:
    return [found.name for found in await search.find(query, limit, caller or Caller())]


def test_what_words_do_not_find_is_found_by_likeness() -> None:
    async def look(search: Search) -> None:
        assert (await names(search, "telephotographing"))[0] == "photos"

    assert run(Trigrams(), pets(), look) == []


def test_what_both_find_comes_before_what_one_finds() -> None:
    async def look(search: Search) -> None:
        found = await search.find("walking the dog", 5)
        assert found[0].name == "dogs"
        assert found[0].score == 1.0

    run(Trigrams(), pets(), look)


def test_a_text_is_placed_once_and_a_new_one_at_the_next_search() -> None:
    embedder, registry = Trigrams(), pets()

    async def look(search: Search) -> None:
        for _ in range(3):
            await search.find("dog", 5)
        assert len(embedder.texts) == 4
        publish(registry, "boats", "Photogenic sloops.", number=2)
        assert "boats" in await names(search, "telephotographing")
        assert embedder.texts[4:] in (
            ["telephotographing", "boats: Photogenic sloops."],
            ["boats: Photogenic sloops.", "telephotographing"],
        )

    run(embedder, registry, look)


def test_the_model_works_off_the_loops_thread() -> None:
    embedder = Trigrams()

    async def look(search: Search) -> None:
        await search.find("dog", 5)
        assert threading.get_ident() not in embedder.threads

    run(embedder, pets(), look)


def test_likeness_shows_nobody_what_it_may_not_see() -> None:
    async def look(search: Search) -> None:
        await search.find("telephotographing", 5)
        assert "photos" not in await names(search, "telephotographing", caller=Caller(sees=("dogs", "boats")))

    run(Trigrams(), pets(), look)


def test_a_query_without_a_word_is_no_question_for_a_model() -> None:
    embedder = Trigrams()

    async def look(search: Search) -> None:
        assert await names(search, "*") == ["boats", "dogs", "photos"]
        assert embedder.texts == []

    run(embedder, pets(), look)


def _raise(texts: Sequence[str]) -> Any:
    raise RuntimeError("no memory left on the card")


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        (_raise, "RuntimeError: no memory left on the card"),
        (lambda texts: [[1.0, 2.0]], "were given 1 vectors"),
        (lambda texts: [[float("nan")] for _ in texts], "not finite"),
        (lambda texts: [[] for _ in texts], "of [0] numbers"),
        (lambda texts: [["x"] for _ in texts], "could not convert"),
        (lambda texts: None, "not iterable"),
    ],
)
def test_a_model_that_fails_is_told_of_once_and_words_still_find(mood: Callable[[Sequence[str]], Any], why: str) -> None:
    embedder = Moody(mood)

    async def look(search: Search) -> None:
        for _ in range(3):
            assert await names(search, "dog") == ["dogs"]
        embedder.mood = None
        assert (await names(search, "telephotographing"))[0] == "photos"
        embedder.mood = mood
        assert await names(search, "sail") == ["boats"]

    told = run(embedder, pets(), look)
    assert len(told) == 2  # once for each time it stopped working
    assert all("search goes by words alone" in text for text in told)
    assert why in told[0]


def test_a_model_that_hangs_holds_up_one_search_for_a_moment_and_no_other() -> None:
    go_on = threading.Event()

    def hang(texts: Sequence[str]) -> Any:
        go_on.wait(PATIENCE)
        raise RuntimeError("too late")

    async def look(search: Search) -> None:
        loop = asyncio.get_running_loop()
        assert await names(search, "dog") == ["dogs"]  # waits for as long as its patience lasts
        started = loop.time()
        for _ in range(5):
            assert await names(search, "dog") == ["dogs"]
        assert loop.time() - started < 5 * 0.2

    try:
        told = run(Moody(hang), pets(), look, patience=0.2, given_up=0.2)
    finally:
        go_on.set()
    assert len(told) == 1
    assert "has not answered" in told[0]
