"""What a caller can find and read of what is mounted: search, a full description of one thing, what is like it."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from skillpod.documents import did_you_mean
from skillpod.errors import UnknownTool
from skillpod.model.card import Card
from skillpod.model.command import OWNER, Caller
from skillpod.model.manifest import ToolSpec
from skillpod.registry.dispatch import COMPARED, NAMED
from skillpod.registry.functions.texts import described
from skillpod.registry.search import Found, Search, brief
from skillpod.registry.seen import Seen

MANUAL_LIMIT = 20_000
"""Characters of a manual that are told; all of it is a resource over MCP, and ``pod.instructions``."""
EXAMPLES = 3
RELATED = 3
_CLOSE = 50
_CONTENT = "a list of content blocks: text, images, audio, files"


class Catalog:
    """What a caller does not see is not there for it, in every answer and every hint."""

    def __init__(self, seen: Seen, search: Search) -> None:
        self._seen = seen
        self._search = search

    async def search(self, query: str, limit: int = 5, caller: Caller = OWNER) -> list[Found]:
        """The tools and skills that fit the query best, best first."""
        return await self._search.find(query, limit, caller)

    async def related(self, name: str, limit: int = RELATED, caller: Caller = OWNER) -> list[Found]:
        """The tools and skills most like this one, best first. Raises UnknownTool."""
        if self._seen.tool(name, caller) is None and self._seen.card(name, caller) is None:
            raise await self._unknown(name, caller)
        return await self._search.related(name, limit, caller)

    async def describe(self, name: str, caller: Caller = OWNER) -> dict[str, Any]:
        """All there is to know before a call of a tool, or about a skill, as plain JSON; a name that is both is told as the tool, with
        the skill's manual. Raises UnknownTool."""
        near = [found.as_dict() for found in await self._search.related(name, RELATED, caller)]
        tool, card = self._tool(name, caller), self._seen.card(name, caller)
        if tool is not None:
            told = _tool_told(*tool)
            told |= {"instructions": _manual(card)} if card is not None and card.manual else {}
        elif card is not None:
            told = _skill_told(card)
        else:
            raise await self._unknown(name, caller)
        plain: dict[str, Any] = json.loads(json.dumps({**told, "related": near}, default=dict))  # frozen mappings are objects too
        return plain

    def _tool(self, name: str, caller: Caller) -> tuple[ToolSpec, Card] | None:
        binding = self._seen.tool(name, caller)
        return None if binding is None else (binding.contract.spec, binding.route.card)

    async def _unknown(self, asked: str, caller: Caller) -> UnknownTool:
        name = asked[:NAMED]
        # Those that share a word are compared first: ten thousand names would hold up everyone else.
        close = [found.name for found in await self._search.find(name, _CLOSE, caller)]
        hint = did_you_mean(name, close) or did_you_mean(name, [card.name for card in self._seen.cards(caller)[:COMPARED]])
        return UnknownTool(f"there is no tool or skill `{name}`", hint=hint or "skillpod_search finds what there is", at=name)


def _tool_told(spec: ToolSpec, card: Card) -> dict[str, Any]:
    hints = {name: value for name, value in spec.hints.items() if name != "title"}
    examples = list(islice(card.examples(spec.name), EXAMPLES))
    said: dict[str, Any] = {
        "name": spec.exported,
        "kind": "tool",
        "title": spec.hints.get("title"),
        "description": described(spec),
        "input_schema": spec.input_schema,
        "output_schema": spec.output_schema,
        "output": _CONTENT if spec.is_content else None,
        "hints": hints or None,
        "examples": examples or None,
        "skill": card.name,
        "version": card.version,
    }
    return {name: value for name, value in said.items() if value is not None}


def _skill_told(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "kind": "skill",
        "description": card.manifest.description,
        "version": card.version,
        "tools": [{"name": spec.exported, "description": brief(described(spec))} for spec in card.tools],
        "instructions": _manual(card),
        "tags": list(card.manifest.tags),
    }


def _manual(card: Card) -> str:
    manual = card.manual
    if len(manual) <= MANUAL_LIMIT:
        return manual
    return f"{manual[:MANUAL_LIMIT]}\n\n[cut here: the first {MANUAL_LIMIT} of {len(manual)} characters]"
