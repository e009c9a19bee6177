"""Search over many tools, beside FTS5 without our code and a plain BM25 in Python; and whether what is meant is found."""

from __future__ import annotations

import math
import random
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import cycle
from time import perf_counter
from typing import cast

from benchmarks.measure import Series
from benchmarks.table import Row
from skillpod.model.bundle import Bundle
from skillpod.model.card import Card
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.model.names import exported_name
from skillpod.ports import Guests
from skillpod.registry.registry import Registry, Route
from skillpod.registry.search import Search
from tests.support.registry import seen_of

TOOLS_A_SKILL = 10
TOP = 5
ENOUGH = 0.98
"""The share of tools that must be among the first five for words of their own."""

_VERB_WORDS = """
add approve archive assign book calculate cancel check clone close compare compress convert count create decode delete deploy detect
download draw encode estimate export extract fetch filter format generate import inspect invite list lock merge monitor move notify open
parse pause predict preview print publish query rank record refund rename render replace report reserve restart restore resume review rotate
schedule search send share sign sort split start stop summarize sync tag track transfer translate unlock update upload validate verify
"""
_THING_WORDS = """
account address advisory album alert answer appointment archive article asset backup balance bill board booking branch bucket budget build
calendar campaign card cart certificate channel chart chat city claim cluster column comment commit company contact container contract
coupon currency customer dashboard database delivery deployment device diagram dispute document domain draft email employee endpoint event
expense feed file flight folder forecast form function group guest hotel image incident index inventory invoice issue item job journal key
label language lead lease ledger lesson library license link log machine map meeting member memory message metric milestone model movie
network note notification offer order package page parcel passenger password patient payment permission photo pipeline plan playlist policy
"""
_VERBS, _THINGS = _VERB_WORDS.split(), _THING_WORDS.split()


