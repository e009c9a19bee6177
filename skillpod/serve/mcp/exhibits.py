"""What one published skill shows over MCP, in the protocol's own shapes, made once for each generation."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillpod.model.card import Card
from skillpod.registry.functions.mcp import tool_shape
from skillpod.serve.mcp.addresses import SKILL_FILE, address, own_name

_MIME_TYPES: Mapping[str, str] = {
    "css": "text/css",
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "py": "text/x-python",
    "sh": "application/x-sh",
    "svg": "image/svg+xml",
    "toml": "application/toml",
    "txt": "text/plain",
    "webp": "image/webp",
    "xml": "application/xml",
    "yaml": "application/yaml",
    "yml": "application/yaml",
}
"""Not the machine's own table: the same skill says the same everywhere."""
_TEXTS = frozenset({"application/json", "application/toml", "application/x-sh", "application/xml", "application/yaml", "image/svg+xml"})


@dataclass(frozen=True, slots=True)
class Exhibit:
    """``tools`` by exported name, as ``tools/list`` gives them; ``resources`` and ``prompts`` as theirs do."""

    card: Card
    tools: Mapping[str, Mapping[str, Any]]
    resources: tuple[Mapping[str, Any], ...]
    prompts: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, card: Card) -> Exhibit:
        has_manual = bool(card.bundle.files.get(card.manifest.instructions))
        return cls(
            card=card,
            tools={spec.exported: tool_shape(spec) for spec in card.tools},
            resources=(_manual(card),) if has_manual else (),
            prompts=(_prompt(card),) if has_manual else (),
        )


class Exhibits:
    """The exhibits of every skill that was looked at, its newest generation only: as a whole, and as those see it who see a part."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, tuple[str, ...]], Exhibit] = {}

    def of(self, card: Card) -> Exhibit:
        key = (card.name, tuple(spec.exported for spec in card.tools))
        kept = self._kept.get(key)
        if kept is None or kept.card is not card:
            kept = self._kept[key] = Exhibit.of(card)
        return kept

    def keep_only(self, cards: Iterable[Card]) -> None:
        """Forget what nobody is shown any more."""
        shown = set(map(id, cards))
        self._kept = {key: kept for key, kept in self._kept.items() if id(kept.card) in shown}


def shown_file(card: Card, path: str) -> dict[str, Any]:
    """One file of a skill as ``resources/list`` describes it. ``path`` is one of its bundle's."""
    name = own_name(card) if path == SKILL_FILE else ""  # SEP-2640: the resource of a SKILL.md carries the name it gives itself
    return {"uri": address(card, path), "name": name or f"{card.name}/{path}", "mimeType": _mime_type(path, card.bundle.files[path])}


def file_contents(card: Card, path: str) -> dict[str, Any]:
    """One file of a skill as ``resources/read`` gives it: text when it is UTF-8, else base64. Its size is bounded as the bundle's is."""
    content = card.bundle.files[path]
    shape = {"uri": address(card, path), "mimeType": _mime_type(path, content)}
    text = _text(content)
    if text is None or not _is_textual(shape["mimeType"]):
        return {**shape, "blob": base64.b64encode(content).decode("ascii")}
    return {**shape, "text": text}


def _manual(card: Card) -> dict[str, Any]:
    return {
        **shown_file(card, card.manifest.instructions),
        "title": f"How to use {card.name}",
        "description": card.manifest.description,
    }


def _prompt(card: Card) -> dict[str, Any]:
    task = {"name": "task", "description": "What you want done with the skill, in your own words.", "required": False}
    return {"name": card.name, "title": f"Use {card.name}", "description": card.manifest.description, "arguments": [task]}


def _mime_type(path: str, content: bytes) -> str:
    said = _MIME_TYPES.get(path.rpartition(".")[2].lower())
    is_text = _text(content) is not None
    if said is None:
        return "text/plain" if is_text else "application/octet-stream"
    return said if is_text or not _is_textual(said) else "application/octet-stream"


def _is_textual(mime_type: str) -> bool:
    return mime_type.startswith("text/") or mime_type in _TEXTS


def _text(content: bytes) -> str | None:
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None
