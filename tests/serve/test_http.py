"""The HTTP door on a real socket: who is let in, as whom, and what others are told. Each fault stands beside the request that passes."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from skillpod.config import Http
from skillpod.errors import AddressUnusable, CommandInvalid, DoorUnguarded
from skillpod.model.principal import Role
from skillpod.serve import guard, server
from skillpod.serve.address import HttpAddress, parse_address
from skillpod.serve.guard import Buckets
from skillpod.serve.http import HttpDoor, bind
from skillpod.serve.pod import CALLER_KEY
from skillpod.serve.replies import reply
from skillpod.serve.tokens import FILE, Tokens, add_token, mint, remove_token

PATIENCE = 10.0
PLAIN: Mapping[str, str] = {}
GIVEN = Http()


class Mcp:
    """Behind the guard: tells who asks; ``wait`` in a body waits for ``go_on``, and who listens is told one line and then nothing more."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.go_on = asyncio.Event()
        self.left = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        if Headers(scope=scope).get("mcp-method") == "subscriptions/listen":
            await self._stream(send)
        if b"wait" in body:
            self.waiting.set()
            await self.go_on.wait()
        caller = scope[CALLER_KEY]
        said = {"principal": caller.principal, "roles": list(caller.roles), "sees": list(caller.sees), "bytes": len(body)}
        await reply(send, said, 200)

    async def _stream(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"listening\n", "more_body": True})
        self.waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json()["code"])


class Door:
    """A door that is open, and clients of it."""

    def __init__(self, door: HttpDoor, port: int, mcp: Mcp, home: Path) -> None:
        self.door = door
        self.port = port
        self.mcp = mcp
        self.home = home

    async def ask(self, headers: Mapping[str, str] = PLAIN, *, method: str = "POST", path: str = "/mcp", body: bytes = b"{}") -> Told:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self.head(method, path, body, headers) + body)
            return await _answer(reader)
        finally:
            writer.close()

    def head(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        given = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body))}
        given |= headers
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value), "", ""]
        return "\r\n".join(lines).encode()


async def _answer(reader: asyncio.StreamReader) -> Told:
    async with asyncio.timeout(PATIENCE):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = [line.partition(": ") for line in head[1:] if line]
        headers = Headers({name.lower(): value for name, _, value in pairs})
        body = await reader.readexactly(int(headers["content-length"])) if "content-length" in headers else b""
        return Told(int(head[0].split()[1]), headers, body)


@asynccontextmanager
async def opened(home: Path, limits: Http = GIVEN, address: str = "127.0.0.1:0", **options: Any) -> AsyncIterator[Door]:
    home.mkdir(mode=0o700, exist_ok=True)
    listening = bind(parse_address(address), tokens=Tokens(home), **options)
    mcp = Mcp()
    door = HttpDoor(mcp, listening, lambda: limits)
    async with door.open():
        yield Door(door, listening.address.port, mcp, home)
        mcp.go_on.set()


def token_of(home: Path, name: str, *skills: str, lasts: float = inf, now: float = 0.0) -> str:
    made = mint()
    add_token(home, name, skills, token=made, now=now, lasts=lasts, roles=[Role.VIEWER])
    return made


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# --- for whom, from which page -----------------------------------------------------------------------------------------------------


