"""SEP-2640 as a client meets it: the SDK's own client, in the eras that know it, over a real connection."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import Request, ResourceTemplateReference, Result

from skillpod.model.card import Card
from skillpod.model.command import OWNER, Caller
from skillpod.serve.mcp.door import open_door
from skillpod.serve.mcp.lines import Incoming, Outgoing, messages
from skillpod.serve.pod import Pod
from tests.scenarios.stage import eventually, running
from tests.serve.mcp.test_skills_extension import card, tool_only
from tests.support.pictures import PNG
from tests.support.pod import StandInPod

PATIENCE = 10.0
MODERN, LEGACY = "2026-07-28", "legacy"


class ShelfPod(StandInPod):
    """A pod whose published skills are put on a shelf by hand."""

    def __init__(self, *cards: Card) -> None:
        super().__init__()
        self.shelf = list(cards)

    def cards(self, *, caller: Caller | None = None) -> list[Card]:
        return [card for card in self.shelf if (caller or OWNER).may_see(card.name)]


@asynccontextmanager
async def connected(pod: Pod, mode: str = MODERN, caller: Caller = OWNER) -> AsyncIterator[Client]:
    """The SDK's client on one end of a connection, the door on the other."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    try:
        async with asyncio.timeout(PATIENCE), open_door(pod) as door, asyncio.TaskGroup() as tasks:
            tasks.create_task(door.converse(reader, writer, caller))
            async with Client(_ends(theirs), mode=mode) as client:
                yield client
    finally:
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def _ends(connection: socket.socket) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    reader, writer = await asyncio.open_connection(sock=connection)
    async with messages(reader, writer) as ends:
        try:
            yield ends
        finally:
            writer.close()
            await writer.wait_closed()


async def ask(client: Client, method: str, **params: Any) -> dict[str, Any]:
    answer = await client.session.send_request(Request[dict[str, Any], str](method=method, params=params), _Anything)
    return answer.model_dump(by_alias=True)


class _Anything(Result, extra="allow"):
    pass


async def bytes_of(client: Client, uri: str) -> bytes:
    (content,) = (await client.read_resource(uri)).contents
    assert content.uri == uri
    text = getattr(content, "text", None)
    return base64.b64decode(content.blob) if text is None else text.encode()  # type: ignore[union-attr]  # it is one of the two


FILES = {
    "notes.txt": "plain ünïcode\r\n\ttext\n".encode(),
    "dot.png": PNG,
    "not-utf8.txt": b"\xff\xfe",
    "bom.md": b"\xef\xbb\xbfhi",
    "empty": b"",
}


def test_a_client_of_today_is_told_of_the_extension_and_every_digest_holds() -> None:
    async def scenario() -> None:
        pod = ShelfPod(card("pdf-forms", files=FILES), card("pdf_two", own="pdf-two", files={"a b/%.md": b"odd"}), tool_only("scanner"))
        async with connected(pod, mode="auto") as client:
            listed = await ask(client, "skills/list")
            assert client.server_capabilities.extensions == {"io.modelcontextprotocol/skills": {"directoryRead": True}}
            assert [entry["uri"] for entry in listed["skills"]] == ["skill://pdf-forms/SKILL.md", "skill://pdf_two/pdf-two/SKILL.md"]
            assert (listed["resultType"], listed["ttlMs"], listed["cacheScope"]) == ("complete", 0, "private")
            for entry in listed["skills"]:
                assert (await ask(client, "skills/get", uri=entry["uri"]))["skill"] == entry
                for file in entry["resources"]:
                    content = await bytes_of(client, file["uri"])
                    assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (file["size"], file["digest"])

    asyncio.run(scenario())


def test_a_walk_from_the_top_finds_every_file_that_is_listed_and_no_other() -> None:
    async def scenario() -> None:
        pod = ShelfPod(card("deep", files={"a/b/c/d.md": b"1", "a/e.md": b"2", "f.md": b"3"}))
        async with connected(pod) as client:
            (entry,) = (await ask(client, "skills/list"))["skills"]
            waiting, found = ["skill://deep"], set()
            while waiting:
                for child in (await ask(client, "resources/directory/read", uri=waiting.pop()))["resources"]:
                    if child["mimeType"] == "inode/directory":
                        waiting.append(child["uri"])
                    else:
                        found.add(child["uri"])
            assert found == {file["uri"] for file in entry["resources"]}

    asyncio.run(scenario())


def test_a_file_exchanged_between_the_listing_and_the_read_does_not_fit_its_digest() -> None:
    async def scenario() -> None:
        pod = ShelfPod(card("rota", files={"list.md": b"benign"}))
        async with connected(pod) as client:
            (held,) = (await ask(client, "skills/list"))["skills"]
            pod.shelf = [card("rota", files={"list.md": b"hostile", "more.md": b"new"})]

            read = await bytes_of(client, "skill://rota/list.md")
            fresh = (await ask(client, "skills/get", uri=held["uri"]))["skill"]

        digests = {file["uri"]: file["digest"] for file in held["resources"]}
        assert digests["skill://rota/list.md"] != f"sha256:{hashlib.sha256(read).hexdigest()}"
        assert {file["uri"]: file["digest"] for file in fresh["resources"]} != digests
        assert len(fresh["resources"]) == len(held["resources"]) + 1

    asyncio.run(scenario())


