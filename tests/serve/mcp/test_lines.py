"""A connection of lines: what is no message, what is too long, who is gone, and a bug of the pod's own."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from skillpod.model.command import OWNER
from skillpod.serve.mcp.door import open_door
from skillpod.serve.mcp.lines import LINE_LIMIT
from tests.serve.mcp.house import ERAS, line
from tests.serve.mcp.test_changes import request
from tests.serve.mcp.test_skills_over_the_wire import ShelfPod

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter, asyncio.Task[None]]


@asynccontextmanager
async def connected() -> AsyncIterator[Ends]:
    """The two ends of a connection as bytes, and the conversation at the other end."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    far_reader, far_writer = await asyncio.open_connection(sock=theirs)
    async with asyncio.timeout(20), open_door(ShelfPod(), patience=0.1) as door:
        conversation = asyncio.create_task(door.converse(far_reader, far_writer, OWNER))
        try:
            yield reader, writer, conversation
        finally:
            writer.close()
            await conversation
            far_writer.close()


def ask(method: str, number: int) -> dict[str, Any]:
    """A request of 2026-07-28."""
    asked = request("auto")
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": {"_meta": asked["params"]["_meta"]}}


def test_what_is_no_message_is_passed_over() -> None:
    async def scenario() -> dict[str, Any]:
        async with connected() as (reader, writer, _):
            writer.write(b'not JSON\n\n{"jsonrpc": "2.0"}\n\xff\xfe\n[1, 2]\n')
            message = json.dumps(ask("tools/list", 7)).encode()
            writer.write(message[:40])
            await writer.drain()
            await asyncio.sleep(0)
            writer.write(message[40:] + b"\r\n")
            answer: dict[str, Any] = json.loads(await reader.readline())
            return answer

    answer = asyncio.run(scenario())
    assert answer["id"] == 7
    assert [tool["name"] for tool in answer["result"]["tools"]] == ["skillpod_call", "skillpod_describe", "skillpod_search"]


def test_a_line_without_an_end_ends_the_conversation() -> None:
    async def scenario() -> None:
        async with connected() as (_, writer, conversation):
            chunk = b"x" * 1024 * 1024
            try:
                for _ in range(LINE_LIMIT // len(chunk) + 2):
                    writer.write(chunk)
                    await asyncio.wait({asyncio.ensure_future(writer.drain()), conversation}, return_when=asyncio.FIRST_COMPLETED)
            except ConnectionError:
                pass  # it was quick
            await conversation

    asyncio.run(scenario())


def test_many_requests_at_once_are_all_answered() -> None:
    async def scenario() -> set[int]:
        async with connected() as (reader, writer, _):
            writer.write(b"".join(json.dumps(ask("tools/list", number)).encode() + b"\n" for number in range(500)))
            return {json.loads(await reader.readline())["id"] for _ in range(500)}

    assert asyncio.run(scenario()) == set(range(500))


@pytest.mark.parametrize("era", ERAS)
def test_a_bug_of_the_pod_s_own_is_admitted_and_not_told(era: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> MCPError:
        pod = ShelfPod()
        pod.entries["x"] = {}
        async with asyncio.timeout(20), open_door(pod) as door, Client(line(door), mode=era) as client:
            with pytest.raises(MCPError) as fault:
                await client.call_tool("x__bug")
            return fault.value

    fault = asyncio.run(scenario())
    assert fault.code == -32603
    assert "the pod itself failed" in str(fault)
    assert "a bug of the pod's own" in caplog.text
