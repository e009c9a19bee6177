"""A real pod behind its real doors on 127.0.0.1, as `skillpod serve` opens them, with the skills the suites call mounted in the jail."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from skillpod.config import Http
from skillpod.manager import SkillManager
from skillpod.model.command import Caller
from skillpod.model.guest import CallResult, Hear, unheard
from skillpod.serve.address import HttpAddress
from skillpod.serve.doors import open_doors
from skillpod.serve.http import bind
from skillpod.serve.tokens import Tokens

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
    """The URL of the MCP door. ``place`` is an empty directory for the pod's own files."""
    shutil.copytree(HERE / "skills", place / "skills")
    shutil.copytree(HERE / VISITOR, place / VISITOR)
    home = place / "home"
    home.mkdir(mode=0o700)
    (home / "pod.yaml").write_text(CONFIG)
    async with PromptedPod(place / "skills", home=home) as pod:
        states = {skill["name"]: skill["state"] for skill in pod.skills()}
        if set(states.values()) != {"live"}:
            raise RuntimeError(f"the suites' skills are not all mounted: {[skill['error'] for skill in pod.skills()]}")
        listening = bind(HttpAddress("127.0.0.1", 0), tokens=Tokens(home))
        async with open_doors(pod, home, listening=listening, limits=Http):
            yield listening.address.url
