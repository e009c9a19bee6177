"""Values that are content blocks (text, images, audio, files), for the APIs that each have shapes of their own for them.

A block is one of MCP's: ``{"type": "text", "text"}``, ``{"type": "image" | "audio", "data", "mimeType"}`` with the bytes in base64, or
``{"type": "resource", "resource": {"uri", "mimeType", "text" | "blob"}}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote

from skillpod.registry.functions.provider import Answered
from skillpod.registry.functions.texts import error_text, value_text

_Block = TypeVar("_Block")


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Bytes in base64, of a type; ``name`` is empty for what is no file."""

    data: str
    type: str
    name: str = ""


def told(answered: Answered, *, text: Callable[[str], _Block], media: Callable[[Media], _Block | None]) -> str | list[_Block]:
    """What a call came to: as text; or, for a value of content blocks, as the API's own blocks."""
    if answered.error is not None:
        return error_text(answered.error)
    return shown(answered.value, text=text, media=media) if answered.is_content else value_text(answered.value)


def shown(blocks: Iterable[Mapping[str, Any]], *, text: Callable[[str], _Block], media: Callable[[Media], _Block | None]) -> list[_Block]:
    """Content blocks as another's. ``media`` gives None for what is not taken there, and the model is told of it in words."""
    return [_shown(block, text, media) for block in blocks]


def _shown(block: Mapping[str, Any], text: Callable[[str], _Block], media: Callable[[Media], _Block | None]) -> _Block:
    match block:
        case {"type": "text", "text": str(words)}:
            return text(words)
        case {"type": "resource", "resource": {"text": str(words)}}:
            return text(words)
        case {"type": "resource", "resource": {"blob": str(data), **rest}}:
            found = Media(data=data, type=str(rest.get("mimeType", "application/octet-stream")), name=_name(str(rest.get("uri", ""))))
        case {"data": str(data), "mimeType": str(kind)}:
            found = Media(data=data, type=kind)
        case _:
            return text(value_text(block))
    return media(found) or text(in_words(found))


def in_words(media: Media) -> str:
    """What the model is told in place of something that the API does not take."""
    size = len(media.data) * 3 // 4
    return f"[{media.name or 'content'} of type {media.type}, about {size} bytes: no such content is taken in a tool's result here]"


def _name(uri: str) -> str:
    return unquote(uri.rpartition("/")[2])
