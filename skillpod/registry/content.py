"""The one shape content may have when it leaves a guest: MCP's blocks to the letter, because every byte of it may be a lie."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from skillpod.documents import Schema, join, show
from skillpod.errors import DocumentInvalid

MAX_BLOCKS = 256
"""Blocks of one result: more than any model reads, few enough to be looked at one by one."""

_URI = "result:///"
_MIME = "[a-zA-Z0-9.+-]+$"


def _exactly(kind: str, **properties: Any) -> dict[str, Any]:
    named = {"type": {"const": kind}, **properties} if kind else properties
    return {"type": "object", "properties": named, "required": list(named), "additionalProperties": False}


def _media(kind: str) -> dict[str, Any]:
    mime = {"type": "string", "pattern": f"^{kind}/{_MIME}", "maxLength": 127}
    return _exactly(kind, data={"type": "string", "minLength": 1}, mimeType=mime)


def _resource(inside: str) -> dict[str, Any]:
    uri = {"type": "string", "pattern": f"^{_URI}([A-Za-z0-9._~-]|%[0-9A-F][0-9A-F])+$", "maxLength": 2048}
    mime = {"type": "string", "pattern": f"^[a-z]+/{_MIME}", "maxLength": 127}
    return _exactly("resource", resource=_exactly("", uri=uri, mimeType=mime, **{inside: {"type": "string"}}))


_BLOCKS: Mapping[str, Schema] = MappingProxyType(
    {
        "text": Schema(_exactly("text", text={"type": "string"})),
        "image": Schema(_media("image")),
        "audio": Schema(_media("audio")),
        "text file": Schema(_resource("text")),
        "binary file": Schema(_resource("blob")),
    }
)


def content_faults(value: Any, *, name: str) -> list[DocumentInvalid]:
    """Why a value is no content. The first wrong block ends the search: one is enough to refuse all of it."""
    if not isinstance(value, list):
        return [DocumentInvalid(f"expected a list of content blocks, got {show(value)}", at=name)]
    if len(value) > MAX_BLOCKS:
        return [DocumentInvalid(f"{len(value)} content blocks; at most {MAX_BLOCKS} are taken", at=name, hint="join the texts")]
    for index, block in enumerate(value):
        faults = list(_block_faults(block, join(name, f"[{index}]")))
        if faults:
            return faults
    return []


def _block_faults(block: Any, at: str) -> Iterator[DocumentInvalid]:
    schema = _BLOCKS.get(_kind(block))
    if schema is None:
        yield DocumentInvalid(f"{show(block)} is no content block", at=at, hint="the kinds are text, image, audio and resource")
    elif not schema.accepts(block):
        yield from schema.faults(block, name=at)
    elif block["type"] == "resource":
        yield from _resource_faults(block["resource"], join(at, "resource"))
    elif block["type"] != "text":
        yield from _base64_faults(block["data"], join(at, "data"))


def _kind(block: Any) -> str:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind == "resource":
        inside = block.get("resource")
        return "binary file" if isinstance(inside, dict) and "blob" in inside else "text file"
    return kind if isinstance(kind, str) and kind in ("text", "image", "audio") else ""


def _resource_faults(resource: Mapping[str, Any], at: str) -> Iterator[DocumentInvalid]:
    name = unquote(resource["uri"].removeprefix(_URI), errors="replace")
    if name in (".", "..") or "/" in name or "\\" in name or not name.isprintable() or "\ufffd" in name:
        yield DocumentInvalid(f"{show(name)} is no plain file name", at=join(at, "uri"))  # a client may save it under this name
    if "blob" in resource:
        yield from _base64_faults(resource["blob"], join(at, "blob"))


def _base64_faults(data: str, at: str) -> Iterator[DocumentInvalid]:
    try:
        size = len(binascii.a2b_base64(data, strict_mode=True))
    except ValueError as fault:
        yield DocumentInvalid(f"not base64: {fault}", at=at)
    else:
        if len(data) != (size + 2) // 3 * 4:  # Python 3.11 takes `AAAA====`, strict or not
            yield DocumentInvalid("not base64: surplus padding", at=at)
