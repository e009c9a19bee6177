"""Calls over MCP: both eras, over lines and over HTTP, with a real pod and the SDK's own client."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError

from skillpod.model.command import Caller
from skillpod.serve.mcp.hearing import BACKLOG, PACE
from tests.serve.mcp.house import ERAS, LEGACY, MODERN, WAYS, House

everywhere = pytest.mark.parametrize(("way", "era"), [(way, era) for way in WAYS for era in ERAS])


@everywhere
def test_a_tool_is_listed_and_called(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            assert client.server_info is not None
            assert client.server_info.name == "skillpod"
            tools = (await client.list_tools()).tools
            names = [tool.name for tool in tools]
            assert names == sorted(names)
            assert {"counter__count", "worker__greet", "skillpod_search", "skillpod_describe", "skillpod_call"} <= set(names)
            result = await client.call_tool("worker__measure", {"text": "one two"})
            assert result.structured_content == {"letters": 7, "words": 2}
            assert (await client.call_tool("worker__greet")).structured_content == {"result": "hello world"}

    house.run(scenario())


@everywhere
def test_what_an_author_says_of_a_tool_is_shown(house: House, way: str, era: str) -> None:
    async def scenario() -> Any:
        async with house.client(way, era) as client:
            return next(tool for tool in (await client.list_tools()).tools if tool.name == "worker__greet")

    tool = house.run(scenario())
    assert tool.description == "Greet someone."
    assert tool.annotations.read_only_hint
    assert tool.annotations.title == "A greeting"


@everywhere
def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            with pytest.raises(MCPError, match=r"Unknown tool: worker__greeet \(did you mean `worker__greet`\?\)") as fault:
                await client.call_tool("worker__greeet", {})
            assert fault.value.code == -32602
            with pytest.raises(MCPError, match=r"Unknown tool: x{128} "):
                await client.call_tool("x" * 1000, {})

    house.run(scenario())


@everywhere
@pytest.mark.parametrize(
    ("tool", "arguments", "code", "says"),
    [
        ("worker__measure", {"txt": "one"}, "arguments_invalid", "text"),
        ("worker__fail", {}, "tool_raised", "it is broken"),
        ("skillpod_call", {"name": "worker__nothing"}, "unknown_tool", "worker__nothing"),
    ],
)
def test_what_a_model_can_mend_is_a_result_it_can_read(
    house: House, way: str, era: str, tool: str, arguments: dict[str, Any], code: str, says: str
) -> None:
    async def scenario() -> Any:
        async with house.client(way, era) as client:
            return await client.call_tool(tool, arguments)

    result = house.run(scenario())
    assert result.is_error
    assert says in result.content[0].text
    assert result.meta["skillpod/error"]["code"] == code


@everywhere
def test_a_picture_is_a_picture(house: House, way: str, era: str) -> None:
    async def scenario() -> Any:
        async with house.client(way, era) as client:
            return await client.call_tool("worker__draw"), await client.call_tool("skillpod_call", {"name": "worker__draw"})

    for result in house.run(scenario()):
        assert [(block.type, block.mime_type) for block in result.content] == [("image", "image/x-portable-graymap")]


@everywhere
def test_a_call_tells_how_far_it_is(house: House, way: str, era: str) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async def scenario() -> float:
        async with house.client(way, era) as client:
            began = time.monotonic()
            await client.call_tool("worker__step", {"count": 400}, progress_callback=hear)
            return time.monotonic() - began

    took = house.run(scenario())
    assert heard[-1] == (100.0, 100.0, "step 400")
    assert [step[0] for step in heard] == sorted({step[0] for step in heard})
    assert len(heard) <= took / PACE + 2


@everywhere
def test_a_client_that_asks_for_the_log_gets_it_and_no_flood(house: House, way: str, era: str) -> None:
    lines: list[Any] = []

    async def log(line: Any) -> None:
        lines.append(line)

    async def scenario() -> None:
        async with house.client(way, era, logging_callback=log, log_level="info" if era == MODERN else None) as client:
            if era == LEGACY:
                await client.call_tool("worker__step", {"count": 3})
                assert lines == []  # nobody asked
                with pytest.warns(MCPDeprecationWarning):
                    await client.set_logging_level("info")
            await client.call_tool("worker__step", {"count": 3})
            assert [(line.level, line.data) for line in lines] == [("warning", f"line {number}") for number in range(3)]
            lines.clear()
            await client.call_tool("worker__step", {"count": 300})
            assert lines[-1].data == "line 299"
            assert any("are left out" in line.data for line in lines)
            assert len(lines) < 3 * BACKLOG

    house.run(scenario())


@everywhere
def test_a_call_that_its_client_gives_up_ends_in_its_guest(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            spinning = asyncio.create_task(client.call_tool("worker__spin"))
            await turning(house)
            spinning.cancel()
            with suppress(asyncio.CancelledError):
                await spinning
            await still(house)
            assert (await client.call_tool("worker__greet")).structured_content == {"result": "hello world"}

    house.run(scenario())


@everywhere
def test_a_client_that_vanishes_takes_its_call_with_it(house: House, way: str, era: str) -> None:
    async def vanish() -> None:
        async with house.client(way, era) as client, asyncio.TaskGroup() as tasks:
            spinning = tasks.create_task(client.call_tool("worker__spin"))
            await turning(house)
            del spinning
            raise ConnectionAbortedError

    async def scenario() -> None:
        with pytest.raises(BaseExceptionGroup):
            await vanish()
        await still(house)

    house.run(scenario())


async def turning(house: House) -> None:
    """Returns when a call of ``spin`` goes round."""
    before = await house.pod.call("worker__turns", {})
    async with asyncio.timeout(10):
        while await house.pod.call("worker__turns", {}) in (before, 0):
            await asyncio.sleep(0.01)


async def still(house: House) -> None:
    """Returns when no guest of ``worker`` is busy, and nothing goes round any more."""
    await house.eventually(lambda: not house.pod.show("worker")["census"].get("busy"))
    turns = await house.pod.call("worker__turns", {})
    for _ in range(10):
        assert await house.pod.call("worker__turns", {}) == turns


@everywhere
def test_a_call_that_takes_too_long_says_so(house: House, way: str, era: str) -> None:
    async def scenario() -> None:
        async with house.client(way, era) as client:
            with pytest.raises(MCPError, match="timed out"):
                await client.call_tool("worker__spin", read_timeout_seconds=0.5)
            await still(house)

    house.run(scenario())


def test_a_skill_whose_guests_last_a_session_counts_for_each_client_alone(house: House) -> None:
    async def counted(client: Any) -> Any:
        return (await client.call_tool("counter__count")).structured_content["result"]

    async def scenario() -> None:
        async with house.client("lines", MODERN) as one, house.client("lines", LEGACY) as two, house.client("http", LEGACY) as three:
            assert [await counted(client) for client in (one, one, two, three, one, three)] == [1, 2, 1, 1, 3, 2]
        async with house.client("http", MODERN) as nobody:  # there are no sessions in this era
            assert [await counted(nobody), await counted(nobody)] == [1, 1]

    house.run(scenario())


HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
PING = {"jsonrpc": "2.0", "id": 2, "method": "ping"}


async def opening(house: House, http: httpx2.AsyncClient, token: str) -> httpx2.Response:
    """The answer to a handshake."""
    headers = {"accept": "application/json, text/event-stream", "x-token": token}
    return await http.post(house.url, headers=headers, json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO})


async def pinging(house: House, http: httpx2.AsyncClient, token: str, session: str) -> int:
    headers = {"accept": "application/json, text/event-stream", "x-token": token, "mcp-session-id": session}
    return (await http.post(house.url, headers=headers, json=PING)).status_code


def test_a_session_answers_only_to_who_opened_it_and_sees_the_same(house: House) -> None:
    house.callers["ann"] = house.callers["same"] = Caller(principal="ann")
    house.callers["bob"] = Caller(principal="bob")
    house.callers["less"] = Caller(principal="ann", sees=("counter",))  # a token of the same name, made again for fewer skills

    async def scenario() -> dict[str, int]:
        async with httpx2.AsyncClient() as http:
            session = (await opening(house, http, "ann")).headers["mcp-session-id"]
            return {token: await pinging(house, http, token, session) for token in ("same", "bob", "less", "ann")}

    assert house.run(scenario()) == {"same": 200, "bob": 404, "less": 404, "ann": 200}


def test_who_opens_too_many_sessions_keeps_nobody_else_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillpod.serve.mcp.door.SESSIONS_EACH", 3)
    house.callers["greedy"] = Caller(principal="greedy")
    house.callers["other"] = Caller(principal="other")

    async def scenario() -> None:
        async with httpx2.AsyncClient() as http:
            opened = [await opening(house, http, "greedy") for _ in range(4)]
            assert [answer.status_code for answer in opened] == [200, 200, 200, 503]
            assert (await opening(house, http, "other")).status_code == 200
            first = opened[0].headers["mcp-session-id"]
            assert await pinging(house, http, "greedy", first) == 200
            await http.delete(house.url, headers={"x-token": "greedy", "mcp-session-id": first})
            assert (await opening(house, http, "greedy")).status_code == 200

    house.run(scenario())


def test_what_clients_send_that_is_not_as_it_should_be_fills_no_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.callers["ann"] = Caller(principal="ann")
    house.callers["bob"] = Caller(principal="bob")

    async def scenario() -> None:
        async with httpx2.AsyncClient() as http:
            session = (await opening(house, http, "ann")).headers["mcp-session-id"]
            assert await pinging(house, http, "bob", session) == 404
            odd = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": []}}
            headers = {"accept": "application/json, text/event-stream", "x-token": "ann", "mcp-session-id": session}
            assert (await http.post(house.url, headers=headers, json=odd)).status_code == 202
            assert await pinging(house, http, "ann", session) == 200

    house.run(scenario())
    assert [record.message for record in caplog.records if record.name.startswith("mcp.server")] == []
