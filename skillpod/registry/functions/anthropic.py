"""Anthropic's Messages API: tools with ``input_schema``, ``tool_use`` blocks, one user message of ``tool_result`` blocks.

``strict`` is not set: one request's strict schemas are compiled into one grammar, and a request whose grammar is too large is refused
whole, so a skill that is mounted could break every request. The pod checks arguments itself and the model reads what was wrong.

Source: the SDK's ``ToolParam``, ``ToolUseBlock`` and ``ToolResultBlockParam``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from skillpod.documents import Schema
from skillpod.registry.functions.content import Media, told
from skillpod.registry.functions.provider import Answered, Defer, Item, Offered, Provider, Shape, Wanted, items
from skillpod.registry.functions.texts import titled

EXAMPLES = 3
EXAMPLE_LIMIT = 2_000
"""Characters of one example as JSON: they are put before the model with every request."""

_SEARCH: Shape = {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"}
_IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


def _define(tools: Sequence[Offered], defer: Defer) -> list[Shape]:
    found = [_tool(offered, defer) for offered in tools]
    return [dict(_SEARCH), *found] if defer is Defer.SKILLS else found


def _tool(offered: Offered, defer: Defer) -> Shape:
    spec = offered.spec
    shape: Shape = {"name": spec.exported, "description": titled(spec), "input_schema": {"type": "object", **spec.input_schema}}
    examples = _examples(offered)
    if examples:
        shape["input_examples"] = examples
    if defer is Defer.SKILLS and not offered.is_stable:
        shape["defer_loading"] = True
    return shape


def _examples(offered: Offered) -> list[dict[str, Any]]:
    """The API refuses the whole request when one example does not fit; a skill's tests may well try what must be refused."""
    if not offered.examples:
        return []
    schema = Schema(offered.spec.input_schema)
    fitting = (dict(example) for example in offered.examples if schema.accepts(example))
    short = [example for example in fitting if len(json.dumps(example, default=dict)) <= EXAMPLE_LIMIT]
    return short[:EXAMPLES]


def _find(item: Item) -> Iterator[Wanted]:
    if isinstance(item.get("content"), list) and item.get("type", "message") == "message":  # a whole message
        for inner in items(item["content"]):
            yield from _find(inner)
    elif item.get("type") == "tool_use":
        yield Wanted(id=str(item.get("id", "")), name=str(item.get("name", "")), arguments=item.get("input", {}), item=item)


def _answer(answers: Sequence[Answered]) -> list[Shape]:
    """One message: the API wants the results of one turn together."""
    return [{"role": "user", "content": [_result(answered) for answered in answers]}]


def _result(answered: Answered) -> Shape:
    content = told(answered, text=lambda words: {"type": "text", "text": words}, media=_media)
    shape: Shape = {"type": "tool_result", "tool_use_id": answered.wanted.id, "content": content}
    return shape if answered.error is None else {**shape, "is_error": True}


def _media(media: Media) -> Shape | None:
    source = {"type": "base64", "media_type": media.type, "data": media.data}
    if media.type in _IMAGES:
        return {"type": "image", "source": source}
    return {"type": "document", "source": source} if media.type == "application/pdf" else None


ANTHROPIC = Provider(name="anthropic", define=_define, find=_find, answer=_answer, may_defer=True)
