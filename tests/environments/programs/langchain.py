"""LangChain: tools invoked as its agents do, with tool calls of its own type."""

# mypy: disable-error-code="import-not-found, misc"
# SAFE: what it imports is installed only in the environment that runs it.

from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.utils.function_calling import convert_to_openai_tool

from skillpod import SkillManager
from skillpod.adapters.langchain import tools
from skillpod.errors import CommandInvalid
from tests.environments.words import folder_given, pod_in, prepared, run_example, tell


class Scripted(GenericFakeChatModel):
    """Asks for one call, whatever tools it is given."""

    def bind_tools(self, tools: Any, **options: Any) -> Any:
        return self


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": f"id of {name}", "name": name, "args": arguments}


async def awaited(pod: SkillManager) -> dict[str, Any]:
    made = {tool.name: tool for tool in tools(pod, offer="both")}
    found: dict[str, Any] = {"names": list(made), "schema": convert_to_openai_tool(made["words__shout"])}
    for name, arguments in (
        ("shout", {"text": "hi", "times": None}),
        ("words", {"config": "a b", "run_manager": "c"}),
        ("picture", {}),
        ("fail", {}),
        ("count", {"labels": 3}),
    ):
        message = await made[f"words__{name}"].ainvoke(call(f"words__{name}", **arguments))
        assert isinstance(message, ToolMessage)
        found[name] = [message.status, message.content, message.tool_call_id]
    try:
        made["words__shout"].invoke({"text": "hi"})
    except CommandInvalid as error:
        found["not awaited"] = error.hint
    return found


async def main() -> None:
    folder = folder_given()
    async with pod_in(folder) as pod:
        found = await awaited(pod)
        model = Scripted(messages=iter([AIMessage("", tool_calls=[call("words__shout", text="hi")])]))
        found["documented"] = [message.content for message in (await run_example("LangChain", pod=pod, model=model))["answers"]]
    await asyncio.to_thread(blocking, folder / "blocking", found)
    tell(**found)


def blocking(folder: Any, found: dict[str, Any]) -> None:
    folder.mkdir()
    skills, home = prepared(folder)
    with SkillManager.blocking(skills, home=home) as pod:
        made = {tool.name: tool for tool in tools(pod)}
        found["blocking"] = made["words__words"].invoke({"config": "a b"})
        found["blocking, awaited"] = asyncio.run(made["words__words"].ainvoke({"config": "a b"}))
        found["blocking, failed"] = made["words__fail"].invoke({})


if __name__ == "__main__":
    asyncio.run(main())
