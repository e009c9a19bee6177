"""Finding tools and skills by what they do: an index that follows the registry, one for each set of tools a caller may see.

A caller that sees some tools gets an index of those alone: neither counts nor scores nor the order of results tell it of another.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from skillpod.model.card import Card
from skillpod.model.command import OWNER, Caller
from skillpod.model.manifest import ToolSpec
from skillpod.registry.functions.texts import described
from skillpod.registry.index import Document, Index, Ranked
from skillpod.registry.likeness import Likeness
from skillpod.registry.seen import Seen
from skillpod.registry.words import query_words

AT_ONCE = 20
"""Skills taken into an index before others get their turn on the loop: a few milliseconds."""
VIEWS = 16
"""Indexes kept for callers that see some of the tools; the one used longest ago is made anew when it is asked for again."""
SHOWN = 240
"""Characters of a description in a result."""
_DEPTH = 50
_FUSION = 60
"""What a rank is worth: 1 / (60 + rank). Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", SIGIR 2009."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One result. ``score`` is 1 for the best and means something within one answer only."""

    name: str
    kind: str
    skill: str
    description: str
    score: float

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "skill": self.skill, "description": self.description, "score": self.score}


@dataclass(slots=True)
class _View:
    """What one kind of caller may see. ``behind`` are the skills that changed since the index was asked last."""

    index: Index = field(default_factory=Index)
    behind: set[str] = field(default_factory=set)
    readers: int = 0


class Search:
    """For one loop: everything here runs on its thread, an embedder's work excepted."""

    def __init__(self, seen: Seen, likeness: Likeness | None = None) -> None:
        self._seen = seen
        self._registry = seen.registry
        self._likeness = likeness
        self._views: OrderedDict[Hashable, _View] = OrderedDict()
        self._registry.observe(self._note)

    async def find(self, query: str, limit: int, caller: Caller = OWNER) -> list[Found]:
        """The tools and skills that fit the query best. Whatever the query is, it is taken for words; one without a word gives the
        skills there are, by name."""
        words = query_words(query)
        async with self._reading(caller) as view:
            near = [] if self._likeness is None or not words else await self._near(self._likeness, query, view)
            await self._catch_up(view, caller)
            exact = view.index.named(query.strip())
            ranked = view.index.rank(words, max(limit, _DEPTH) if near else limit) if words else _skills(view.index)
            if near:
                there = set(view.index)
                ranked = _fused(ranked, [pair for pair in near if pair[0] in there])
            told = dict(_told(ranked))
            first = [_found(document, 1.0) for document in exact]
            return [*first, *(found for document, found in told.items() if document not in exact)][:limit]

    async def related(self, name: str, limit: int, caller: Caller = OWNER) -> list[Found]:
        """Tools and skills like the one of this name; none when there is none."""
        async with self._reading(caller) as view:
            return [_found(*pair) for document in view.index.named(name)[:1] for pair in view.index.like(document, limit)]

    async def close(self) -> None:
        if self._likeness is not None:
            await self._likeness.close()
        for view in self._views.values():
            view.index.close()
        self._views.clear()

    # --- following the registry -------------------------------------------------------------------------------------------

    def _note(self, skill: str, card: Card | None) -> None:
        for view in self._views.values():
            view.behind.add(skill)

    @asynccontextmanager
    async def _reading(self, caller: Caller) -> AsyncIterator[_View]:
        """The caller's view, knowing all that is published now; it is kept while it is read."""
        view = self._view(caller)
        view.readers += 1
        try:
            await self._catch_up(view, caller)
            yield view
        finally:
            view.readers -= 1

    def _view(self, caller: Caller) -> _View:
        key = self._seen.key(caller)
        view = self._views.get(key)
        if view is None:
            self._make_room()
            view = self._views[key] = _View(behind=set(self._registry.routes))
        self._views.move_to_end(key)
        return view

    def _make_room(self) -> None:
        idle = [key for key, view in self._views.items() if not view.readers]
        for key in idle[: max(0, len(self._views) - VIEWS + 1)]:
            self._views.pop(key).index.close()

    async def _catch_up(self, view: _View, caller: Caller) -> None:
        while view.behind:
            names = sorted(view.behind)[:AT_ONCE]
            view.behind.difference_update(names)
            view.index.put((name, self._documents(name, caller)) for name in names)
            if view.behind:
                await asyncio.sleep(0)

    def _documents(self, skill: str, caller: Caller) -> Sequence[Document]:
        card = self._seen.card(skill, caller)
        return () if card is None else documents(card)

    # --- by likeness ------------------------------------------------------------------------------------------------------

    async def _near(self, likeness: Likeness, query: str, view: _View) -> Ranked:
        texts: dict[str, list[Document]] = {}
        for document in view.index:
            texts.setdefault(_sentence(document), []).append(document)
        nearest = await likeness.nearest(_encodable(query), texts, _DEPTH)
        if len(likeness) > 2 * sum(len(route.tools) + 1 for route in self._registry.routes.values()):
            likeness.keep({_sentence(document) for card in self._registry.cards() for document in documents(card)})
        return [(document, 0.0) for text in nearest for document in texts[text]]


def documents(card: Card) -> list[Document]:
    """What a published skill is found by: itself, and each of its tools."""
    manifest = card.manifest
    tags = " ".join(manifest.tags)
    itself = Document(
        kind="skill", name=card.name, skill=card.name, shown=brief(manifest.description), description=manifest.description, tags=tags
    )
    return [itself, *(_tool_document(spec, tags) for spec in card.tools)]


def brief(text: str) -> str:
    """A description on one line, short enough for a list."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 3]}..."


def _tool_document(spec: ToolSpec, tags: str) -> Document:
    return Document(
        kind="tool",
        name=spec.exported,
        skill=spec.skill,
        shown=brief(described(spec)),
        title=str(spec.hints.get("title", "")),
        description=spec.description,
        parameters=" ".join(_parameters(spec.input_schema)),
        tags=f"{tags} {spec.hints.get('category', '')}",
    )


def _parameters(schema: Mapping[str, Any]) -> Iterator[str]:
    properties = schema.get("properties")
    for name, shape in properties.items() if isinstance(properties, Mapping) else ():
        yield str(name)
        if isinstance(shape, Mapping) and isinstance(shape.get("description"), str):
            yield shape["description"]


def _sentence(document: Document) -> str:
    """What a model is given to place: names as words, then what it does."""
    name = (document.title or document.name).replace("_", " ").replace("-", " ")
    return _encodable(f"{name}: {' '.join(document.description.split())}")


def _encodable(text: str) -> str:
    """The text without lone surrogates, which a model's tokenizer need not bear."""
    return text.encode(errors="replace").decode()


def _skills(index: Index) -> Ranked:
    skills = [document for document in index if document.kind == "skill"]
    return [(document, 0.0) for document in sorted(skills, key=lambda document: document.order)]


def _fused(*rankings: Ranked) -> Ranked:
    worth: dict[Document, float] = {}
    for ranking in rankings:
        for rank, (document, _) in enumerate(ranking, start=1):
            worth[document] = worth.get(document, 0.0) + 1 / (_FUSION + rank)
    return sorted(worth.items(), key=lambda pair: (-pair[1], pair[0].order))


def _told(ranked: Ranked) -> list[tuple[Document, Found]]:
    """What is told of them, the scores made so that the best has 1."""
    best = max((fit for _, fit in ranked), default=0.0) or 1.0
    return [(document, _found(document, fit / best)) for document, fit in ranked]


def _found(document: Document, score: float) -> Found:
    return Found(name=document.name, kind=document.kind, skill=document.skill, description=document.shown, score=round(score, 3))
