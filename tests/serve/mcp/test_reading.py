"""Resources, prompts and completion over MCP, in both eras, over lines and over HTTP."""

from __future__ import annotations

import base64
from typing import Any

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError

from skillpod.serve.mcp.reading import TEMPLATE
from tests.serve.mcp.house import ERAS, LEGACY, WAYS, House
from tests.support.pictures import PNG

everywhere = pytest.mark.parametrize(("way", "era"), [(way, era) for way in WAYS for era in ERAS])
MANUAL = "# worker\n\nUse it in tests.\n"


@everywhere
def test_a_manual_is_a_resource_and_every_file_can_be_read(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            listed = {str(resource.uri): resource for resource in (await client.list_resources()).resources}
            assert sorted(listed) == ["skill://counter/README.md", "skill://worker/README.md"]
            assert listed["skill://worker/README.md"].mime_type == "text/markdown"
            assert await read(client, "skill://worker/README.md") == ("text/markdown", MANUAL)
            assert await read(client, "skill://worker/notes/more.txt") == ("text/plain", "more\n")
            assert (await read(client, "skill://worker/handler.py"))[0] == "text/x-python"
            assert await read(client, "skill://worker/dot.png") == ("image/png", PNG)

    house.run(scenario())


async def read(client: Any, uri: str) -> tuple[str, str | bytes]:
    (content,) = (await client.read_resource(uri)).contents
    blob = getattr(content, "blob", None)
    return content.mime_type, content.text if blob is None else base64.b64decode(blob)


@everywhere
@pytest.mark.parametrize(
    "uri",
    [
        "skill://worker/nothing.md",
        "skill://nobody/README.md",
        "skill://worker/../counter/README.md",
        "skill://worker/notes%2Fmore.txt",
        "skill://worker",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_file_of_a_skill_is_not_found(house: House, way: str, era: str, uri: str) -> None:
    async def scenario() -> MCPError:
        async with house.client(way, era) as client:
            with pytest.raises(MCPError, match="Resource not found") as fault:
                await client.read_resource(uri)
            return fault.value

    assert house.run(scenario()).code == (-32002 if era == LEGACY else -32602)


@everywhere
def test_a_prompt_is_the_manual_with_the_task(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            prompts = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
            assert sorted(prompts) == ["counter", "worker"]
            assert [argument.name for argument in prompts["worker"].arguments or ()] == ["task"]
            assert await prompted(client, "worker") == MANUAL
            assert await prompted(client, "worker", {"task": "greet Ann"}) == f"{MANUAL}\n# Your task\n\ngreet Ann"
            with pytest.raises(MCPError, match=r"Unknown prompt: workr \(did you mean `worker`\?\)"):
                await client.get_prompt("workr")
            with pytest.raises(MCPError, match="Unknown argument of a prompt: tusk"):
                await client.get_prompt("worker", {"tusk": "x"})

    house.run(scenario())


async def prompted(client: Any, name: str, arguments: dict[str, str] | None = None) -> str:
    (message,) = (await client.get_prompt(name, arguments)).messages
    assert message.role == "user"
    text: str = message.content.text
    return text


@everywhere
def test_addresses_are_completed_and_nothing_else(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            (template,) = (await client.list_resource_templates()).resource_templates
            assert template.uri_template == TEMPLATE
            ours = types.ResourceTemplateReference(uri=TEMPLATE)
            assert await completed(client, ours, name="wo") == ["worker"]
            assert await completed(client, ours, {"name": "worker"}, path="n") == ["notes/more.txt"]
            assert await completed(client, ours, path="") == []
            assert await completed(client, types.ResourceTemplateReference(uri="file:///{path}"), path="") == []
            assert await completed(client, types.PromptReference(name="worker"), task="") == []

    house.run(scenario())


async def completed(client: Any, ref: Any, chosen: dict[str, str] | None = None, **argument: str) -> list[str]:
    ((name, value),) = argument.items()
    values: list[str] = (await client.complete(ref, {"name": name, "value": value}, chosen)).completion.values
    return values


@everywhere
def test_a_client_learns_what_the_server_can_do(house: House, way: str, era: str) -> None:
    async def scenario() -> Any:
        async with house.client(way, era) as client:
            assert "skillpod_search" in (client.instructions or "")
            return client.server_capabilities

    capabilities = house.run(scenario())
    assert capabilities.tools.list_changed
    assert capabilities.prompts.list_changed
    assert (capabilities.resources.list_changed, capabilities.resources.subscribe) == (True, True)
    assert capabilities.completions is not None


@everywhere
def test_a_list_has_one_page(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            for ask in (client.list_tools, client.list_resources, client.list_prompts):
                assert (await ask()).next_cursor is None
                with pytest.raises(MCPError, match="on one page") as fault:
                    await ask(cursor="2")
                assert fault.value.code == -32602

    house.run(scenario())