def test_what_a_caller_does_not_see_is_served_to_it_in_no_way() -> None:
    async def scenario() -> None:
        pod = ShelfPod(card("public"), card("secret", files={"plan.md": b"x"}))
        async with connected(pod, caller=replace(OWNER, sees=("pub*",))) as client:
            assert [entry["uri"] for entry in (await ask(client, "skills/list"))["skills"]] == ["skill://public/SKILL.md"]
            for method in ("skills/get", "resources/read"):
                await _refused(client, method, uri="skill://secret/SKILL.md")
            await _refused(client, "resources/directory/read", uri="skill://secret")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("skills/get", {"uri": "skill://gone/SKILL.md"}),
        ("skills/get", {"uri": "skill://here"}),
        ("skills/get", {"uri": "skill://here/../here/SKILL.md"}),
        ("skills/get", {}),
        ("skills/get", {"uri": 7}),
        ("resources/directory/read", {"uri": "skill://here/SKILL.md"}),
        ("resources/directory/read", {"uri": "skill://here/%2e%2e"}),
        ("resources/directory/read", {"uri": "skill://here", "cursor": "2"}),
        ("resources/read", {"uri": "skill://here/%53KILL.md"}),
        ("skills/list", {"cursor": 7}),
    ],
)
def test_what_can_not_be_answered_is_an_invalid_parameter(method: str, params: dict[str, Any]) -> None:
    async def scenario() -> None:
        async with connected(ShelfPod(card("here"))) as client:
            await _refused(client, method, **params)

    asyncio.run(scenario())


def test_an_older_client_may_ask_though_nothing_tells_it_of_the_extension() -> None:
    async def scenario() -> None:
        async with connected(ShelfPod(card("here")), mode=LEGACY) as client:
            listed = await ask(client, "skills/list")
            assert getattr(client.server_capabilities, "extensions", None) is None
            assert [entry["uri"] for entry in listed["skills"]] == ["skill://here/SKILL.md"]

    asyncio.run(scenario())


async def _refused(client: Client, method: str, **params: Any) -> None:
    with pytest.raises(MCPError) as caught:
        await ask(client, method, **params)
    assert caught.value.code == -32602


def test_the_resource_of_a_skill_md_carries_its_own_name_and_description() -> None:
    async def scenario() -> None:
        async with connected(ShelfPod(card("pdf_two", own="pdf-two", files={"a b.md": b""}))) as client:
            (manual,) = (await client.list_resources()).resources
            assert (manual.uri, manual.name, manual.mime_type) == ("skill://pdf_two/pdf-two/SKILL.md", "pdf-two", "text/markdown")

    asyncio.run(scenario())


def test_the_template_completed_is_the_address_of_a_file() -> None:
    async def scenario() -> None:
        async with connected(ShelfPod(card("pdf_two", own="pdf-two", files={"a b.md": b"found"}))) as client:
            (template,) = (await client.list_resource_templates()).resource_templates
            place = ResourceTemplateReference(uri=template.uri_template)
            names = (await client.complete(place, {"name": "name", "value": "pdf"})).completion.values
            paths = (await client.complete(place, {"name": "path", "value": "pdf-two/a"}, {"name": names[0]})).completion.values
            uri = template.uri_template.replace("{name}", names[0]).replace("{+path}", paths[0])
            assert await bytes_of(client, uri) == b"found"

    asyncio.run(scenario())


def test_a_frontmatter_arrives_as_it_stands_nothing_and_large_numbers_included() -> None:
    said = {"empty": None, "large": 10**38, "nested": {"list": [None, True, 1.5, "\u202e"], "io.modelcontextprotocol/x": 1}}

    async def scenario() -> None:
        async with connected(ShelfPod(card("odd", said=said))) as client:
            (entry,) = (await ask(client, "skills/list"))["skills"]
            assert entry["frontmatter"] == {"name": "odd", "description": "What odd does.", **said}

    asyncio.run(scenario())


SHAPES = {
    "windows/SKILL.md": b"\xef\xbb\xbf---\r\nname: windows\r\ndescription: D\r\nallowed-tools: Bash(*)\r\n---\r\nDo it.\r\n",
    "outer/SKILL.md": b"---\nname: outer\ndescription: D\n---\n",
    "outer/inner/SKILL.md": b"---\nname: inner\ndescription: a file of the skill around it\n---\n",
    "pdf_two/SKILL.md": b"---\nname: pdf-two\ndescription: D\n---\n",
    "pdf_two/pdf-two/SKILL.md": b"---\nname: pdf-two\ndescription: where the other one seems to be\n---\n",
    "large/SKILL.md": b"---\nname: large\ndescription: D\n---\n",
    "large/data.csv": b"1,2,3,4\r\n" * 2**17,
    "shouting/SKILL.md": b"---\nname: SHOUTING\ndescription: D\n---\n",
}


def test_folders_of_every_shape_keep_their_digests_from_the_disk_to_the_client_and_a_change_is_seen(tmp_path: Path) -> None:
    for name, content in SHAPES.items():
        file = tmp_path / "skills" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    async def scenario() -> None:
        async with running(tmp_path / "skills", tmp_path / "home") as stage, connected(stage.pod) as client:
            entries = {entry["uri"]: entry for entry in (await ask(client, "skills/list"))["skills"]}
            assert sorted(entries) == [f"skill://{path}/SKILL.md" for path in ("large", "outer", "pdf_two/pdf-two", "windows")]
            assert entries["skill://windows/SKILL.md"]["frontmatter"]["allowed-tools"] == "Bash(*)"
            for file in (file for entry in entries.values() for file in entry["resources"]):
                content = await bytes_of(client, file["uri"])
                assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (file["size"], file["digest"])

            (tmp_path / "skills" / "outer" / "added.md").write_text("more")

            async def is_seen() -> bool:
                fresh = (await ask(client, "skills/get", uri="skill://outer/SKILL.md"))["skill"]
                return len(fresh["resources"]) == len(entries["skill://outer/SKILL.md"]["resources"]) + 1

            await eventually(is_seen)

    asyncio.run(scenario())
