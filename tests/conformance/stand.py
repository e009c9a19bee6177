"""A real pod behind its real MCP door on 127.0.0.1, with the skills the suites call mounted in the jail."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from skillpod.manager import SkillManager
from skillpod.model.command import OWNER, Caller
from skillpod.model.guest import CallResult, Hear, unheard
from skillpod.serve.mcp.door import Door, open_door

HERE = Path(__file__).parent
TRIGGERS = frozenset({"test_trigger_tool_change", "test_trigger_prompt_change"})
VISITOR = "visitor"
CONFIG = "bare_names: [fixture_tools]\nquiet: 10ms\n"


class PromptedPod(SkillManager):
    """The suites have tools to change the lists they listen to. No skill can do that, so here whoever keeps the folder does it when such
    a tool was called: the visitor comes, or goes when it is there."""

    async def invoke(self, tool: str, arguments: Any, *, caller: Caller | None = None, hear: Hear = unheard) -> CallResult:
        result = await super().invoke(tool, arguments, caller=caller, hear=hear)
        if tool in TRIGGERS:
            await asyncio.to_thread(self._turn)
        return result

    def _turn(self) -> None:
        inside, outside = self.root / VISITOR, self.root.parent / VISITOR
        if inside.exists():
            inside.rename(outside)
        else:
            outside.rename(inside)


@asynccontextmanager
async def standing(place: Path) -> AsyncIterator[str]:
    """The URL of a door that is open. ``place`` is an empty directory for the pod's own files."""
    shutil.copytree(HERE / "skills", place / "skills")
    shutil.copytree(HERE / VISITOR, place / VISITOR)
    (place / "home").mkdir(mode=0o700)
    (place / "home" / "pod.yaml").write_text(CONFIG)
    async with PromptedPod(place / "skills", home=place / "home") as pod, open_door(pod) as door:
        states = {skill["name"]: skill["state"] for skill in pod.skills()}
        if set(states.values()) != {"live"}:
            raise RuntimeError(f"the suites' skills are not all mounted: {[skill['error'] for skill in pod.skills()]}")
        async with _listening(door) as port:
            yield f"http://127.0.0.1:{port}/mcp"


@asynccontextmanager
async def _listening(door: Door) -> AsyncIterator[int]:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await door.http({**scope, "skillpod.caller": OWNER}, receive, send)

    server = uvicorn.Server(uvicorn.Config(application, port=0, lifespan="off", log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving
