"""smolagents: tools called by both of its agents, with scripted models."""

# mypy: disable-error-code="import-not-found, misc"
# SAFE: what it imports is installed only in the environment that runs it.

from __future__ import annotations

import asyncio
import contextlib
import io
from typing import Any

from smolagents import CodeAgent, Model, ToolCallingAgent
from smolagents.models import ChatMessage, ChatMessageToolCall, ChatMessageToolCallFunction, MessageRole, get_tool_json_schema

from skillpod import SkillManager
from skillpod.adapters.smolagents import tools
from skillpod.errors import CommandInvalid
from tests.environments.words import folder_given, pod_in, prepared, run_example, tell
from tests.support.skills import write_skill

HYPHENS = '''\
from skillpod import tool


@tool
def hello() -> str:
    """Say hello."""
    return "hello"
'''

CODE = """\
found = words__shout(text="hi")
place = words__farthest(points=[{"x": 1.0}, {"x": 2.0}])
final_answer([found["said"], place["label"], words__count(labels={"a": 1, "b": 2}), with_hyphens__hello()])
"""


class Scripted(Model):
    """Says what it is given to say, one message a step, and keeps what it was told."""

    def __init__(self, *messages: ChatMessage) -> None:
        super().__init__(model_id="scripted")
        self.messages = list(messages)
        self.told = ""

    def generate(self, messages: list[Any], *given: Any, **more: Any) -> ChatMessage:
        self.told = str(messages[-1])
        return self.messages.pop(0)


def calling(name: str, **arguments: Any) -> ChatMessage:
    function = ChatMessageToolCallFunction(name=name, arguments=arguments)
    return ChatMessage(
        role=MessageRole.ASSISTANT, content="", tool_calls=[ChatMessageToolCall(id=f"id of {name}", type="function", function=function)]
    )


def saying(code: str) -> ChatMessage:
    return ChatMessage(role=MessageRole.ASSISTANT, content=f"<code>\n{code}</code>")


def main() -> None:
    folder = folder_given()
    skills, home = prepared(folder)
    write_skill(skills, "with-hyphens", handler=HYPHENS)
    with SkillManager.blocking(skills, home=home) as pod:
        made = tools(pod)
        coding = CodeAgent(tools=made, model=Scripted(saying(CODE)), verbosity_level=0)
        model = Scripted(calling("words__fail"), calling("words__shout", text="hi", times=None), calling("final_answer", answer="done"))
        failures: list[str] = []
        deciding = ToolCallingAgent(tools=made, model=model, verbosity_level=0)
        for step in deciding.run("call them", stream=True):
            error = getattr(step, "error", None)
            failures += [str(error)] if error else []
        outputs = {tool.name: tool.output_type for tool in made}
        picture = next(tool for tool in made if tool.name == "words__picture")()
        tell(
            documented=documented(folder / "documented"),
            code=coding.run("call them"),
            failures=failures,
            observed=[str(step.observations) for step in deciding.memory.steps if getattr(step, "observations", None)],
            schemas={tool.name: get_tool_json_schema(tool)["function"]["parameters"] for tool in made},
            outputs=outputs,
            picture=picture,
            refused=asyncio.run(refused(folder / "awaited")),
        )


def documented(folder: Any) -> str:
    folder.mkdir()
    prepared(folder)
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        asyncio.run(run_example("smolagents", model=Scripted(saying('final_answer(words__shout(text="hi")["said"])'))))
    return printed.getvalue()


async def refused(folder: Any) -> str:
    folder.mkdir()
    async with pod_in(folder) as pod:
        try:
            tools(pod)  # type: ignore[arg-type]  # SAFE: that it is refused is what is shown
        except CommandInvalid as error:
            return error.hint
    return ""


if __name__ == "__main__":
    main()
