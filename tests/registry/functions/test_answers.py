"""A model's calls, found in what each API gives and answered in what it takes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from skillpod.errors import CommandInvalid, UnknownTool
from skillpod.model.digest import Digest
from skillpod.model.guest import CallResult, Usage
from skillpod.model.manifest import ToolSpec
from skillpod.registry.functions import PROVIDERS, answer_calls
from tests.support.registry import spec

PIXEL = base64.b64encode(b"\x89PNG pixel").decode()
BLOCKS = [
    {"type": "text", "text": "look"},
    {"type": "image", "data": PIXEL, "mimeType": "image/png"},
    {"type": "audio", "data": PIXEL, "mimeType": "audio/wav"},
    {"type": "resource", "resource": {"uri": "result:///notes.txt", "mimeType": "text/plain", "text": "notes"}},
    {"type": "resource", "resource": {"uri": "result:///the%20paper.pdf", "mimeType": "application/pdf", "blob": PIXEL}},
]
UNTAKEN = "[content of type audio/wav, about 12 bytes: no such content is taken in a tool's result here]"
TOOLS: dict[str, ToolSpec] = {
    "alpha__shout": spec(
        "alpha", "shout", properties={"text": {"type": "string"}, "times": {"type": "integer", "default": 1}}, required=["text"]
    ),
    "alpha__show": replace(spec("alpha", "show"), is_content=True),
}


def gave(value: Any, *, is_content: bool = False) -> CallResult:
    digest = Digest("sha256:" + "ab" * 32)
    return CallResult(value=value, usage=Usage(), skill="alpha", generation=1, digest=digest, is_content=is_content)


async def run(tool: str, arguments: Any) -> CallResult:
    match tool:
        case "alpha__shout":
            return gave({"shouted": arguments["text"].upper(), "given": sorted(arguments)})
        case "alpha__show":
            return gave(BLOCKS, is_content=True)
    raise UnknownTool(f"there is no tool `{tool}`", hint="did you mean `alpha__shout`?")


def answers(provider: str, calls: Any, call: Callable[[str, Any], Any] = run) -> list[dict[str, Any]]:
    return asyncio.run(answer_calls(provider, calls, call, TOOLS.get))


def wanted(provider: str, name: str, arguments: dict[str, Any], id: str = "c1") -> dict[str, Any]:
    """One call, as the API writes it."""
    text = json.dumps(arguments)
    written: dict[str, dict[str, Any]] = {
        "openai": {"type": "function_call", "call_id": id, "name": name, "arguments": text},
        "openai-chat": {"type": "function", "id": id, "function": {"name": name, "arguments": text}},
        "anthropic": {"type": "tool_use", "id": id, "name": name, "input": arguments},
        "gemini": {"function_call": {"id": id, "name": name, "args": arguments}},
        "mcp": {"name": name, "arguments": arguments},
    }
    return written[provider]


def text_of(provider: str, answered: list[dict[str, Any]], place: int = 0) -> Any:
    """What the model reads of one answer."""
    match provider:
        case "openai":
            return answered[place]["output"]
        case "openai-chat":
            return answered[place]["content"]
        case "anthropic":
            return answered[0]["content"][place]["content"]
        case "gemini":
            return json.dumps(answered[0]["parts"][place]["function_response"]["response"])
    return answered[place]["content"][0]["text"]


# --- every provider ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_call_is_answered_with_what_the_tool_gave(provider: str) -> None:
    answered = answers(provider, [wanted(provider, "alpha__shout", {"text": "hi"})])
    assert '"shouted": "HI"' in text_of(provider, answered)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_null_for_a_parameter_that_takes_none_means_its_default(provider: str) -> None:
    answered = answers(provider, [wanted(provider, "alpha__shout", {"text": "hi", "times": None})])
    assert '"given": ["text"]' in text_of(provider, answered)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_call_that_fails_is_answered_with_its_error_for_the_model_to_read(provider: str) -> None:
    answered = answers(provider, [wanted(provider, "alpha__shuot", {})])
    assert "unknown_tool" in text_of(provider, answered)
    assert "did you mean `alpha__shout`?" in text_of(provider, answered)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_calls_run_at_the_same_time_and_are_answered_in_order(provider: str) -> None:
    met = asyncio.Barrier(3)

    async def meet(tool: str, arguments: Any) -> Any:
        async with asyncio.timeout(10):
            await met.wait()  # no call of the three gets past this alone
        return gave(arguments["text"])

    calls = [wanted(provider, "alpha__shout", {"text": text}, id=text) for text in ("one", "two", "three")]
    answered = answers(provider, calls, meet)
    assert [text in text_of(provider, answered, place) for place, text in enumerate(("one", "two", "three"))] == [True] * 3


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("nothing", [None, [], [{"type": "reasoning"}], {"role": "assistant"}])
def test_where_there_are_no_calls_there_is_nothing_to_append(provider: str, nothing: Any) -> None:
    calls = [{"method": "ping"}] if provider == "mcp" and nothing else nothing
    assert answers(provider, calls) == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_sdk_object_is_taken_as_its_dump(provider: str) -> None:
    class FromTheSdk:
        def model_dump(self) -> dict[str, Any]:
            return wanted(provider, "alpha__shout", {"text": "a"})

    assert "A" in text_of(provider, answers(provider, [FromTheSdk()]))
    assert "A" in text_of(provider, answers(provider, FromTheSdk()))


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("odd", [[3], 3, "calls", [[]]])
def test_what_is_no_call_at_all_is_refused(provider: str, odd: Any) -> None:
    with pytest.raises(CommandInvalid, match="must be an object"):
        answers(provider, odd)


def test_a_provider_we_do_not_speak_is_refused() -> None:
    with pytest.raises(CommandInvalid, match="no tool format `soap`"):
        answers("soap", [])


@pytest.mark.parametrize("provider", ["openai", "openai-chat"])
@pytest.mark.parametrize("text", ["{half", "[" * 100_000])
def test_arguments_that_are_not_json_are_answered_with_an_error(provider: str, text: str) -> None:
    call = wanted(provider, "alpha__shout", {})
    call.get("function", call)["arguments"] = text
    assert "arguments_invalid" in text_of(provider, answers(provider, [call]))


def test_a_bug_of_our_own_ends_the_other_calls_and_is_not_hidden() -> None:
    ended = asyncio.Event()

    async def broken(tool: str, arguments: Any) -> Any:
        if arguments["text"] == "bug":
            raise ZeroDivisionError
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(ExceptionGroup):
        answers("anthropic", [wanted("anthropic", "alpha__shout", {"text": text}) for text in ("waits", "bug")], broken)
    assert ended.is_set()


# --- whole answers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "whole"),
    [
        ("openai", lambda call: {"object": "response", "output": [{"type": "reasoning", "summary": []}, call, {"type": "message"}]}),
        ("openai-chat", lambda call: {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [call]}}]}),
        ("openai-chat", lambda call: {"role": "assistant", "tool_calls": [call, {"type": "custom", "id": "x", "custom": {}}]}),
        ("anthropic", lambda call: {"type": "message", "content": [{"type": "text", "text": "well"}, call, {"type": "server_tool_use"}]}),
        ("gemini", lambda call: {"candidates": [{"content": {"role": "model", "parts": [{"text": "well"}, call]}}]}),
        ("gemini", lambda call: call["function_call"]),
        ("gemini", lambda call: {"parts": [{"functionCall": call["function_call"]}]}),
        ("mcp", lambda call: {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}),
    ],
)
def test_calls_are_found_in_a_whole_answer(provider: str, whole: Callable[[Any], Any]) -> None:
    call = wanted(provider, "alpha__shout", {"text": "hi"})
    answered = answers(provider, whole(call))
    assert '"shouted": "HI"' in text_of(provider, answered)
    assert len(answered) == 1


# --- the shapes --------------------------------------------------------------------------------------------------------------------


def test_openai_is_answered_with_outputs_under_the_calls_ids() -> None:
    call = {**wanted("openai", "alpha__shout", {"text": "a"}, id="call_7"), "caller": {"type": "program", "caller_id": "p"}}
    (answered,) = answers("openai", [call])
    assert (answered["type"], answered["call_id"], answered["caller"]) == ("function_call_output", "call_7", call["caller"])


def test_openai_chat_is_answered_with_tool_messages() -> None:
    (answered,) = answers("openai-chat", [wanted("openai-chat", "alpha__shout", {"text": "a"}, id="call_7")])
    assert (answered["role"], answered["tool_call_id"]) == ("tool", "call_7")


def test_anthropic_is_answered_with_one_user_message_that_marks_errors() -> None:
    calls = [wanted("anthropic", name, {"text": "a"}, id=name) for name in ("alpha__shout", "alpha__no")]
    (message,) = answers("anthropic", calls)
    assert message["role"] == "user"
    assert [block["tool_use_id"] for block in message["content"]] == ["alpha__shout", "alpha__no"]
    assert ["is_error" in block for block in message["content"]] == [False, True]


def test_gemini_is_answered_with_one_message_keyed_by_id_and_name() -> None:
    without_id = {"function_call": {"id": None, "name": "alpha__no", "args": None}}
    (message,) = answers("gemini", [wanted("gemini", "alpha__shout", {"text": "a"}, id="7"), without_id])
    first, second = (part["function_response"] for part in message["parts"])
    assert (first["id"], first["name"], first["response"]["output"]["shouted"]) == ("7", "alpha__shout", "A")
    assert "id" not in second
    assert (second["name"], second["response"]["error"]["code"]) == ("alpha__no", "unknown_tool")


def test_mcp_is_answered_with_results() -> None:
    good, bad = answers("mcp", [wanted("mcp", "alpha__shout", {"text": "a"}), wanted("mcp", "alpha__no", {})])
    assert (good["isError"], good["structuredContent"]["shouted"], bad["isError"]) == (False, "A", True)


# --- content -----------------------------------------------------------------------------------------------------------------------


def test_openai_is_shown_images_and_papers() -> None:
    (answered,) = answers("openai", [wanted("openai", "alpha__show", {})])
    assert answered["output"] == [
        {"type": "input_text", "text": "look"},
        {"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{PIXEL}"},
        {"type": "input_text", "text": UNTAKEN},
        {"type": "input_text", "text": "notes"},
        {"type": "input_file", "filename": "the paper.pdf", "file_data": f"data:application/pdf;base64,{PIXEL}"},
    ]


def test_openai_chat_is_told_of_what_it_can_not_be_shown() -> None:
    (answered,) = answers("openai-chat", [wanted("openai-chat", "alpha__show", {})])
    kinds = ["image/png" in block["text"] for block in answered["content"]]
    assert kinds == [False, True, False, False, False]
    assert {block["type"] for block in answered["content"]} == {"text"}


def test_anthropic_is_shown_images_and_papers() -> None:
    (message,) = answers("anthropic", [wanted("anthropic", "alpha__show", {})])
    assert message["content"][0]["content"] == [
        {"type": "text", "text": "look"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        {"type": "text", "text": UNTAKEN},
        {"type": "text", "text": "notes"},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PIXEL}},
    ]


def test_gemini_is_shown_images_and_papers_beside_the_text() -> None:
    (message,) = answers("gemini", [wanted("gemini", "alpha__show", {})])
    response = message["parts"][0]["function_response"]
    assert response["response"] == {"output": f"look\n{UNTAKEN}\nnotes"}
    assert [part["inline_data"]["mime_type"] for part in response["parts"]] == ["image/png", "application/pdf"]
    assert response["parts"][0]["inline_data"]["data"] == b"\x89PNG pixel"


def test_mcp_is_given_the_blocks() -> None:
    (answered,) = answers("mcp", [wanted("mcp", "alpha__show", {})])
    assert answered == {"content": BLOCKS, "isError": False}


def test_base64_that_is_none_is_told_in_words() -> None:
    async def broken(tool: str, arguments: Any) -> Any:
        return gave([{"type": "image", "data": "no base64!", "mimeType": "image/png"}, {"type": "odd"}], is_content=True)

    (message,) = answers("gemini", [wanted("gemini", "alpha__show", {})], broken)
    output = message["parts"][0]["function_response"]["response"]["output"]
    assert "image/png" in output
    assert '{"type": "odd"}' in output
