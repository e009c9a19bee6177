"""The one MCP server of a pod: both eras, every handler, nothing that is bound to a connection."""

from __future__ import annotations

from typing import Any

from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions

from skillpod.serve.mcp.callers import Line

NAME = "skillpod"
INSTRUCTIONS = (
    "skillpod serves skills: folders of tools that come, change and go while you work. A skill's tools are named SKILL__TOOL, and its "
    "manual is the resource skill://SKILL/README.md or skill://SKILL/SKILL.md and the prompt SKILL: read it before you use a skill for "
    "the first time. Three tools are always there, also for tools you don't see in your list yet: skillpod_search finds tools and skills "
    "by what they do, skillpod_describe says what arguments a tool takes, skillpod_call calls it."
)


class DoorServer(Server[Line | None]):
    """The SDK's low-level server, which tells clients of the handshake era too that its lists change: left alone it tells only those of
    2026-07-28 (its ``create_initialization_options`` is not asked with options by every transport)."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        changes = NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True)
        return super().create_initialization_options(notification_options or changes, experimental_capabilities, extensions)
