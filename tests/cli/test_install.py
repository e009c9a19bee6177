"""Telling clients where our server is: in each one's own shape, beside all that is there already, or not at all."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillpod.cli.clients import CLIENTS, Format
from skillpod.serve.tokens import add_token, mint
from tests.cli.conftest import CommandLine, Served

PROJECT = {"claude-code": ".mcp.json", "cursor": ".cursor/mcp.json", "vscode": ".vscode/mcp.json", "gemini": ".gemini/settings.json"}
PROJECT |= {"opencode": "opencode.json"}
USER = {"claude-code": ".claude.json", "cursor": ".cursor/mcp.json", "gemini": ".gemini/settings.json", "codex": ".codex/config.toml"}
USER |= {"windsurf": ".codeium/windsurf/mcp_config.json", "claude-desktop": ".config/Claude/claude_desktop_config.json"}
USER |= {"opencode": ".config/opencode/opencode.json"}
KEYS = {"vscode": "servers", "codex": "mcp_servers", "opencode": "mcp"}
URL = "http://127.0.0.1:4764/mcp"

Install = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's project, which they are in; their own directory is beside it."""
    for variable in ("XDG_CONFIG_HOME", "CODEX_HOME", "SKILLPOD_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    for name in ("project", "person"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def person(project: Path) -> Path:
    return project.parent / "person"


def entry(path: Path, client: str) -> Any:
    text = path.read_text()
    document = tomllib.loads(text) if CLIENTS[client].format is Format.TOML else json.loads(text)
    return document[KEYS.get(client, "mcpServers")]["skillpod"]


def place(client: str, project: Path, person: Path) -> Path:
    return project / PROJECT[client] if client in PROJECT else person / USER[client]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_starts_our_server_by_absolute_paths(
    cli: CommandLine, project: Path, person: Path, skills: Path, home: Path, client: str
) -> None:
    told = cli("install", client)
    path = place(client, project, person)
    assert (told.code, told.out) == (0, f"skillpod added to {path}\n")
    found = entry(path, client)
    command = [found["command"], *found["args"]] if isinstance(found["command"], str) else found["command"]
    assert os.path.isabs(command[0])
    assert os.access(command[0], os.X_OK)
    assert command[-6:] == ["serve", "--stdio", "--home", str(home), "--skills", str(skills)]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_second_time_nothing_is_written(cli: CommandLine, project: Path, person: Path, client: str) -> None:
    cli("install", client)
    path = place(client, project, person)
    before = path.stat()
    told = cli("install", client)
    assert (told.code, "is there already" in told.out) == (0, True)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("client", USER)
def test_for_every_project_it_goes_into_the_persons_own_file(cli: CommandLine, person: Path, client: str) -> None:
    assert cli("install", client, "--user").code == 0
    assert entry(person / USER[client], client)


@pytest.mark.parametrize(
    ("client", "shape"),
    [
        ("claude-code", {"type": "http", "url": URL}),
        ("cursor", {"url": URL}),
        ("vscode", {"type": "http", "url": URL}),
        ("codex", {"url": URL}),
        ("gemini", {"httpUrl": URL}),
        ("windsurf", {"serverUrl": URL}),
        ("opencode", {"type": "remote", "url": URL, "enabled": True}),
    ],
)
def test_a_client_of_a_pod_that_runs_gets_its_url(
    cli: CommandLine, project: Path, person: Path, client: str, shape: dict[str, Any]
) -> None:
    assert cli("install", client, "--http").code == 0
    assert entry(place(client, project, person), client) == shape


def test_a_client_that_takes_no_url_says_so(cli: CommandLine, person: Path) -> None:
    told = cli("install", "claude-desktop", "--http")
    assert told.code == 2
    assert "leave --http away" in told.err
    assert list(person.iterdir()) == []


def test_the_url_is_where_the_pod_listens_and_a_pod_without_that_door_has_none(cli: CommandLine, project: Path, served: Served) -> None:
    told = cli("install", "cursor", "--http")
    assert told.code == 2
    assert "no HTTP door" in told.err


def test_where_a_token_is_asked_one_is_written_and_the_file_is_private(cli: CommandLine, project: Path, home: Path) -> None:
    token = mint()
    add_token(home, "ada", [], token=token, now=0.0)
    told = cli("install", "cursor", "--http")
    assert (told.code, "asks for a token" in told.err) == (2, True)
    told = cli("install", "cursor", "--http", "--token", token)
    assert told.code == 0
    assert "version control" in told.err
    path = project / ".cursor/mcp.json"
    assert entry(path, "cursor") == {"url": URL, "headers": {"Authorization": f"Bearer {token}"}}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_everybody_could_read_is_theirs_no_more_with_a_token_in_it(cli: CommandLine, project: Path, home: Path) -> None:
    path = project / ".mcp.json"
    path.write_text("{}")
    path.chmod(0o664)
    assert cli("install", "claude-code", "--http").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o664
    assert cli("install", "claude-code", "--http", "--token", mint()).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


# --- beside what is there ----------------------------------------------------------------------------------------------------------


def test_all_else_in_a_file_stays_in_its_order_and_its_indentation(cli: CommandLine, project: Path) -> None:
    path = project / ".mcp.json"
    before = '{\n\t"zebra": 1.50,\n\t"mcpServers": {\n\t\t"other": {\n\t\t\t"command": "ä"\n\t\t}\n\t},\n\t"apple": [\n\t\t1\n\t]\n}\n'
    path.write_text(before)
    path.chmod(0o640)
    assert cli("install", "claude-code").code == 0
    document = json.loads(path.read_text())
    assert list(document) == ["zebra", "mcpServers", "apple"]
    assert list(document["mcpServers"]) == ["other", "skillpod"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert cli("install", "claude-code", "--remove").out == f"skillpod removed from {path}\n"
    assert path.read_text() == before.replace("1.50", "1.5")
    assert cli("install", "claude-code", "--remove").out == f"skillpod is not in {path}\n"
    assert sorted(file.name for file in project.iterdir()) == [".mcp.json"]


def test_our_own_entry_is_changed_when_it_differs(cli: CommandLine, project: Path) -> None:
    cli("install", "cursor")
    told = cli("install", "cursor", "--http", "--json").json()
    assert (told["state"], told["entry"]) == ("changed", {"url": URL})
    assert entry(project / ".cursor/mcp.json", "cursor") == {"url": URL}


def test_a_link_stays_a_link(cli: CommandLine, project: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles.json").write_text("{}")
    (project / ".mcp.json").symlink_to(tmp_path / "dotfiles.json")
    assert cli("install", "claude-code").code == 0
    assert (project / ".mcp.json").is_symlink()
    assert entry(tmp_path / "dotfiles.json", "claude-code")


@pytest.mark.parametrize(
    "text",
    [
        '{\n  // mine\n  "mcpServers": {}\n}',
        '{"mcpServers": {},}',
        '{"mcpServers": {}, "mcpServers": {}}',
        "[]",
        '{"mcpServers": []}',
        "\xff",
    ],
)
def test_a_file_we_do_not_understand_is_left_alone_and_we_say_what_to_add(cli: CommandLine, project: Path, text: str) -> None:
    path = project / ".mcp.json"
    path.write_text(text, encoding="latin-1")
    told = cli("install", "claude-code")
    assert told.code == 3
    assert "error[client_unusable]" in told.err
    assert '"skillpod": {' in told.err
    assert path.read_text(encoding="latin-1") == text


def test_comments_are_named_as_the_reason(cli: CommandLine, project: Path) -> None:
    (project / ".mcp.json").write_text('{\n  // mine\n  "mcpServers": {}\n}')
    assert "comments are not kept" in cli("install", "claude-code").err


def test_a_file_that_the_client_reads_instead_is_named(cli: CommandLine, project: Path) -> None:
    (project / "opencode.jsonc").write_text("{} // mine")
    told = cli("install", "opencode")
    assert told.code == 3
    assert "opencode.jsonc" in told.err
    assert not (project / "opencode.json").exists()


# --- TOML --------------------------------------------------------------------------------------------------------------------------

TOML = 'model = "x" # mine\n\n[mcp_servers.other]\ncommand = "y"\n\n[profiles.z]\na = 1\n'


def codex(person: Path, text: str) -> Path:
    path = person / ".codex/config.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_a_table_is_put_behind_all_that_is_there_and_taken_out_again(cli: CommandLine, person: Path) -> None:
    path = codex(person, TOML)
    assert cli("install", "codex").code == 0
    assert path.read_text().startswith(TOML + "\n[mcp_servers.skillpod]\n")
    assert cli("install", "codex", "--remove").code == 0
    assert path.read_text() == TOML


def test_a_table_of_ours_is_taken_out_from_between_others(cli: CommandLine, person: Path) -> None:
    cli("install", "codex")
    path = person / ".codex/config.toml"
    path.write_text(TOML + "\n" + path.read_text() + "\n[later]\nb = 2\n")
    assert cli("install", "codex", "--remove").code == 0
    assert path.read_text() == TOML + "\n[later]\nb = 2\n"


@pytest.mark.parametrize(
    "text",
    ['[mcp_servers.skillpod]\ncommand = "else"\n', 'mcp_servers = { skillpod = { command = "else" } }\n', "mcp_servers = {}\n", "a = \n"],
)
def test_another_table_of_our_name_or_shape_is_left_alone(cli: CommandLine, person: Path, text: str) -> None:
    path = codex(person, text)
    told = cli("install", "codex")
    assert told.code == 3
    assert "[mcp_servers.skillpod]" in told.err
    assert path.read_text() == text


def test_a_table_with_the_url_and_a_token_is_toml(cli: CommandLine, person: Path) -> None:
    told = cli("install", "codex", "--http", "--token", "skp_x", "--print")
    found = tomllib.loads(told.out)["mcp_servers"]["skillpod"]
    assert found == {"url": URL, "http_headers": {"Authorization": "Bearer skp_x"}}
    assert not (person / ".codex").exists()


# --- asking for it -----------------------------------------------------------------------------------------------------------------


def test_what_is_printed_is_not_written(cli: CommandLine, project: Path) -> None:
    told = cli("install", "vscode", "--print")
    assert json.loads(told.out)["servers"]["skillpod"]["type"] == "stdio"
    assert str(project / ".vscode/mcp.json") in told.err
    assert list(project.iterdir()) == []


def test_an_unknown_client_is_told_with_the_nearest_one(cli: CommandLine, project: Path) -> None:
    told = cli("install", "claude-cod")
    assert told.code == 2
    assert "did you mean `claude-code`?" in told.err


def test_a_client_without_a_file_for_every_project_says_so(cli: CommandLine, project: Path) -> None:
    assert cli("install", "vscode", "--user").code == 2


def test_the_persons_own_directories_are_taken_at_their_word(cli: CommandLine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEX_HOME", str(project / "elsewhere"))
    assert cli("install", "codex").code == 0
    assert entry(project / "elsewhere/config.toml", "codex")


def test_a_folder_of_skills_that_is_not_there_is_named_before_anything_is_written(cli: CommandLine, project: Path, person: Path) -> None:
    told = cli("install", "cursor", "--skills", str(project / "skills"))
    assert told.code == 3
    assert f"there is no folder {project / 'skills'}" in told.err
    assert "--skills" in told.err
    assert not place("cursor", project, person).exists()
