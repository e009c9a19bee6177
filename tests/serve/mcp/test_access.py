"""The policy's access rules over MCP: what is hidden is in no list and answers nothing, and a rule that changes counts at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ToolsListChanged

from skillpod.model.approval import Answer
from skillpod.model.command import Caller
from skillpod.model.principal import Principal, Role
from skillpod.serve.mcp.reading import TEMPLATE
from tests.policy.test_access import matrix
from tests.serve.mcp.house import ERAS, WAYS, House, listening
from tests.serve.mcp.test_reading import completed

everywhere = pytest.mark.parametrize(("way", "era"), [(way, era) for way in WAYS for era in ERAS])

OWNER_ALL = {"principals": "owner", "may": "call", "outcome": "allow"}
GREETS = {"principals": "eve", "tools": "worker__greet", "may": "call", "outcome": "allow"}
ALL_TOO = {"principals": "eve", "may": "call", "outcome": "allow"}
ALL_SEEN = {"principals": "eve", "may": "see", "outcome": "allow"}
ASKED = {"principals": "eve", "tools": "worker__measure", "outcome": "require_approval"}
FILES = types.ResourceTemplateReference(uri=TEMPLATE)
JANE = Principal(name="jane", roles=frozenset({Role.REVIEWER}))


def put_in_force(house: House, *rules: dict[str, Any]) -> None:
    file = house.pod._in_force._files["policy"]
    file.value = replace(file.value, access=matrix(*rules).access)


@contextmanager
def under(house: House, *rules: dict[str, Any]) -> Iterator[None]:
    """While the policy has these access rules; who shows the token ``eve`` is eve."""
    house.callers["eve"] = Caller(principal="eve", sees=("worker", "counter"))
    file = house.pod._in_force._files["policy"]
    before = file.value
    put_in_force(house, *rules)
    try:
        yield
    finally:
        file.value = before


async def tools(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools if not tool.name.startswith("skillpod_")}


async def shows(client: Client) -> tuple[set[str], set[str], set[str]]:
    """The names of tools, the addresses of resources, the names of prompts."""
    resources = {str(resource.uri) for resource in (await client.list_resources()).resources}
    return await tools(client), resources, {prompt.name for prompt in (await client.list_prompts()).prompts}


@everywhere
def test_each_caller_is_listed_what_it_may_see(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as owner, house.client(way, era, token="eve") as eve:
            every, resources, prompts = await shows(owner)
            assert {"worker__greet", "worker__fail", "counter__count"} <= every
            assert (resources, prompts) == ({"skill://worker/README.md", "skill://counter/README.md"}, {"worker", "counter"})
            assert await shows(eve) == ({"worker__greet"}, set(), set())

    with under(house, OWNER_ALL, GREETS):
        house.run(scenario())


@everywhere
def test_a_hidden_tool_answers_no_probe(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as owner, house.client(way, era, token="eve") as eve:
            assert (await eve.call_tool("worker__greet", {})).structured_content == {"result": "hello world"}
            assert (await owner.call_tool("worker__measure", {"text": "a"})).is_error is False
            for name in ("worker__measure", "counter__count"):
                with pytest.raises(MCPError) as hidden:
                    await eve.call_tool(name, {"text": "a"})
                with pytest.raises(MCPError) as absent:
                    await eve.call_tool("worker__nothing", {"text": "a"})
                assert hidden.value.code == absent.value.code == -32602
                assert name not in str(hidden.value).replace(f"Unknown tool: {name}", "")
                for stable, arguments in (("skillpod_call", {"name": name}), ("skillpod_describe", {"name": name})):
                    assert "unknown_tool" in str((await eve.call_tool(stable, arguments)).content)
                assert name in str((await owner.call_tool("skillpod_describe", {"name": name})).content)
            told = str((await eve.call_tool("skillpod_search", {"query": "count measure letters", "limit": 50})).content)
            assert "measure" not in told
            assert "counter" not in told
            assert "measure" in str((await owner.call_tool("skillpod_search", {"query": "measure letters"})).content)
            for uri in ("skill://worker/README.md", "skill://worker/handler.py", "skill://counter/README.md"):
                with pytest.raises(MCPError, match="Resource not found"):
                    await eve.read_resource(uri)
                assert (await owner.read_resource(uri)).contents
            for prompt in ("worker", "counter"):
                with pytest.raises(MCPError, match="Unknown prompt"):
                    await eve.get_prompt(prompt)
                assert (await owner.get_prompt(prompt)).messages
            assert await completed(eve, FILES, name="") == ["worker"]
            assert (
                await completed(eve, FILES, {"name": "worker"}, path="") == await completed(eve, FILES, {"name": "counter"}, path="") == []
            )
            assert "handler.py" in await completed(owner, FILES, {"name": "worker"}, path="")

    with under(house, OWNER_ALL, GREETS):
        house.run(scenario())


@everywhere
def test_rules_that_change_count_from_the_next_request_on_and_are_told(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with listening(house, way, era, token="eve") as (client, ear):
            every, resources, _ = await shows(client)
            assert ("counter__count" in every, len(resources)) == (True, 2)
            put_in_force(house, OWNER_ALL, GREETS)
            assert await shows(client) == ({"worker__greet"}, set(), set())
            with pytest.raises(MCPError, match="Unknown tool"):
                await client.call_tool("counter__count", {})
            await ear.until(ToolsListChanged(), ResourcesListChanged(), PromptsListChanged())
            heard = len(ear.heard)
            put_in_force(house, OWNER_ALL, ALL_TOO)
            assert (await shows(client))[0] == every
            assert (await client.call_tool("counter__count", {})).is_error is False
            await ear.until(ToolsListChanged(), after=heard)

    with under(house, OWNER_ALL, ALL_TOO):
        house.run(scenario())


@everywhere
def test_a_tool_that_may_be_seen_alone_is_listed_and_says_no(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era, token="eve") as eve:
            assert "counter__count" in await tools(eve)
            refused = await eve.call_tool("counter__count", {})
            assert refused.is_error
            assert "not_allowed" in str(refused.content)

    with under(house, OWNER_ALL, ALL_SEEN):
        house.run(scenario())


@everywhere
def test_a_call_waits_for_a_person_and_then_goes_through_once(house: House, way: str, era: str) -> None:
    arguments = {"text": f"{way} {era}"}

    async def scenario() -> None:
        async with house.client(way, era, token="eve") as eve:
            refused = await eve.call_tool("worker__measure", arguments)
            assert refused.is_error
            assert "approval_needed" in str(refused.content)
            [ticket] = [call for call in house.pod.waiting_calls(JANE) if arguments["text"] in call["arguments"]]
            assert f"skillpod approve-call {ticket['id']}" in str(refused.content)
            await house.pod.answer_call(ticket["id"], Answer.APPROVE, principal=JANE)
            assert (await eve.call_tool("worker__measure", arguments)).is_error is False
            again = await eve.call_tool("skillpod_call", {"name": "worker__measure", "arguments": arguments})
            assert "approval_needed" in str(again.content)

    with under(house, OWNER_ALL, ALL_TOO, ASKED):
        house.run(scenario())


def test_those_who_see_the_same_share_what_was_made_of_it(house: House) -> None:
    async def scenario() -> None:
        callers = [Caller(principal=f"agent-{number}") for number in range(5)]
        shows = {id(house.door.sights.of(caller).show().lists) for caller in callers}
        assert len(shows) == 1
        assert house.door.sights.of(house.callers["eve"]).show().lists is not house.door.sights.of(callers[0]).show().lists

    with under(house, {"principals": "agent-*", "may": "call", "outcome": "allow"}, GREETS):
        house.run(scenario())
