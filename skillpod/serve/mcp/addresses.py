"""``skill://`` addresses: how a file of a published skill is named to a client, and what an address names.

One file has one address, letter for letter: an address is looked up among those we give, never resolved, so ``..``, a second encoding
or another case names nothing. The shape is SEP-2640's: ``skill://<skill-path>/<file-path>``, where the last segment of the skill path is
the name SKILL.md gives itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from skillpod.model.card import Card

SCHEME = "skill://"
SKILL_FILE = "SKILL.md"

_AGENT_SKILL_NAME = re.compile(r"(?!.*--)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)  # agentskills.io/specification, name field


@dataclass(frozen=True, slots=True)
class Place:
    """A file or a directory of a skill. ``path`` is relative to the skill's folder, empty for the folder itself."""

    card: Card
    path: str


def own_name(card: Card) -> str:
    """The name its SKILL.md gives itself; empty when there is none that the Agent Skills specification allows."""
    name = card.manifest.frontmatter.get("name") if SKILL_FILE in card.bundle.files else None
    return name if isinstance(name, str) and _AGENT_SKILL_NAME.fullmatch(name) else ""


def folder(card: Card) -> str:
    """The address of the skill's folder: ``skill://NAME``, or ``skill://NAME/ITS-OWN-NAME`` when SKILL.md says another name."""
    own = own_name(card)
    return f"{SCHEME}{card.name}" if own in ("", card.name) else f"{SCHEME}{card.name}/{own}"


def address(card: Card, path: str) -> str:
    """The address of one of its files or directories."""
    return f"{folder(card)}/{quote(path)}" if path else folder(card)


def locate(cards: Iterable[Card], uri: str) -> Place | None:
    """What an address names among these skills, as far as its spelling goes: whether there is such a path is for the caller to see."""
    name = uri.removeprefix(SCHEME).partition("/")[0]
    card = next((card for card in cards if card.name == name), None)
    if card is None or not uri.isascii():  # every address we give is; a lone surrogate could not even be quoted
        return None
    root = folder(card)
    path = unquote(uri[len(root) + 1 :])
    return Place(card, path) if address(card, path) == uri else None
