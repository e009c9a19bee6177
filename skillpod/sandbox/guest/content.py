"""What a tool returns for people and models rather than programs: text, pictures, sounds and files, as MCP's content blocks."""

from __future__ import annotations

import binascii
import typing
from collections.abc import Iterator
from typing import Any

from skillpod.sandbox.guest.contract import Audio, Content, File, Image
from skillpod.sandbox.guest.hints import bare, options

KINDS = (Image, Audio, File)
_PLAIN_NAME = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class NotContent(Exception):
    """A value that is none of the kinds; ``at`` is its index in the list, empty for the value itself."""

    def __init__(self, value: Any, at: str) -> None:
        super().__init__(type(value).__name__)
        self.value = value
        self.at = at


def returned(hint: Any) -> Any:
    """A return annotation, or ``Content`` for every way to write one: the host reads the same from the source."""
    return Content if any(map(_holds_content, options(hint))) else hint


def _holds_content(hint: Any) -> bool:
    if hint in KINDS:
        return True
    inner = typing.get_args(hint) if typing.get_origin(hint) in (list, tuple) else ()
    return any(bare(option) in KINDS for part in inner for option in options(part))


def blocks(value: Any) -> list[dict[str, Any]]:
    """The value as a list of blocks. Raises NotContent."""
    if isinstance(value, (list, tuple)):
        return [_block(item, f"[{index}]") for index, item in enumerate(value)]
    return [_block(value, "")]


def _block(value: Any, at: str) -> dict[str, Any]:
    if isinstance(value, str):
        return {"type": "text", "text": value}
    if isinstance(value, Image):
        return {"type": "image", "data": _base64(value.data), "mimeType": value.mime}
    if isinstance(value, Audio):
        return {"type": "audio", "data": _base64(value.data), "mimeType": value.mime}
    if isinstance(value, File):
        inside = {"text": value.data} if isinstance(value.data, str) else {"blob": _base64(value.data)}
        return {"type": "resource", "resource": {"uri": f"result:///{_quoted(value.name)}", "mimeType": value.mime, **inside}}
    raise NotContent(value, at)


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def _quoted(name: str) -> str:
    return "".join(_letters(name.encode()))


def _letters(name: bytes) -> Iterator[str]:
    for byte in name:
        yield chr(byte) if byte in _PLAIN_NAME else f"%{byte:02X}"
