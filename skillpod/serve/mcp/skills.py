"""The skills extension (SEP-2640, ``io.modelcontextprotocol/skills``): SKILL.md folders, listed with the digest of every file.

Listed are skills whose SKILL.md an agent could load: those with a name and a description the Agent Skills specification allows. A skill
that has only a manifest is not made to look like one; its tools and its manual are served as what they are. The files themselves are
read with ``resources/read``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mcp.server import Server
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, PaginatedRequestParams, RequestParams

from skillpod.model.card import Card
from skillpod.model.digest import Digest
from skillpod.model.names import is_skill_name
from skillpod.serve.mcp.addresses import SKILL_FILE, address, locate, own_name
from skillpod.serve.mcp.callers import Context, Line

EXTENSION = "io.modelcontextprotocol/skills"
SETTINGS = {"directoryRead": True}

PAGE_SKILLS = 100
PAGE_FILES = 4096
PAGE_BYTES = 64 * 1024 * 1024
"""A page of ``skills/list`` ends after so many skills, or with the skill that brings so many files or bytes to hash: an entry is never
split, and the pod's other work waits for one page, not for all."""

_DIRECTORY = "inode/directory"
_KEPT = 10_000
_SHOWN = 200
"""Characters of what was asked for, when it is repeated in an error."""

CardsOf = Callable[[Context], Sequence[Card]]
"""The skills that whoever sent this request may see."""

Describe = Callable[[Card, str], dict[str, Any]]
"""A file as ``resources/list`` describes it: ``{uri, name, mimeType, ...}``."""


class SkillUri(RequestParams):
    uri: str


class DirectoryPage(PaginatedRequestParams):
    uri: str


class Catalogue:
    """Entries of skills, each file hashed once for every version of its skill."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Digest, dict[str, Any]]] = {}

    def entry(self, card: Card) -> dict[str, Any]:
        """What SEP-2640 calls a Skill: ``{uri, frontmatter, resources}``, frozen by convention."""
        kept = self._kept.get(card.name)
        if kept is not None and kept[0] == card.digest:
            return kept[1]
        entry = _entry(card)
        self._kept[card.name] = (card.digest, entry)
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]  # the one that was met first: a bound, not a policy
        return entry

    def listing(self, cards: Iterable[Card], *, cursor: str | None = None) -> dict[str, Any]:
        """One page, sorted by name; the cursor is the last name of the page before, so skills may come and go between two pages.
        Raises MCPError for a cursor that no page ever gave."""
        if cursor is not None and not is_skill_name(cursor):
            raise MCPError(INVALID_PARAMS, "this cursor is of no page; ask without one", {"cursor": cursor[:_SHOWN]})
        page: list[Card] = []
        files = size = 0
        for card in sorted(filter(is_listed, cards), key=lambda card: card.name):
            if cursor is not None and card.name <= cursor:
                continue
            if len(page) == PAGE_SKILLS or files >= PAGE_FILES or size >= PAGE_BYTES:
                return {"skills": [self.entry(card) for card in page], "nextCursor": page[-1].name, **_FRESH}
            page.append(card)
            files += len(card.bundle.files)
            size += card.bundle.size
        return {"skills": [self.entry(card) for card in page], **_FRESH}

    def skill(self, cards: Iterable[Card], uri: str) -> dict[str, Any]:
        """One entry by the address of its SKILL.md. Raises MCPError."""
        place = locate(cards, uri)
        if place is None or place.path != SKILL_FILE or not is_listed(place.card):
            raise _unknown("no skill is served at this address; skills/list gives those that are", uri)
        return {"skill": self.entry(place.card), **_FRESH}


_FRESH: Mapping[str, Any] = {"ttlMs": 0, "cacheScope": "private"}
"""Skills change at any moment, and callers may see different ones."""


def is_listed(card: Card) -> bool:
    """Whether it is a skill in the extension's sense: a SKILL.md with the name and description that every entry must carry."""
    description = card.manifest.frontmatter.get("description")
    return bool(own_name(card)) and isinstance(description, str) and bool(description.strip())


def _entry(card: Card) -> dict[str, Any]:
    frontmatter = json.loads(json.dumps(card.manifest.frontmatter, default=dict, allow_nan=False))  # frozen mappings become plain ones
    files = [
        {"uri": address(card, name), "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}
        for name, content in card.bundle.files.items()
    ]
    return {"uri": address(card, SKILL_FILE), "frontmatter": frontmatter, "resources": files}


def directory(cards: Iterable[Card], uri: str, describe: Describe) -> dict[str, Any]:
    """The direct children of a directory of any skill, listed or not: their files are served one by one alike. Raises MCPError."""
    place = locate(cards, uri)
    if place is None:
        raise _unknown("no directory of a skill is served at this address; it is a skill's SKILL.md address without /SKILL.md", uri)
    before = f"{place.path}/" if place.path else ""
    names = [name.removeprefix(before) for name in place.card.bundle.files if name.startswith(before)]
    if not names:
        kind = "this is a file; read it with resources/read" if place.path in place.card.bundle.files else "the skill has no such directory"
        raise _unknown(kind, uri)
    directories = {name.partition("/")[0] for name in names if "/" in name}
    children = [
        {"uri": address(place.card, before + name), "name": name, "mimeType": _DIRECTORY}
        if name in directories
        else describe(place.card, before + name)
        for name in sorted({name.partition("/")[0] for name in names}, key=str.encode)
    ]
    return {"resources": children}


def extend(server: Server[Line | None], cards_of: CardsOf, describe: Describe) -> None:
    """Serve the extension: its settings and its three methods, over the skills the sender of a request may see."""
    catalogue = Catalogue()

    async def listing(context: Context, params: PaginatedRequestParams) -> dict[str, Any]:
        return catalogue.listing(cards_of(context), cursor=params.cursor)

    async def skill(context: Context, params: SkillUri) -> dict[str, Any]:
        return catalogue.skill(cards_of(context), params.uri)

    async def children(context: Context, params: DirectoryPage) -> dict[str, Any]:
        if params.cursor is not None:
            raise MCPError(INVALID_PARAMS, "a directory is given on one page; ask without a cursor", {"cursor": params.cursor[:_SHOWN]})
        return directory(cards_of(context), params.uri, describe)

    server.extensions[EXTENSION] = dict(SETTINGS)
    server.add_request_handler("skills/list", PaginatedRequestParams, listing)
    server.add_request_handler("skills/get", SkillUri, skill)
    server.add_request_handler("resources/directory/read", DirectoryPage, children)


def _unknown(message: str, uri: str) -> MCPError:
    return MCPError(INVALID_PARAMS, message, {"uri": uri[:_SHOWN]})
