"""Google's Gemini API: one tool that holds all declarations, ``function_call`` parts, one message of ``function_response`` parts.

Source: the SDK's ``FunctionDeclaration``, ``FunctionCall`` and ``FunctionResponse``; the REST API's names (``functionCall``) are read too.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from skillpod.registry.functions.content import Media, told
from skillpod.registry.functions.provider import Answered, Defer, Item, Offered, Provider, Shape, Wanted, items
from skillpod.registry.functions.texts import error_fields, titled

_MEDIA = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf"})


def _define(tools: Sequence[Offered], defer: Defer) -> list[Shape]:
    declarations = [
        {
            "name": offered.spec.exported,
            "description": titled(offered.spec),
            "parameters_json_schema": {"type": "object", **offered.spec.input_schema},
        }
        for offered in tools
    ]
    return [{"function_declarations": declarations}] if declarations else []


def _find(item: Item) -> Iterator[Wanted]:
    if "name" in item and "args" in item:  # a FunctionCall by itself, as ``response.function_calls`` lists them
        yield _wanted(item)
    for call in items(item.get("function_call") or item.get("functionCall")):
        yield _wanted(call)
    for inner in _inside(item):
        yield from _find(inner)


def _inside(item: Item) -> Iterator[Item]:
    """The parts of a content, of a candidate, of a whole response."""
    for inner in ("parts", "content", "candidates"):
        yield from items(item.get(inner))


def _wanted(call: Item) -> Wanted:
    return Wanted(id=str(call.get("id") or ""), name=str(call.get("name", "")), arguments=call.get("args") or {}, item=call)


def _answer(answers: Sequence[Answered]) -> list[Shape]:
    return [{"role": "user", "parts": [{"function_response": _response(answered)} for answered in answers]}]


def _response(answered: Answered) -> Shape:
    shape: Shape = {"name": answered.wanted.name, "response": {"output": answered.value}}
    if answered.wanted.id:
        shape["id"] = answered.wanted.id
    if answered.error is not None:
        return {**shape, "response": {"error": error_fields(answered.error)}}
    shown = told(answered, text=lambda words: words, media=_blob) if answered.is_content else []
    blobs = [block for block in shown if isinstance(block, dict)]
    if answered.is_content:
        shape["response"] = {"output": "\n".join(block for block in shown if isinstance(block, str))}
    return {**shape, "parts": blobs} if blobs else shape


def _blob(media: Media) -> str | Shape | None:
    """The SDK wants the bytes themselves."""
    if media.type not in _MEDIA:
        return None
    try:
        data = base64.b64decode(media.data, validate=True)
    except binascii.Error:
        return None
    return {"inline_data": {"mime_type": media.type, "data": data}}


GEMINI = Provider(name="gemini", define=_define, find=_find, answer=_answer, limit=512)
