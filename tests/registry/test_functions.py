"""The shapes of the OpenAI Responses API, out and back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from skillpod.errors import CommandInvalid, UnknownTool
from skillpod.registry.functions import answer_calls, tool_definitions
from tests.support.registry import spec


async def shout(tool: str, arguments: Any) -> Any:
    if tool != "alpha__shout":
        raise UnknownTool(f"there is no tool `{tool}`")
    return {"shouted": arguments["text"].upper()}


def answers(calls: list[Any]) -> list[dict[str, Any]]:
    return asyncio.run(answer_calls("openai", calls, shout))


def test_a_tool_is_a_flat_function_definition() -> None:
    (definition,) = tool_definitions("openai", [spec("alpha", "shout", properties={"text": {"type": "string"}}, required=["text"])])
    assert definition["type"] == "function"
    assert definition["name"] == "alpha__shout"
    assert definition["parameters"]["required"] == ["text"]


def test_a_call_is_answered_under_its_own_id() -> None:
    call = {"type": "function_call", "call_id": "c1", "name": "alpha__shout", "arguments": '{"text": "hi"}'}
    assert answers([call]) == [{"type": "function_call_output", "call_id": "c1", "output": '{"shouted": "HI"}'}]


def test_messages_between_the_calls_are_passed_over() -> None:
    call = {"type": "function_call", "call_id": "c1", "name": "alpha__shout", "arguments": '{"text": "hi"}'}
    assert len(answers([{"type": "reasoning"}, call, {"type": "message"}])) == 1


@pytest.mark.parametrize(("name", "arguments", "code"), [("nope", "{}", "unknown_tool"), ("alpha__shout", "{half", "arguments_invalid")])
def test_a_call_that_fails_is_answered_with_its_error_for_the_model_to_read(name: str, arguments: str, code: str) -> None:
    (answer,) = answers([{"type": "function_call", "call_id": "c", "name": name, "arguments": arguments}])
    assert json.loads(answer["output"])["error"]["code"] == code


def test_an_sdk_object_is_taken_as_its_dump() -> None:
    class FunctionCall:
        def model_dump(self) -> dict[str, Any]:
            return {"type": "function_call", "call_id": "c2", "name": "alpha__shout", "arguments": '{"text": "a"}'}

    assert answers([FunctionCall()])[0]["call_id"] == "c2"


def test_a_provider_we_do_not_speak_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CommandInvalid) as refused:
        tool_definitions("opneai", [])
    assert "openai" in refused.value.hint
