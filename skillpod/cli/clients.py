"""The clients we know how to tell of a server: where each keeps its configuration, and in which shape. Data, and nothing else.

Read in their own documentation, November 2026; a client whose format could not be confirmed is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

NAME = "skillpod"
"""What our entry is called everywhere."""

Entry = dict[str, Any]


class Format(Enum):
    JSON = "json"
    TOML = "toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """``project`` and ``user`` are its files (relative to the project, to the user's home), empty where it has none; ``key`` is where the
    servers are in it. ``remote`` makes the entry of a URL with headers; None: it takes none from its file. ``variable`` is what the first
    directory of ``user`` may be named by; ``rivals`` are files it reads instead of ours when they are there."""

    title: str
    key: str
    local: Callable[[Sequence[str]], Entry]
    remote: Callable[[str, Mapping[str, str]], Entry] | None
    project: str = ""
    user: str = ""
    variable: str = ""
    format: Format = Format.JSON
    rivals: tuple[str, ...] = ()

    def project_file(self, project: Path) -> Path | None:
        return project / self.project if self.project else None

    def user_file(self, home: Path, environment: Mapping[str, str]) -> Path | None:
        if not self.user:
            return None
        directory = environment.get(self.variable) if self.variable else ""
        return Path(directory, *Path(self.user).parts[1:]) if directory else home / self.user


def _program(command: Sequence[str]) -> Entry:
    return {"command": command[0], "args": list(command[1:])}


def _typed_program(command: Sequence[str]) -> Entry:
    return {"type": "stdio", **_program(command)}


def _with(headers: Mapping[str, str], key: str = "headers") -> Entry:
    return {key: dict(headers)} if headers else {}


CLIENTS: Mapping[str, Client] = {
    "claude-code": Client(
        title="Claude Code",
        key="mcpServers",
        local=_typed_program,
        remote=lambda url, headers: {"type": "http", "url": url, **_with(headers)},
        project=".mcp.json",
        user=".claude.json",
    ),
    "claude-desktop": Client(
        title="Claude Desktop",
        key="mcpServers",
        local=_program,
        remote=None,
        user=".config/Claude/claude_desktop_config.json",
        variable="XDG_CONFIG_HOME",
    ),
    "cursor": Client(
        title="Cursor",
        key="mcpServers",
        local=_program,
        remote=lambda url, headers: {"url": url, **_with(headers)},
        project=".cursor/mcp.json",
        user=".cursor/mcp.json",
    ),
    "vscode": Client(
        title="VS Code",
        key="servers",
        local=_typed_program,
        remote=lambda url, headers: {"type": "http", "url": url, **_with(headers)},
        project=".vscode/mcp.json",
    ),
    "codex": Client(
        title="Codex",
        key="mcp_servers",
        local=_program,
        remote=lambda url, headers: {"url": url, **_with(headers, "http_headers")},
        user=".codex/config.toml",
        variable="CODEX_HOME",
        format=Format.TOML,
    ),
    "gemini": Client(
        title="Gemini CLI",
        key="mcpServers",
        local=_program,
        remote=lambda url, headers: {"httpUrl": url, **_with(headers)},
        project=".gemini/settings.json",
        user=".gemini/settings.json",
    ),
    "windsurf": Client(
        title="Windsurf",
        key="mcpServers",
        local=_program,
        remote=lambda url, headers: {"serverUrl": url, **_with(headers)},
        user=".codeium/windsurf/mcp_config.json",
    ),
    "opencode": Client(
        title="opencode",
        key="mcp",
        local=lambda command: {"type": "local", "command": list(command), "enabled": True},
        remote=lambda url, headers: {"type": "remote", "url": url, **_with(headers), "enabled": True},
        project="opencode.json",
        user=".config/opencode/opencode.json",
        variable="XDG_CONFIG_HOME",
        rivals=("opencode.jsonc",),
    ),
}
