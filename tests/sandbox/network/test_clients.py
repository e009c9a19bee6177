"""HTTP clients as skills have them, unmodified, behind the broker: what they reach, and what they make of a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.model.capability import NetworkAsk, Permissions
from skillpod.model.command import OWNER
from skillpod.model.manifest import MIB, Limits
from skillpod.model.provision import Package, Provision
from skillpod.ports import Guests
from tests.support.certificates import certified
from tests.support.guests import launch
from tests.support.jailed import jailed
from tests.support.web import web_server

CLIENTS = Path(__file__).parents[3] / ".environments" / "clients"
HANDLER = """
    import asyncio
    from skillpod import tool

    def by_requests(url):
        import requests
        with requests.Session() as session:
            return [session.get(url, timeout=10).text for _ in range(2)]

    def by_httpx(url):
        import httpx
        with httpx.Client(timeout=10, follow_redirects=True) as client:
            return [client.get(url).text for _ in range(2)]

    def by_httpx_async(url):
        import httpx
        async def both():
            async with httpx.AsyncClient(timeout=10, follow_redirects=True) as client:
                return [answer.text for answer in await asyncio.gather(client.get(url), client.get(url))]
        return asyncio.run(both())

    def by_aiohttp(url):
        import aiohttp
        async def both():
            async with aiohttp.ClientSession() as session:
                async def one():
                    async with session.get(url) as answer:
                        return await answer.text()
                return await asyncio.gather(one(), one())
        return asyncio.run(both())

    @tool
    def fetch(way: str, url: str) -> list[str]:
        return globals()[way](url)

    @tool
    def refused(way: str, url: str) -> str:
        try:
            return repr(globals()[way](url))
        except Exception as fault:
            return f"{type(fault).__module__}.{type(fault).__name__}: {fault}"
"""
WAYS = {"by_requests": "requests", "by_httpx": "httpx", "by_httpx_async": "httpx", "by_aiohttp": "aiohttp"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    context, authority = certified(tmp_path_factory.mktemp("authority"), "home.example")
    with web_server(context) as port:
        yield port, str(authority)


def told(server: tuple[int, str], tool: str, way: str, path: str) -> Any:
    if not (CLIENTS / ".installed").exists():
        pytest.skip("needs the HTTP clients: make environments")
    port, authority = server
    place = Package(name="clients", version="1", digest="0" * 64, place=str(CLIENTS), native=("aiohttp",))
    started = launch(
        HANDLER,
        grants=Permissions(network=frozenset({NetworkAsk("home.example", (port,), "private")})),
        provision=Provision(packages=(place,)),
        limits=Limits(wall=30.0, cpu=20.0, memory=512 * MIB),
    )

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        reply = await guests.call(tool, {"way": way, "url": path.format(port=port)}, OWNER)
        return reply.value

    return jailed(started, act, lookup=lambda name: ("127.0.0.1",), authorities=authority)


@pytest.mark.parametrize("way", WAYS)
def test_a_client_reaches_a_granted_host_by_tls(server: tuple[int, str], way: str) -> None:
    assert told(server, "fetch", way, "https://home.example:{port}/") == ["hello", "hello"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", ["https://evil.example:443/", "https://home.example:{port}/to/https%3A%2F%2Fevil.example%2F"])
def test_what_a_client_makes_of_a_refusal_says_what_was_not_granted(server: tuple[int, str], way: str, path: str) -> None:
    said = told(server, "refused", way, path)
    assert said.startswith(f"{WAYS[way]}.")
    assert "skillpod: evil.example:443 was not granted" in said
