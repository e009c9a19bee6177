"""What clients of both eras are told when skills come, change and go, and what that costs nobody."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ResourceUpdated, ToolsListChanged

from skillpod.model.card import Card
from skillpod.model.command import OWNER, Caller
from skillpod.model.event import Kind
from skillpod.serve.mcp import sessions
from skillpod.serve.mcp.door import open_door
from tests.serve.mcp.house import ERAS, LEGACY, MODERN, WAYS, Ear, House, line, listening
from tests.serve.mcp.test_calls import still, turning
from tests.serve.mcp.test_skills_over_the_wire import ShelfPod, _ends
from tests.support.registry import card, spec
from tests.support.skills import drop_skill, numbered, replace_file, saying

everywhere = pytest.mark.parametrize(("way", "era"), [(way, era) for way in WAYS for era in ERAS])


@everywhere
def test_a_skill_appears_is_called_changes_and_goes(house: House, way: str, era: str) -> None:
    name = f"guest_{way}_{era}"
    readme = f"skill://{name}/README.md"

    async def scenario() -> None:
        async with listening(house, way, era, readme) as (client, ear):
            assert f"{name}__answer" not in await names(client)
            drop_skill(house.skills, name, handler=saying("one"))
            await ear.until(ToolsListChanged(), PromptsListChanged(), ResourcesListChanged(), ResourceUpdated(readme))
            assert f"{name}__answer" in await names(client)
            assert (await client.call_tool(f"{name}__answer")).structured_content == {"result": "one"}

            heard = len(ear.heard)
            replace_file(house.skills / name / "README.md", "# Otherwise\n")
            await ear.until(ResourceUpdated(readme), after=heard)
            assert ToolsListChanged() not in ear.heard[heard:]  # the tools are as they were
            contents = (await client.read_resource(readme)).contents
            assert contents[0].text == "# Otherwise\n"  # type: ignore[union-attr]

            heard = len(ear.heard)
            replace_file(house.skills / name / "handler.py", numbered(7))
            await ear.until(ToolsListChanged(), after=heard)  # what it returns is of another type
            await names(client)  # the SDK's client holds results to the schema it saw last
            assert (await client.call_tool(f"{name}__answer")).structured_content == {"result": 7}

            heard = len(ear.heard)
            shutil.rmtree(house.skills / name)
            await ear.until(ToolsListChanged(), PromptsListChanged(), ResourcesListChanged(), ResourceUpdated(readme), after=heard)
            assert f"{name}__answer" not in await names(client)

    house.run(scenario(), patience=60)


async def names(client: Any) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools]


@everywhere
def test_callers_see_and_hear_of_their_own_skills_only(house: House, way: str, era: str) -> None:
    house.callers["narrow"] = Caller(principal="narrow", sees=("worker", "seen_*"))

    async def scenario() -> None:
        async with listening(house, way, era, token="narrow") as (client, ear), listening(house, way, era) as (_, owner):
            assert not [name for name in await names(client) if name.startswith("counter")]
            assert "worker__greet" in await names(client)
            with pytest.raises(Exception, match=r"Unknown tool: counter__count "):
                await client.call_tool("counter__count")
            with pytest.raises(Exception, match="Resource not found"):
                await client.read_resource("skill://counter/README.md")
            with pytest.raises(Exception, match="Unknown prompt"):
                await client.get_prompt("counter")
            drop_skill(house.skills, "other_one", handler=saying("one"))
            await owner.until(ToolsListChanged())
            drop_skill(house.skills, "seen_one", handler=saying("one"))
            await ear.until(ToolsListChanged())
            assert ear.heard.count(ToolsListChanged()) == 1  # not of the other one
            heard = len(owner.heard)
            for name in ("other_one", "seen_one"):
                shutil.rmtree(house.skills / name)
            await ear.until(ToolsListChanged(), after=3)
            await owner.until(ToolsListChanged(), after=heard)
            await house.pod.settled()

    house.run(scenario(), patience=60)


def test_fifty_clients_call_during_swaps_and_none_fails(house: House) -> None:
    patient = {"limits": {"wall": "60s"}}  # how long a call waits for a guest: of fifty, on a busy machine, the last wait long
    drop_skill(house.skills, "moving", handler=numbered(0), manifest=patient)
    house.run(house.pod.settled())
    swaps = 6

    async def calling(clients: list[Any], number: int, newest: list[int], done: asyncio.Event) -> int:
        client, calls, last = clients[number], 0, 0
        while not done.is_set() or calls < 2:
            floor = newest[0]
            result = await client.call_tool("moving__answer")
            assert not result.is_error, result
            answer = result.structured_content["result"]
            assert max(last, floor) <= answer <= swaps
            last, calls = answer, calls + 1
        return calls

    async def scenario() -> int:
        newest, done = [0], asyncio.Event()
        async with AsyncExitStack() as stack:
            kinds = [(way, era) for way in WAYS for era in ERAS]
            clients = [await stack.enter_async_context(house.client(*kinds[number % 4])) for number in range(50)]
            tasks = [asyncio.create_task(calling(clients, number, newest, done)) for number in range(50)]
            for number in range(1, swaps + 1):
                replace_file(house.skills / "moving" / "handler.py", numbered(number))
                async for event in house.pod.events():
                    if event.kind is Kind.SWAPPED and event.skill == "moving":
                        break
                newest[0] = number
            done.set()
            return sum(await asyncio.gather(*tasks))

    assert house.run(scenario(), patience=90) >= 100


def test_sessions_that_ended_are_forgotten(house: House) -> None:
    async def scenario() -> None:
        await house.eventually(lambda: len(house.door.sessions) == 0)
        async with AsyncExitStack() as stack:
            for number in range(50):
                await stack.enter_async_context(house.client(WAYS[number % 2], LEGACY))
            await house.eventually(lambda: len(house.door.sessions) == 50)
        await house.eventually(lambda: len(house.door.sessions) == 0)
        assert not house.door.sights.of(OWNER).audience

    house.run(scenario(), patience=60)


@pytest.mark.parametrize("era", ERAS)
def test_a_connection_that_is_cut_takes_its_call_with_it(house: House, era: str) -> None:
    """Over HTTP, without a word of goodbye: no cancellation, no DELETE."""

    async def scenario() -> None:
        async with httpx2.AsyncClient(timeout=20) as http:
            headers = {"accept": "application/json, text/event-stream"}
            if era == LEGACY:
                headers["mcp-session-id"] = await handshake(http, house.url, headers)
            else:
                headers |= {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "worker__spin"}
            calling = asyncio.create_task(http.post(house.url, headers=headers, json=request(era)))
            await turning(house)
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
        await still(house)

    house.run(scenario(), patience=40)


def test_a_session_that_listens_late_is_told_what_it_missed(house: House) -> None:
    async def scenario() -> None:
        async with httpx2.AsyncClient(timeout=20) as http, listening(house, "lines", LEGACY) as (_, ear):
            headers = {"accept": "application/json, text/event-stream"}
            headers["mcp-session-id"] = await handshake(http, house.url, headers)
            drop_skill(house.skills, "missed", handler=saying("one"))
            await ear.until(ToolsListChanged())
            async with http.stream("GET", house.url, headers=headers) as stream:
                async for told in stream.aiter_lines():
                    if "notifications/tools/list_changed" in told:
                        break
            await http.delete(house.url, headers=headers)
        shutil.rmtree(house.skills / "missed")
        await house.pod.settled()

    house.run(scenario())


async def handshake(http: Any, url: str, headers: dict[str, str]) -> str:
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    opened = await http.post(url, headers=headers, json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    session: str = opened.headers["mcp-session-id"]
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    await http.post(url, headers={**headers, "mcp-session-id": session}, json=ready)
    return session


def request(era: str) -> dict[str, Any]:
    prefix = "io.modelcontextprotocol"
    meta = {f"{prefix}/protocolVersion": "2026-07-28", f"{prefix}/clientCapabilities": {}} if era == MODERN else {}
    return {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "worker__spin", "arguments": {}, "_meta": meta}}


# --- with a pod whose skills are put on a shelf by hand -----------------------------------------------------------------------------


def numbered_card(number: int) -> Card:
    return card("shelf", spec("shelf", f"tool_{number}"), number=number)


def test_a_client_that_stops_reading_holds_up_nobody_but_itself() -> None:
    async def scenario() -> None:
        pod, ear = ShelfPod(), Ear()
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        async with asyncio.timeout(20), open_door(pod) as door:
            reader, writer = await asyncio.open_connection(sock=theirs)
            stalled = asyncio.create_task(door.converse(reader, writer, OWNER))
            hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
            asks = [{"jsonrpc": "2.0", "id": number, "method": "tools/list"} for number in range(2, 400)]
            opening = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
            said = [opening, {"jsonrpc": "2.0", "method": "notifications/initialized"}, *asks]
            await asyncio.get_running_loop().sock_sendall(_unblocked(ours), b"".join(json.dumps(one).encode() + b"\n" for one in said))
            async with Client(line(door), mode=LEGACY, message_handler=ear.legacy) as client:
                await names(client)
                for number in range(1, 30):
                    pod.shelf[:] = [numbered_card(number)]
                    heard = len(ear.heard)
                    pod.tell(Kind.SWAPPED, skill="shelf")
                    await ear.until(ToolsListChanged(), after=heard)
            assert not stalled.done()
        await stalled
        writer.close()
        ours.close()

    asyncio.run(scenario())


def _unblocked(end: socket.socket) -> socket.socket:
    end.setblocking(False)
    return end


def test_what_a_session_subscribes_to_is_bounded_in_number_and_in_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "SUBSCRIPTIONS", 3)
    monkeypatch.setattr(sessions, "SUBSCRIBED", 100)

    async def outcome(client: Client, uri: str) -> bool:
        try:
            with pytest.warns(MCPDeprecationWarning, match="subscribe"):
                await client.subscribe_resource(uri)
        except MCPError as refused:
            return "unsubscribe from one first" not in str(refused)
        return True

    async def scenario() -> None:
        async with asyncio.timeout(20), open_door(ShelfPod()) as door, Client(line(door), mode=LEGACY) as client:
            long, one, two, three = "skill://" + "x" * 72, "skill://a/1", "skill://a/2", "skill://a/3"
            assert [await outcome(client, uri) for uri in (long, one, two, long)] == [True, True, False, True]
            with pytest.warns(MCPDeprecationWarning, match="subscribe"):
                await client.unsubscribe_resource(long)
            assert [await outcome(client, uri) for uri in (two, three, "skill://b", one)] == [True, True, False, True]

    asyncio.run(scenario())


def test_a_change_no_event_told_of_is_noticed_too() -> None:
    async def scenario() -> None:
        pod, ear = ShelfPod(), Ear()
        async with asyncio.timeout(20), open_door(pod) as door, Client(line(door), mode=LEGACY, message_handler=ear.legacy) as client:
            assert "shelf__tool_1" not in await names(client)
            pod.shelf[:] = [numbered_card(1)]
            assert "shelf__tool_1" in await names(client)  # lists are never older than the pod
            await ear.until(ToolsListChanged())

    asyncio.run(scenario())


def test_a_burst_of_changes_is_told_in_few_words() -> None:
    async def scenario() -> int:
        pod, ear = ShelfPod(), Ear()
        async with asyncio.timeout(20), open_door(pod) as door, Client(line(door), mode=LEGACY, message_handler=ear.legacy) as client:
            await names(client)
            for number in range(1, 200):
                pod.shelf[:] = [numbered_card(number)]
                pod.tell(Kind.SWAPPED, skill="shelf")
                await asyncio.sleep(0)
            await ear.until(ToolsListChanged())
            pod.shelf.append(card("last", spec("last", "tool")))
            pod.tell(Kind.MOUNTED, skill="last")
            heard = len(ear.heard)
            await ear.until(ToolsListChanged(), after=heard)
            return ear.heard.count(ToolsListChanged())

    assert asyncio.run(scenario()) < 20


@pytest.mark.parametrize("era", ERAS)
def test_a_door_that_closes_ends_every_conversation(era: str) -> None:
    async def scenario() -> None:
        pod = ShelfPod()
        async with asyncio.timeout(20), AsyncExitStack() as stack:
            door = await stack.enter_async_context(open_door(pod, patience=0.1))
            ours, theirs = socket.socketpair()
            reader, writer = await asyncio.open_connection(sock=ours)
            conversation = asyncio.create_task(door.converse(reader, writer, OWNER))
            pod.entries["slow"] = {}
            async with Client(_ends(theirs), mode=era) as client:
                calling = asyncio.create_task(client.call_tool("slow__hang"))
                await pod.hanging.wait()
                await stack.aclose()
                await pod.cancelled.wait()
                await conversation
                writer.close()
                with pytest.raises(Exception, match=r"ended before|closed"):
                    await calling

    asyncio.run(scenario())
