"""Pydantic AI: a run with its FunctionModel, in the middle of which a skill appears."""

# mypy: disable-error-code="import-not-found, misc"
# SAFE: what it imports is installed only in the environment that runs it.

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pydantic_ai import Agent, BinaryContent
from pydantic_ai.messages import ModelMessage, ModelResponse, RetryPromptPart, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from skillpod import SkillManager
from skillpod.adapters.pydantic_ai import toolset
from tests.environments.words import LATER, folder_given, pod_in, run_example, tell
from tests.support.skills import drop_skill

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("words__shout", {"text": "hi", "times": None}),
    ("words__words", {"config": "a b"}),
    ("words__picture", {}),
    ("words__fail", {}),
    ("words__count", {"labels": 3}),
    ("again_words__shout", {"text": "hi"}),
]


class Script:
    """Calls every tool at once, drops a skill, calls what that brought, and is done."""

    def __init__(self, pod: SkillManager, skills: Path) -> None:
        self.offered: list[list[str]] = []
        self.read: dict[str, Any] = {}
        self._pod = pod
        self._skills = skills

    async def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.offered.append([tool.name for tool in info.function_tools])
        for part in messages[-1].parts:
            if isinstance(part, ToolReturnPart):
                self.read[part.tool_name] = ["returned", part.outcome, _shown(part.content)]
            elif isinstance(part, RetryPromptPart):
                self.read[str(part.tool_name)] = ["retry", "", str(part.content)]
        if len(self.offered) == 1:
            return ModelResponse(parts=[ToolCallPart(tool_name=name, args=arguments) for name, arguments in CALLS])
        if len(self.offered) == 2:
            drop_skill(self._skills, "later", handler=LATER)
            await self._pod.settled()
            return ModelResponse(parts=[ToolCallPart(tool_name="words__words", args={"config": "again"})])
        if len(self.offered) == 3:
            return ModelResponse(parts=[ToolCallPart(tool_name="later__greet", args={"name": "you"})])
        return ModelResponse(parts=[TextPart("done")])


def _shown(content: Any) -> Any:
    if isinstance(content, BinaryContent):
        return [content.media_type, content.data.decode()]
    return [_shown(part) for part in content] if isinstance(content, list) else content


async def main() -> None:
    folder = folder_given()
    async with pod_in(folder) as pod:
        script = Script(pod, folder / "skills")
        agent = Agent(FunctionModel(script), toolsets=[toolset(pod), toolset(pod, id="again").prefixed("again")])
        result = await agent.run("call them")
        documented = await run_example("Pydantic AI", pod=pod, model=FunctionModel(Script(pod, folder / "skills")))
    tell(offered=script.offered, read=script.read, output=result.output, documented=documented["result"].output)


if __name__ == "__main__":
    asyncio.run(main())
