"""OpenAI's Chat Completions API, and the many servers that speak it: nested functions, ``tool_calls``, ``role: tool`` messages.

Source: the SDK's ``ChatCompletionFunctionToolParam``, ``ChatCompletionMessageFunctionToolCall`` and ``ChatCompletionToolMessageParam``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from skillpod.registry.functions.content import Media, told
from skillpod.registry.functions.provider import Answered, Defer, Item, Offered, Provider, Shape, Wanted, items
from skillpod.registry.functions.strict import strict_schema
from skillpod.registry.functions.texts import titled


def _define(tools: Sequence[Offered], defer: Defer) -> list[Shape]:
    return [{"type": "function", "function": _function(offered)} for offered in tools]


def _function(offered: Offered) -> Shape:
    spec = offered.spec
    strict = strict_schema(spec.input_schema)
    return {
        "name": spec.exported,
        "description": titled(spec),
        "parameters": dict(spec.input_schema) if strict is None else strict,
        "strict": strict is not None,
    }


def _find(item: Item) -> Iterator[Wanted]:
    function = item.get("function")
    if isinstance(function, Mapping) and item.get("type", "function") == "function":
        name, arguments = str(function.get("name", "")), function.get("arguments", "{}")
        yield Wanted(id=str(item.get("id", "")), name=name, arguments=arguments, item=item)
        return
    for inner in items(item.get("tool_calls")):  # a message
        yield from _find(inner)
    for choice in items(item.get("choices")):  # a whole completion
        for message in items(choice.get("message")):
            yield from _find(message)


def _answer(answers: Sequence[Answered]) -> list[Shape]:
    return [{"role": "tool", "tool_call_id": answered.wanted.id, "content": _content(answered)} for answered in answers]


def _content(answered: Answered) -> str | list[Shape]:
    return told(answered, text=lambda words: {"type": "text", "text": words}, media=_media)


def _media(media: Media) -> Shape | None:
    return None  # a tool message takes text only


OPENAI_CHAT = Provider(name="openai-chat", define=_define, find=_find, answer=_answer, limit=128)
