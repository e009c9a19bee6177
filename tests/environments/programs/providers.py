"""Each provider's SDK: our definitions and answers are held to its types, and calls of its types are answered by a real pod."""

# mypy: disable-error-code="import-not-found, misc"
# SAFE: what it imports is installed only in the environment that runs it.

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from anthropic.types import Message, MessageParam, ToolUnionParam
from google.genai import types as gemini
from openai.types.chat import ChatCompletion, ChatCompletionFunctionToolParam, ChatCompletionMessageParam
from openai.types.responses import Response, ResponseInputItemParam, ToolParam
from pydantic import TypeAdapter

from skillpod import SkillManager
from tests.environments.words import folder_given, pod_in, tell

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("words__shout", {"text": "hi", "times": None, "mood": None}),
    ("words__farthest", {"points": [{"x": 1, "y": None, "label": None}, {"x": 2.5, "y": None, "label": "there"}]}),
    ("words__picture", {}),
    ("words__fail", {}),
    ("words__shuot", {}),
]


def holds(kind: Any, values: list[Any]) -> int:
    """How many there are; each is one of that kind, to the last field."""
    adapter = TypeAdapter(kind)
    for value in values:
        found = adapter.validate_python(value, strict=False)
        if isinstance(found, dict):
            assert found.keys() == value.keys(), (found, value)
    return len(values)


def openai_response() -> Response:
    calls = [
        {"type": "function_call", "call_id": f"c{place}", "name": name, "arguments": TypeAdapter(dict[str, Any]).dump_json(arguments)}
        for place, (name, arguments) in enumerate(CALLS)
    ]
    output = [{"type": "reasoning", "id": "r", "summary": []}, *calls]
    rest = {"id": "r", "object": "response", "created_at": 0, "model": "m", "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    return Response.model_validate({**rest, "output": output})


def openai_completion() -> ChatCompletion:
    calls = [
        {"type": "function", "id": f"c{place}", "function": {"name": name, "arguments": TypeAdapter(dict[str, Any]).dump_json(arguments)}}
        for place, (name, arguments) in enumerate(CALLS)
    ]
    choice = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": None, "tool_calls": calls}}
    return ChatCompletion.model_validate({"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]})


def anthropic_message() -> Message:
    calls = [{"type": "tool_use", "id": f"c{place}", "name": name, "input": arguments} for place, (name, arguments) in enumerate(CALLS)]
    rest = {"id": "m", "type": "message", "role": "assistant", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}
    return Message.model_validate({**rest, "content": [{"type": "text", "text": "well", "citations": None}, *calls]})


def gemini_response() -> gemini.GenerateContentResponse:
    parts = [gemini.Part(text="well")]
    for place, (name, arguments) in enumerate(CALLS):
        parts.append(gemini.Part(function_call=gemini.FunctionCall(id=f"c{place}", name=name, args=arguments)))
    return gemini.GenerateContentResponse(candidates=[gemini.Candidate(content=gemini.Content(role="model", parts=parts))])


async def openai(pod: SkillManager) -> dict[str, Any]:
    tools = pod.tools("openai", offer="both")
    response = openai_response()
    answers = await pod.answer("openai", response.output)
    assert answers == await pod.answer("openai", response)
    return {
        "tools": holds(ToolParam, tools),
        "deferred": holds(ToolParam, pod.tools("openai", offer="both", defer="skills")),
        "strict": [tool["name"] for tool in tools if tool["strict"]],
        "answers": holds(ResponseInputItemParam, answers),
        "ids": [answer["call_id"] for answer in answers],
        "texts": [answer["output"] for answer in answers],
    }


async def openai_chat(pod: SkillManager) -> dict[str, Any]:
    completion = openai_completion()
    answers = await pod.answer("openai-chat", completion.choices[0].message.tool_calls)
    assert answers == await pod.answer("openai-chat", completion)
    return {
        "tools": holds(ChatCompletionFunctionToolParam, pod.tools("openai-chat", offer="both")),
        "answers": holds(ChatCompletionMessageParam, answers),
        "ids": [answer["tool_call_id"] for answer in answers],
        "texts": [answer["content"] for answer in answers],
    }


async def anthropic(pod: SkillManager) -> dict[str, Any]:
    message = anthropic_message()
    answers = await pod.answer("anthropic", message.content)
    assert answers == await pod.answer("anthropic", message)
    deferred = pod.tools("anthropic", offer="both", defer="skills")
    return {
        "tools": holds(ToolUnionParam, pod.tools("anthropic", offer="both")),
        "deferred": holds(ToolUnionParam, deferred),
        "examples": {tool["name"]: tool["input_examples"] for tool in deferred if "input_examples" in tool},
        "answers": holds(MessageParam, answers),
        "ids": [block["tool_use_id"] for block in answers[0]["content"]],
        "texts": [block["content"] for block in answers[0]["content"]],
    }


async def gemini_(pod: SkillManager) -> dict[str, Any]:
    response = gemini_response()
    answers = await pod.answer("gemini", response.candidates[0].content.parts)
    assert answers == await pod.answer("gemini", response) == await pod.answer("gemini", response.function_calls)
    held = [gemini.Content.model_validate(answer) for answer in answers]
    responses = [part.function_response for part in held[0].parts or [] if part.function_response]
    picture = responses[2].parts[0].inline_data if responses[2].parts else None
    (tool,) = [gemini.Tool.model_validate(each) for each in pod.tools("gemini", offer="both")]
    return {
        "tools": len(tool.function_declarations or []),
        "answers": len(held),
        "ids": [response.id for response in responses],
        "texts": [response.response for response in responses],
        "picture": [picture.mime_type, picture.data] if picture else None,
    }


async def main() -> None:
    each: dict[str, Callable[[SkillManager], Any]] = {
        "openai": openai,
        "openai-chat": openai_chat,
        "anthropic": anthropic,
        "gemini": gemini_,
    }
    async with pod_in(folder_given()) as pod:
        tell(**{name: await look(pod) for name, look in each.items()})


if __name__ == "__main__":
    asyncio.run(main())
