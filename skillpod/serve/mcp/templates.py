"""The one resource template, ``skill://{skill}/{+path}``, and what may stand in its places: names of skills, and addresses of their files.

Source: the specification's Resources (resource templates) and Completion; RFC 6570 for ``{+path}``, which takes an encoded path as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import mcp_types as types
from mcp.server import Server

from skillpod.model.card import Card
from skillpod.serve.mcp.addresses import SCHEME, address
from skillpod.serve.mcp.callers import Context, Line

TEMPLATE = f"{SCHEME}{{skill}}/{{+path}}"
MOST = 100
"""Values in one answer, as the specification has it."""

CardsOf = Callable[[Context], Sequence[Card]]
"""The skills that whoever sent this request may see."""

Readable = Callable[[Card], Iterable[str]]
"""The files of a skill that ``resources/read`` gives, by their names in its folder."""


def listing() -> types.ListResourceTemplatesResult:
    about = "A file of a mounted skill; the manual is README.md or SKILL.md. Both places can be completed."
    template = types.ResourceTemplate(uri_template=TEMPLATE, name="file of a skill", description=about)
    return types.ListResourceTemplatesResult(resource_templates=[template], ttl_ms=0, cache_scope="private")


def complete(cards: Iterable[Card], params: types.CompleteRequestParams, readable: Readable) -> types.CompleteResult:
    """What can stand for an argument, given how it begins. A prompt's only argument is the task, in the user's own words, and other
    templates are not ours: there the answer is empty, whether or not there is such a prompt."""
    values: list[str] = []
    if isinstance(params.ref, types.ResourceTemplateReference) and params.ref.uri == TEMPLATE:
        given = params.context.arguments if params.context is not None else None
        values = _values(cards, params.argument.name, (given or {}).get("skill", ""), readable)
    fitting = sorted(value for value in values if value.startswith(params.argument.value))
    completion = types.Completion(values=fitting[:MOST], total=len(fitting), has_more=len(fitting) > MOST)
    return types.CompleteResult(completion=completion)


def _values(cards: Iterable[Card], argument: str, skill: str, readable: Readable) -> list[str]:
    match argument:
        case "skill":
            return [card.name for card in cards if any(readable(card))]
        case "path":
            return [
                address(card, path).removeprefix(f"{SCHEME}{card.name}/") for card in cards if card.name == skill for path in readable(card)
            ]
    return []


def extend(server: Server[Line | None], cards_of: CardsOf, readable: Readable) -> None:
    """Serve the template and its completion, over the skills the sender of a request may see."""

    async def templates(context: Context, params: types.PaginatedRequestParams) -> Any:
        return listing()

    async def completion(context: Context, params: types.CompleteRequestParams) -> Any:
        return complete(cards_of(context), params, readable)

    server.add_request_handler("resources/templates/list", types.PaginatedRequestParams, templates)
    server.add_request_handler("completion/complete", types.CompleteRequestParams, completion)