def test_without_any_token_who_comes_over_loopback_is_the_owner(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            told = await door.ask(body=b'{"a": 1}')
            assert (told.status, told.json()) == (
                200,
                {"principal": "owner", "roles": ["admin", "break-glass"], "sees": ["*"], "bytes": 8},
            )

    asyncio.run(scenario())


def test_only_our_own_names_are_answered(home: Path) -> None:
    ours = ["127.0.0.1", "127.0.0.1:80", "localhost", "LOCALHOST:4764", "localhost.", "[::1]:9", "pod.test", "listed.test:1"]
    others = ["evil.test", "evil.test:4764", "127.0.0.1.evil.test", "localhost.evil.test", "10.0.0.1", "a@localhost", "localhost/", "[::1"]

    async def scenario() -> None:
        async with opened(home, Http(names=frozenset({"listed.test"})), names=["Pod.Test"]) as door:
            assert {host: (await door.ask({"Host": host})).status for host in ours} == dict.fromkeys(ours, 200)
            refused = {host: await door.ask({"Host": host}) for host in others}
            assert {host: (told.status, told.code) for host, told in refused.items()} == dict.fromkeys(others, (403, "host_refused"))
            assert (await door.ask({"Host": "evil.test"}, path="/healthz")).code == "host_refused"

    asyncio.run(scenario())


def test_only_pages_of_this_machine_and_those_listed_may_ask(home: Path) -> None:
    welcome = ["", "http://localhost:3000", "http://127.0.0.1", "https://localhost", "http://[::1]:1", "https://App.test"]
    foreign = [
        "http://evil.test",
        "null",
        "http://localhost\r\nOrigin: http://evil.test",
        "https://app.test:8443",
        "http://app.test",
        "http://localhost.evil.test",
        "file://localhost",
    ]

    async def scenario() -> None:
        async with opened(home, Http(origins=frozenset({"https://app.test"}))) as door:
            assert {origin: (await door.ask({"Origin": origin})).status for origin in welcome} == dict.fromkeys(welcome, 200)
            refused = {origin: await door.ask({"Origin": origin}) for origin in foreign}
            assert {origin: (told.status, told.code) for origin, told in refused.items()} == dict.fromkeys(foreign, (403, "origin_refused"))

    asyncio.run(scenario())


def test_a_door_of_every_address_is_asked_by_any_address_and_by_no_strange_name(home: Path) -> None:
    home.mkdir(mode=0o700)
    token = token_of(home, "ada")

    async def scenario() -> None:
        async with opened(home, address="0.0.0.0:0") as door:
            assert (await door.ask({"Host": "192.0.2.7:4764"} | bearer(token))).status == 200
            assert (await door.ask({"Host": "192.0.2.7:4764"})).code == "token_refused"
            assert (await door.ask({"Host": "evil.test"} | bearer(token))).code == "host_refused"

    asyncio.run(scenario())


def test_there_is_nothing_at_any_other_path(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            assert (await door.ask(method="GET", path="/healthz")).json() == {"status": "ok"}
            for path in ("/", "/mcp/", "/mcp/../v1/stats", "/v1/stats", "//mcp", "http://127.0.0.1/mcp"):
                told = await door.ask(path=path)
                assert (told.status, told.code) == (404, "command_invalid"), path

    asyncio.run(scenario())


# --- tokens ------------------------------------------------------------------------------------------------------------------------


def test_from_the_first_token_on_one_is_asked_for_and_says_who_comes(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            assert (await door.ask()).status == 200
            token = token_of(home, "ada", "text_*")
            told = await door.ask()
            assert (told.status, told.code, told.headers["www-authenticate"]) == (401, "token_refused", "Bearer")
            for shown in (mint(), token[:-1], token + "x", token.upper(), "", "skp_"):
                assert (await door.ask({"Authorization": f"Bearer {shown}"})).status == 401, shown
            assert (await door.ask({"Authorization": f"Basic {token}"})).status == 401
            told = await door.ask(bearer(token))
            assert (told.status, told.json()) == (200, {"principal": "ada", "roles": ["viewer"], "sees": ["text_*"], "bytes": 2})
            assert (await door.ask(method="GET", path="/healthz")).status == 200

    asyncio.run(scenario())


def test_a_revoked_token_opens_nothing_and_the_last_one_does_not_open_the_door(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            token = token_of(home, "ada")
            assert (await door.ask(bearer(token))).status == 200
            assert remove_token(home, "ada") == ()
            assert (await door.ask(bearer(token))).status == 401
            assert (await door.ask()).status == 401
            (home / FILE).unlink()
            assert (await door.ask()).status == 401

    asyncio.run(scenario())


def test_while_the_tokens_cannot_be_read_nobody_comes_in(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            token = token_of(home, "ada")
            text = (home / FILE).read_text()
            (home / FILE).write_text(text[:-5])
            for headers in (bearer(token), {}):
                assert (await door.ask(headers)).code == "config_invalid"
            (home / FILE).write_text(text)
            assert (await door.ask(bearer(token))).status == 200

    asyncio.run(scenario())


def test_who_listens_with_a_token_is_let_go_soon_after_it_is_revoked(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            token = token_of(home, "ada")
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(door.head("POST", "/mcp", b"{}", {"Mcp-Method": "subscriptions/listen", **bearer(token)}) + b"{}")
            async with asyncio.timeout(PATIENCE):
                await reader.readuntil(b"listening\n")
                remove_token(home, "ada")
                assert (await reader.readuntil(b"0\r\n\r\n")).endswith(b"0\r\n\r\n")  # the answer is ended in order
                await door.mcp.left.wait()
            writer.close()

    asyncio.run(scenario())


def test_a_token_that_has_ended_opens_nothing_and_lets_go_who_listens(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            late = await door.ask(bearer(token_of(home, "late", lasts=60.0)))
            assert (late.status, late.code) == (401, "token_refused")
            assert late.json()["message"] == "this token of `late` ended on 1970-01-01 at 00:01:00 UTC"
            token = token_of(home, "ada", now=time.time(), lasts=2.0)
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(door.head("POST", "/mcp", b"{}", {"Mcp-Method": "subscriptions/listen", **bearer(token)}) + b"{}")
            async with asyncio.timeout(PATIENCE):
                await reader.readuntil(b"listening\n")
                assert (await reader.readuntil(b"0\r\n\r\n")).endswith(b"0\r\n\r\n")
            assert (await door.ask(bearer(token))).status == 401
            writer.close()

    asyncio.run(scenario())


def test_who_listens_without_a_token_is_let_go_soon_after_one_is_asked_for_and_a_call_is_not(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door:
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(door.head("POST", "/mcp", b"{}", {"Mcp-Method": "subscriptions/listen"}) + b"{}")
            async with asyncio.timeout(PATIENCE):
                await reader.readuntil(b"listening\n")
                door.mcp.waiting.clear()
                calling = asyncio.create_task(door.ask(body=b"wait"))
                await door.mcp.waiting.wait()
                token_of(home, "ada")
                assert (await reader.readuntil(b"0\r\n\r\n")).endswith(b"0\r\n\r\n")
                await door.mcp.left.wait()
                door.mcp.go_on.set()
                assert (await calling).status == 200
            writer.close()

    asyncio.run(scenario())


def test_a_token_that_is_revoked_while_the_body_comes_opens_nothing(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door, asyncio.timeout(PATIENCE):
            token = token_of(home, "ada")
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(door.head("POST", "/mcp", b"{}", {"Expect": "100-continue", **bearer(token)}))
            assert b" 100 " in await reader.readuntil(b"\r\n\r\n")  # it was let in, and its body is waited for
            remove_token(home, "ada")
            writer.write(b"{}")
            told = await _answer(reader)
            assert (told.status, told.code) == (401, "token_refused")
            writer.close()

    asyncio.run(scenario())


# --- how large, how many, how slow -------------------------------------------------------------------------------------------------


def test_a_body_may_be_as_large_as_the_limit_and_not_larger(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home, Http(body=1000)) as door:
            assert (await door.ask(body=b"x" * 1000)).json()["bytes"] == 1000
            told = await door.ask(body=b"x" * 1001)
            assert (told.status, told.code, told.headers["connection"]) == (413, "too_large", "close")
            chunk = b"1f4\r\n" + b"x" * 500 + b"\r\n"
            for chunks, status in ((2, 200), (3, 413)):
                reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
                writer.write(door.head("POST", "/mcp", b"", {"Content-Length": "", "Transfer-Encoding": "chunked"}))
                writer.write(chunk * chunks + b"0\r\n\r\n")
                assert (await _answer(reader)).status == status
                writer.close()

    asyncio.run(scenario())


def test_a_flood_is_answered_with_429_and_when_to_come_again(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home, Http(rate=0.5, burst=3)) as door:
            statuses = [(await door.ask()).status for _ in range(5)]
            assert statuses == [200, 200, 200, 429, 429]
            told = await door.ask()
            assert (told.code, told.headers["retry-after"]) == ("too_many_requests", "2")

    asyncio.run(scenario())


def test_who_guesses_tokens_is_counted_apart_from_who_holds_one(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home, Http(rate=0.001, burst=2)) as door:
            token = token_of(home, "ada")
            assert [(await door.ask(bearer(mint()))).status for _ in range(3)] == [401, 401, 429]
            assert (await door.ask(bearer(token))).status == 200

    asyncio.run(scenario())


def test_a_bucket_fills_again_at_its_rate_up_to_its_burst() -> None:
    now = 0.0
    buckets, limits = Buckets(lambda: now), Http(rate=2.0, burst=2)
    assert [buckets.take("a", limits) for _ in range(3)] == [0.0, 0.0, 0.5]
    assert buckets.take("b", limits) == 0.0
    now = 0.5
    assert [buckets.take("a", limits) for _ in range(2)] == [0.0, 0.5]
    now = 100.0
    assert [buckets.take("a", limits) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_so_many_requests_are_in_flight_and_no_more(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home, Http(calls=1)) as door:
            first = asyncio.create_task(door.ask(body=b"wait"))
            async with asyncio.timeout(PATIENCE):
                await door.mcp.waiting.wait()
            assert (await door.ask()).status == 429
            door.mcp.go_on.set()
            assert (await first).status == 200
            assert (await door.ask()).status == 200

    asyncio.run(scenario())


def test_bodies_that_do_not_come_to_an_end_are_in_flight_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "HELD", 1500)

    async def begun(door: Door, size: int) -> asyncio.StreamWriter:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(door.head("POST", "/mcp", b"x" * size, {"Expect": "100-continue"}))
        assert b" 100 " in await reader.readuntil(b"\r\n\r\n")  # it was let in, and its body is waited for
        return writer

    async def scenario() -> None:
        async with opened(home, Http(body=1000, calls=2)) as door, asyncio.timeout(PATIENCE):
            first = await begun(door, 1000)
            assert [(await door.ask(body=b"x" * size)).status for size in (501, 500)] == [429, 200]
            assert (await door.ask({"Content-Length": "", "Transfer-Encoding": "chunked"}, body=b"0\r\n\r\n")).status == 429
            second = await begun(door, 1)
            told = await door.ask()
            assert (told.code, told.json()["message"]) == ("too_many_requests", "2 requests are in flight")
            first.close()
            second.close()
            async with asyncio.timeout(PATIENCE):
                while (await door.ask(body=b"x" * 1000)).status == 429:
                    await asyncio.sleep(0)
            assert (await door.ask(body=b"x" * 1000)).status == 200

    asyncio.run(scenario())


def test_a_client_that_does_not_finish_its_head_is_let_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_WITHIN", 0.2)

    async def scenario() -> None:
        async with opened(home) as door, asyncio.timeout(PATIENCE):
            for begun in (b"", b"POST /mcp HTTP/1.1\r\nHost: 127.0", door.head("POST", "/mcp", b"{}", PLAIN) + b"{}"):
                reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
                writer.write(begun)
                if begun.endswith(b"{}"):
                    assert (await _answer(reader)).status == 200
                    writer.write(b"GET /hea")
                assert await reader.read() == b""
                writer.close()
            assert (await door.ask()).status == 200

    asyncio.run(scenario())


def test_one_connection_too_many_is_closed_unheard_and_the_next_is_not(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 2)

    async def scenario() -> None:
        async with opened(home) as door, asyncio.timeout(PATIENCE):
            idle = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(2)]
            for _ in range(3):
                reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
                with suppress(ConnectionResetError):
                    assert await reader.read() == b""
                writer.close()
            idle[0][1].write(door.head("POST", "/mcp", b"{}", {"Connection": "close"}) + b"{}")
            assert (await _answer(idle[0][0])).status == 200
            assert await idle[0][0].read() == b""
            assert (await door.ask()).status == 200
            for _, writer in idle:
                writer.close()

    asyncio.run(scenario())


def test_a_head_that_is_too_large_and_a_request_that_is_two_are_refused(home: Path) -> None:
    smuggled = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n{}"

    async def scenario() -> None:
        async with opened(home) as door, asyncio.timeout(PATIENCE):
            for raw in (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000, smuggled):
                reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
                writer.write(raw)
                assert b" 400 " in (await reader.read()).splitlines()[0]
                writer.close()

    asyncio.run(scenario())


# --- the end -----------------------------------------------------------------------------------------------------------------------


def test_a_door_that_closes_answers_what_is_in_flight_and_lets_listeners_go(home: Path) -> None:
    async def scenario() -> None:
        async with opened(home) as door, asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(door.head("POST", "/mcp", b"{}", {"Mcp-Method": "subscriptions/listen"}) + b"{}")
            await reader.readuntil(b"listening\n")
            door.mcp.waiting.clear()
            calling = asyncio.create_task(door.ask(body=b"wait"))
            await door.mcp.waiting.wait()
            door.door.close()
            await reader.readuntil(b"0\r\n\r\n")
            assert (await door.ask()).code == "pod_unreachable"
            door.mcp.go_on.set()
            assert (await calling).status == 200
            writer.close()

    asyncio.run(scenario())


# --- where it listens --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:4764", HttpAddress("127.0.0.1", 4764)),
        ("localhost:0", HttpAddress("127.0.0.1", 0)),
        ("[::1]:4764", HttpAddress("::1", 4764)),
        ("0.0.0.0:80", HttpAddress("0.0.0.0", 80)),
    ],
)
def test_an_address_is_an_ip_address_and_a_port(text: str, address: HttpAddress) -> None:
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "4764", ":4764", "127.0.0.1", "::1:4764", "example.org:80", "127.0.0.1:70000", "http://127.0.0.1:1", "[::1]"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(CommandInvalid):
        parse_address(text)


def test_where_a_client_finds_the_door() -> None:
    assert HttpAddress("::1", 1).url == "http://[::1]:1/mcp"
    assert HttpAddress("0.0.0.0", 1).url == "http://127.0.0.1:1/mcp"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_are_not_let_near_without_a_token(home: Path, host: str) -> None:
    home.mkdir(mode=0o700)
    with pytest.raises(DoorUnguarded, match="no token is asked"):
        bind(HttpAddress(host, 0), tokens=Tokens(home))
    token_of(home, "ada")
    bind(HttpAddress(host, 0), tokens=Tokens(home)).socket.close()
    remove_token(home, "ada")
    with pytest.raises(DoorUnguarded):
        bind(HttpAddress(host, 0), tokens=Tokens(home))


def test_a_port_that_was_named_and_is_taken_is_an_error_and_the_default_one_is_replaced(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = HttpAddress("127.0.0.1", other.getsockname()[1])
        with pytest.raises(AddressUnusable, match="in use"):
            bind(taken, tokens=Tokens(home))
        monkeypatch.setattr("skillpod.serve.http.DEFAULT", taken)
        found = bind(None, tokens=Tokens(home))
        found.socket.close()
        assert (found.missed, found.address.host) == (taken, "127.0.0.1")
        assert found.address != replace(taken)


def test_an_address_of_another_machine_is_refused(home: Path) -> None:
    home.mkdir(mode=0o700)
    token_of(home, "ada")
    with pytest.raises(AddressUnusable):
        bind(HttpAddress("192.0.2.7", 0), tokens=Tokens(home))