def skills_of(count: int, seed: int) -> list[Card]:
    """Skills of ten tools that speak as people's do: a verb and a thing in a name, what it does in a sentence, words that say little."""
    chance = random.Random(seed)
    syllables = [first + vowel for first in "bcdfghklmnprstvz" for vowel in "aeiou"]
    makers = ["".join(chance.choices(syllables, k=3)) for _ in range(count // TOOLS_A_SKILL)]
    pairs = [(verb, thing) for verb in _VERBS for thing in _THINGS]
    cards = []
    for number, maker in enumerate(makers):
        skill = f"{maker}_{number}"
        tools = tuple(_tool(skill, maker, verb, thing, chance) for verb, thing in chance.sample(pairs, TOOLS_A_SKILL))
        manifest = Manifest(name=skill, version="1.0.0", description=f"Everything for {maker}.", author="The benchmarks", tags=(maker,))
        cards.append(Card(manifest=manifest, bundle=Bundle.freeze({"handler.py": skill.encode()}), generation=1, tools=tools))
    return cards


def _tool(skill: str, maker: str, verb: str, thing: str, chance: random.Random) -> ToolSpec:
    about, by = chance.sample(_THINGS, 2)
    properties = {thing: {"type": "string", "description": f"The {thing} in {maker}."}, by: {"type": "string"}}
    return ToolSpec(
        skill=skill,
        name=f"{verb}_{thing}",
        exported=exported_name(skill, f"{verb}_{thing}"),
        description=f"{verb.capitalize()} one {thing} of the {about} in {maker} by its {by}. Returns what {maker} says of it, as a record.",
        input_schema={"type": "object", "properties": properties},
        output_schema=None,
        parameters=(),
    )


def paraphrase(spec: ToolSpec, chance: random.Random) -> str:
    """What a model might ask for: words of the description in another order and another form, with words around them."""
    verb, thing = spec.name.split("_")
    words = re.findall(r"[a-z]+", spec.description.lower())
    about, by = (words[words.index(before) + 1] for before in ("the", "its"))
    asked = [f"{verb}s", f"{thing}s", about, by]
    chance.shuffle(asked)
    return f"I want to {' '.join(asked)} please"


# --- the peers -------------------------------------------------------------------------------------------------------------------------


class Raw:
    """FTS5 with the same columns and weights, and none of our code."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._base = sqlite3.connect(":memory:", isolation_level=None)
        self._base.execute(
            'CREATE VIRTUAL TABLE words USING fts5 (name, title, description, parameters, tags, tokenize = "porter unicode61")'
        )
        rows = [
            (spec.exported, "", spec.description, " ".join(spec.input_schema["properties"]), " ".join(card.manifest.tags))
            for card in cards
            for spec in card.tools
        ]
        self._base.execute("BEGIN")
        self._base.executemany("INSERT INTO words VALUES (?, ?, ?, ?, ?)", rows)
        self._base.execute("COMMIT")

    def find(self, query: str) -> list[tuple[str, float]]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"[a-z]+", query.lower()))
        asked = "SELECT name, bm25(words, 8, 5, 3, 1, 4) AS fit FROM words WHERE words MATCH ? ORDER BY fit LIMIT ?"
        return self._base.execute(asked, (words, TOP)).fetchall()

    def close(self) -> None:
        self._base.close()


class Plain:
    """BM25 over postings in dicts (k1 1.5, b 0.75), without stems: what one writes when there is no index at hand."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self._names: list[str] = []
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._sizes: list[int] = []
        for spec in (spec for card in cards for spec in card.tools):
            words = re.findall(r"[a-z]+", f"{spec.exported} {spec.description}".lower())
            for word, count in Counter(words).items():
                self._postings[word].append((len(self._names), count))
            self._names.append(spec.exported)
            self._sizes.append(len(words))
        self._mean = sum(self._sizes) / len(self._sizes)

    def find(self, query: str) -> list[str]:
        fits: Counter[int] = Counter()
        for word in set(re.findall(r"[a-z]+", query.lower())):
            found = self._postings.get(word, [])
            rarity = math.log(1 + (len(self._names) - len(found) + 0.5) / (len(found) + 0.5))
            for row, count in found:
                fits[row] += rarity * count * 2.5 / (count + 1.5 * (0.25 + 0.75 * self._sizes[row] / self._mean))  # type: ignore[assignment]  # SAFE: a Counter of numbers
        return [self._names[row] for row, _ in fits.most_common(TOP)]


# --- the measuring ----------------------------------------------------------------------------------------------------------------------


async def searches(count: int, rounds: int) -> list[Row]:
    cards = skills_of(count, seed=count)
    registry = Registry()
    for card in cards:
        registry.publish(_route(card))
    built, filled = Series(), Series()
    for _ in range(3):
        built.add(await _building(registry))
        filled.add(_timed(lambda: Raw(cards).close()))
    chance = random.Random(rounds)
    wanted = [(spec, paraphrase(spec, chance)) for spec in chance.choices([spec for card in cards for spec in card.tools], k=20 * rounds)]
    search, raw, plain = Search(seen_of(registry)), Raw(cards), Plain(cards)
    try:
        missed = [query for spec, query in wanted if not await _is_found(search, query, spec)]
        _judge(len(wanted), missed, sum(spec.exported in plain.find(query) for spec, query in wanted))
        ours, floor, peer = await _asked([query for _, query in wanted], search, raw, plain)
        changed = Series()
        for card, (_, query) in zip(cycle(cards), wanted, strict=False):
            started = perf_counter()
            registry.publish(_route(card))
            published = perf_counter() - started
            await search.find(query, TOP)
            changed.add(perf_counter() - started - published)
    finally:
        await search.close()
        raw.close()
    return [
        Row(f"search over {count} tools", ours, "FTS5 alone", floor, target=5e-3),
        Row("the same", ours, "BM25 in plain Python", peer),
        Row("the first search after a skill changed", changed, "FTS5 alone", floor, target=5e-3),
        Row(f"index of {count} tools, made anew", built, "FTS5 filled", filled),
    ]


async def _asked(queries: Sequence[str], search: Search, raw: Raw, plain: Plain) -> tuple[Series, Series, Series]:
    ours, floor, peer = Series(), Series(), Series()
    for query in queries:
        started = perf_counter()
        await search.find(query, TOP)
        ours.add(perf_counter() - started)
        floor.add(_timed(lambda query=query: raw.find(query)))  # type: ignore[misc]  # SAFE: a default binds the loop's value
        peer.add(_timed(lambda query=query: plain.find(query)))  # type: ignore[misc]  # SAFE: a default binds the loop's value
    return ours, floor, peer


async def _building(registry: Registry) -> float:
    search = Search(seen_of(registry))
    started = perf_counter()
    await search.find("anything", TOP)
    took = perf_counter() - started
    await search.close()
    return took


async def _is_found(search: Search, query: str, spec: ToolSpec) -> bool:
    return spec.exported in [found.name for found in await search.find(query, TOP)]


def _judge(asked: int, missed: Sequence[str], found_by_plain: int) -> None:
    share = 1 - len(missed) / asked
    shares = f"{share:.1%} of {asked} tools, by the plain BM25 {found_by_plain / asked:.1%}"
    print(f"found among the first {TOP} by a paraphrase: {shares}", file=sys.stderr, flush=True)
    if share < ENOUGH:
        raise RuntimeError(f"search finds too little: {missed[:5]}")


def _timed(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _route(card: Card) -> Route:
    return Route(card=card, guests=cast("Guests", None))  # nothing here is called
