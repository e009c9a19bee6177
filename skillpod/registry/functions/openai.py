"""OpenAI's Responses API: flat function tools, ``function_call`` items, ``function_call_output`` items.

Source: the SDK's ``FunctionToolParam``, ``ResponseFunctionToolCall`` and ``FunctionCallOutput``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillpod.registry.functions.content import Media, told
from skillpod.registry.functions.provider import Answered, Defer, Item, Offered, Provider, Shape, Wanted, items
from skillpod.registry.functions.strict import strict_schema
from skillpod.registry.functions.texts import titled


def _define(tools: Sequence[Offered], defer: Defer) -> list[Shape]:
    found = [_tool(offered, defer) for offered in tools]
    return [*found, {"type": "tool_search"}] if defer is Defer.SKILLS else found


def _tool(offered: Offered, defer: Defer) -> Shape:
    spec = offered.spec
    strict = strict_schema(spec.input_schema)
    shape = {
        "type": "function",
        "name": spec.exported,
        "description": titled(spec),
        "parameters": dict(spec.input_schema) if strict is None else strict,
        "strict": strict is not None,
    }
    return {**shape, "defer_loading": True} if defer is Defer.SKILLS and not offered.is_stable else shape


def _find(item: Item) -> Iterator[Wanted]:
    if isinstance(item.get("output"), list) and "type" not in item:  # a whole response
        for inner in items(item["output"]):
            yield from _find(inner)
    elif item.get("type", "function_call") == "function_call" and "name" in item:
        yield Wanted(id=str(item.get("call_id", "")), name=str(item["name"]), arguments=item.get("arguments", "{}"), item=item)


def _answer(answers: Sequence[Answered]) -> list[Shape]:
    return [_output(answered) for answered in answers]


def _output(answered: Answered) -> Shape:
    shape: Shape = {
        "type": "function_call_output",
        "call_id": answered.wanted.id,
        "output": told(answered, text=lambda words: {"type": "input_text", "text": words}, media=_media),
    }
    caller = answered.wanted.item.get("caller")
    return {**shape, "caller": dict(caller)} if caller else shape  # a call from a program of the model's is answered to that program


def _media(media: Media) -> Shape | None:
    url = f"data:{media.type};base64,{media.data}"
    if media.type.startswith("image/"):
        return {"type": "input_image", "detail": "auto", "image_url": url}
    if media.type == "application/pdf":
        return {"type": "input_file", "filename": media.name or "result.pdf", "file_data": url}
    return None


OPENAI = Provider(name="openai", define=_define, find=_find, answer=_answer, may_defer=True)
