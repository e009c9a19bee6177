"""The Agents SDK: a run with a scripted model, which calls tools and reads their answers."""

# mypy: disable-error-code="import-not-found, misc"
# SAFE: what it imports is installed only in the environment that runs it.

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, Model, ModelResponse, Runner, Usage, set_tracing_disabled
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from skillpod.adapters.openai_agents import tools
from tests.environments.words import folder_given, pod_in, run_example, tell

CALLS: list[tuple[str, str]] = [
    ("words__shout", '{"text": "hi", "times": null, "mood": null}'),
    ("words__count", '{"labels": {"a": 1, "b": 2}}'),
    ("words__picture", "{}"),
    ("words__fail", "{}"),
    ("words__shout", "{half"),
]


class Scripted(Model):
    """Asks for every call at once, then says that it is done."""

    def __init__(self) -> None:
        self.read: list[Any] = []
        self.offered: list[Any] = []

    async def get_response(
        self, system_instructions: Any, input: Any, model_settings: Any, tools: list[Any], *rest: Any, **more: Any
    ) -> Any:
        self.offered = tools
        if not isinstance(input, str):
            self.read = [item for item in input if item.get("type") == "function_call_output"]
        return ModelResponse(output=self._said(), usage=Usage(), response_id=None)

    def _said(self) -> list[Any]:
        if self.read:
            text = ResponseOutputText(type="output_text", text="done", annotations=[])
            return [ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[text])]
        return [
            ResponseFunctionToolCall(type="function_call", call_id=f"c{place}", name=name, arguments=arguments)
            for place, (name, arguments) in enumerate(CALLS)
        ]

    def stream_response(self, *given: Any, **more: Any) -> AsyncIterator[Any]:
        raise NotImplementedError


async def main() -> None:
    set_tracing_disabled(True)
    model = Scripted()
    async with pod_in(folder_given()) as pod:
        made = tools(pod)
        agent = Agent(name="Caller", model=model, tools=made)
        result = await Runner.run(agent, "call them")
        documented = await run_example("OpenAI Agents", pod=pod, model=Scripted())
    tell(
        names=[tool.name for tool in model.offered],
        strict={tool.name: tool.strict_json_schema for tool in made},
        output=result.final_output,
        documented=documented["result"].final_output,
        read=[item["output"] for item in model.read],
        shout=json.loads(json.dumps(next(tool.params_json_schema for tool in made if tool.name == "words__shout"))),
    )


if __name__ == "__main__":
    asyncio.run(main())
