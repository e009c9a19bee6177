"""Who asks at the control socket: tokens instead of the user, roles held to. Each attack stands beside the same act with the right."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest

from skillpod.model.event import Kind
from skillpod.model.principal import LOCAL_OWNER, Role
from skillpod.serve import visits
from skillpod.serve.listener import serve_socket
from skillpod.serve.tokens import FILE, add_token, mint, remove_token
from tests.serve.test_control import PATIENCE, Answered, _connect, _event, ask, ask_for_text
from tests.support.pod import StandInPod

ME = f"uid:{os.getuid()}"
MOUNT = {"verb": "mount", "path": "/x/gamma"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    return made


def bearer(token: str) -> str:
    return f"Authorization: Bearer {token}"


def token_of(home: Path, name: str, *roles: Role, skills: tuple[str, ...] = (), lasts: float = inf) -> str:
    """A header that shows a new token."""
    token = mint()
    add_token(home, name, skills, token=token, now=0.0, roles=roles, lasts=lasts)
    return bearer(token)


def serving(home: Path, act: Callable[[StandInPod], Awaitable[None]]) -> StandInPod:
    pod = StandInPod("alpha", "beta")

    async def run() -> None:
        async with asyncio.timeout(3 * PATIENCE), serve_socket(pod, home):
            await act(pod)

    asyncio.run(run())
    return pod


async def command(home: Path, *headers: str, **body: Any) -> Answered:
    return await ask(home, "POST", "/v1/commands", body or MOUNT, *headers)


def test_a_token_is_its_principal_instead_of_the_user(home: Path) -> None:
    ada = token_of(home, "ada", Role.OPERATOR)

    async def act(pod: StandInPod) -> None:
        assert (await command(home, ada))[0] == (await command(home))[0] == 200
        shown, own = pod.commands
        assert (shown.principal.name, shown.principal.roles) == ("ada", frozenset({Role.OPERATOR}))
        assert (own.principal.name, own.principal.roles) == (ME, LOCAL_OWNER.roles)

    serving(home, act)


def test_a_token_that_counts_no_more_is_refused_and_never_the_owner(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    gone = token_of(home, "gone", Role.ADMIN)
    remove_token(home, "gone")
    bad = {
        "unknown": bearer(mint()),
        "revoked": gone,
        "expired": token_of(home, "late", Role.ADMIN, lasts=60.0),
        "of another home": token_of(other, "ada", Role.ADMIN),
        "of another kind": "Authorization: Basic dWlkOjA=",
        "empty": "Authorization: ",
        "two": f"{token_of(home, 'one', Role.ADMIN)}\r\n{token_of(home, 'two', Role.ADMIN)}",
    }

    async def act(pod: StandInPod) -> None:
        for why, header in bad.items():
            for target in ("/v1/skills", "/v1/stats", "/v1/tools"):
                status, said = await ask(home, "GET", target, None, header)
                assert (status, said["code"]) == (401, "token_refused"), why
            assert (await command(home, header))[1]["code"] == "token_refused", why
        assert "ended on 1970-01-01" in (await command(home, bad["expired"]))[1]["message"]
        assert pod.commands == []
        assert (await command(home, token_of(home, "good", Role.ADMIN)))[0] == 200

    serving(home, act)


def test_a_command_asks_for_its_role_and_a_look_for_the_viewers(home: Path) -> None:
    headers = {role: token_of(home, role.value, role) for role in Role}
    nothing = token_of(home, "agent")

    async def act(pod: StandInPod) -> None:
        mounts = {role: (await command(home, header))[0] for role, header in headers.items()}
        looks = {role: (await ask(home, "GET", "/v1/skills/alpha", None, header))[0] for role, header in headers.items()}
        keeps = {role: (await ask_for_text(home, "GET", "/v1/log/checkpoint", None, header))[0] for role, header in headers.items()}
        may = {Role.OPERATOR, Role.ADMIN}
        assert mounts == {role: 200 if role in may else 403 for role in Role}
        assert looks == keeps == {role: 403 if role is Role.BREAK_GLASS else 200 for role in Role}
        for target in (
            "/v1/log/checkpoint",
            "/v1/skills",
            "/v1/skills/alpha",
            "/v1/skills/alpha/instructions",
            "/v1/skills/alpha/output",
            "/v1/stats",
            "/v1/events",
        ):
            assert (await ask(home, "GET", target, None, nothing))[1]["code"] == "not_allowed", target
        assert (await command(home, nothing))[1]["code"] == "not_allowed"
        assert (await ask(home, "GET", "/v1/tools", None, nothing))[0] == 200
        assert (await ask(home, "POST", "/v1/calls", {"tool": "alpha__echo"}, nothing))[0] == 200
        assert ("agent", "mount") in pod.denials

    serving(home, act)


@pytest.mark.parametrize(
    "forged",
    [
        {**MOUNT, "roles": ["admin"]},
        {**MOUNT, "principal": {"name": "owner", "roles": ["admin"]}},
        {**MOUNT, "actor": "owner"},
        {**MOUNT, "role": "operator"},
    ],
)
def test_no_body_gives_itself_a_role(home: Path, forged: dict[str, Any]) -> None:
    viewer, operator = token_of(home, "ada", Role.VIEWER), token_of(home, "bob", Role.OPERATOR)

    async def act(pod: StandInPod) -> None:
        assert (await command(home, viewer, **forged))[0] in (400, 403)
        assert (await command(home, viewer))[0] == 403
        assert pod.commands == []
        assert (await command(home, operator))[0] == 200

    serving(home, act)


@pytest.mark.parametrize(
    "header", ["X-Skillpod-Principal: owner", "Cookie: token=owner", "X-Forwarded-User: owner", "Proxy-Authorization: Bearer x"]
)
def test_no_other_header_says_who_asks(home: Path, header: str) -> None:
    viewer = token_of(home, "ada", Role.VIEWER)

    async def act(pod: StandInPod) -> None:
        assert (await command(home, viewer, **MOUNT))[0] == 403
        assert (await ask(home, "POST", "/v1/commands", MOUNT, viewer, header))[0] == 403
        assert pod.commands == []

    serving(home, act)


def test_who_shows_a_token_calls_as_nobody_else(home: Path) -> None:
    agent = token_of(home, "agent", skills=("alpha",))

    async def call(*headers: str, **caller: str) -> Answered:
        return await ask(home, "POST", "/v1/calls", {"tool": "alpha__who", "caller": caller}, *headers)

    async def act(pod: StandInPod) -> None:
        me = {"principal": "agent", "sees": ["alpha"], "roles": []}
        assert (await call(agent))[1]["value"] == {**me, "session": ""}
        assert (await call(agent, principal="agent", session="s1"))[1]["value"] == {**me, "session": "s1"}
        for name in ("owner", "bob", ME):
            assert (await call(agent, principal=name))[1]["code"] == "not_allowed"
        assert pod.denials == [("agent", "call as somebody else")] * 3
        owner = (await call())[1]["value"]
        assert (owner["principal"], owner["roles"]) == ("owner", ["admin", "break-glass"])
        other = (await call(principal="bob"))[1]["value"]
        assert (other["principal"], other["roles"]) == ("bob", [])

    serving(home, act)


def test_what_a_token_does_not_show_is_not_there_for_its_holder(home: Path) -> None:
    ada = token_of(home, "ada", Role.ADMIN, skills=("alpha",))

    async def act(pod: StandInPod) -> None:
        assert [skill["name"] for skill in (await ask(home, "GET", "/v1/skills", None, ada))[1]["skills"]] == ["alpha"]
        for part in ("", "/instructions", "/output"):
            assert (await ask(home, "GET", f"/v1/skills/alpha{part}", None, ada))[0] == 200
            hidden, absent = [await ask(home, "GET", f"/v1/skills/{name}{part}", None, ada) for name in ("beta", "zeta")]
            assert hidden[0] == absent[0] == 404
            assert json.dumps(hidden).replace("beta", "zeta") == json.dumps(absent)
        assert (await command(home, ada, verb="reload", name="alpha"))[0] == 200
        assert (await command(home, ada, verb="reload", name="beta"))[1]["code"] == "unknown_skill"
        assert (await command(home, ada, verb="mount", path="/x/beta"))[1]["code"] == "unknown_skill"
        assert (await ask(home, "GET", "/v1/stats", None, ada))[1]["code"] == "not_allowed"
        assert [done.name for done in pod.commands] == ["alpha"]

    serving(home, act)


async def _listening(home: Path, header: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _connect(home)
    writer.write(f"GET /v1/events HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
    assert b" 200 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    return reader, writer


def test_events_of_skills_that_a_token_does_not_show_are_not_told(home: Path) -> None:
    ada = token_of(home, "ada", Role.VIEWER, skills=("alpha",))

    async def act(pod: StandInPod) -> None:
        reader, writer = await _listening(home, ada)
        pod.tell(Kind.SWAPPED, skill="beta")
        pod.tell(Kind.TROUBLE, message="the journal of beta")
        pod.tell(Kind.SWAPPED, skill="alpha")
        assert (await _event(reader))["skill"] == "alpha"
        writer.close()

    serving(home, act)


@pytest.mark.parametrize("target", ["events", "call"])
def test_what_is_under_way_for_a_token_ends_soon_after_it_is_revoked(home: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "LOOK", 0.02)
    ada, bob = token_of(home, "ada", Role.VIEWER), token_of(home, "bob", Role.VIEWER)

    async def act(pod: StandInPod) -> None:
        staying, other = await _listening(home, bob)
        if target == "events":
            reader, writer = await _listening(home, ada)
            remove_token(home, "ada")
            await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), PATIENCE)
        else:
            asking = asyncio.create_task(ask(home, "POST", "/v1/calls", {"tool": "alpha__hang"}, ada))
            await asyncio.wait_for(pod.hanging.wait(), PATIENCE)
            remove_token(home, "ada")
            assert (await asking)[1]["code"] == "token_refused"
            await asyncio.wait_for(pod.cancelled.wait(), PATIENCE)
            writer = other
        pod.tell(Kind.SWAPPED, skill="alpha")
        assert (await _event(staying))["kind"] == "swapped"
        writer.close()
        other.close()

    serving(home, act)


def test_a_token_that_is_revoked_while_the_body_comes_gives_no_command(home: Path) -> None:
    body = json.dumps(MOUNT).encode()

    async def told(header: str, meanwhile: Callable[[], object]) -> bytes:
        reader, writer = await _connect(home)
        writer.write(f"POST /v1/commands HTTP/1.1\r\nHost: x\r\n{header}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        await writer.drain()
        await ask(home, "GET", "/v1/stats")  # what was sent before has been read by now
        meanwhile()
        writer.write(body[5:])
        head = await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()
        return head.split()[1]

    async def act(pod: StandInPod) -> None:
        ada, bob = token_of(home, "ada", Role.OPERATOR), token_of(home, "bob", Role.OPERATOR)
        assert await told(ada, lambda: remove_token(home, "ada")) == b"401"
        assert await told(bob, lambda: None) == b"200"
        assert [command.principal.name for command in pod.commands] == ["bob"]

    serving(home, act)


def test_a_token_that_is_revoked_between_two_requests_of_a_connection_opens_the_second_no_more(home: Path) -> None:
    ada = token_of(home, "ada", Role.VIEWER)
    request = f"GET /v1/skills HTTP/1.1\r\nHost: x\r\n{ada}\r\n\r\n".encode()

    async def act(pod: StandInPod) -> None:
        reader, writer = await _connect(home)

        async def again() -> bytes:
            writer.write(request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            length = next(int(line.split()[1]) for line in head.lower().splitlines() if line.startswith(b"content-length"))
            await reader.readexactly(length)
            return head.split()[1]

        assert [await again(), await again()] == [b"200", b"200"]
        remove_token(home, "ada")
        assert await again() == b"401"
        writer.close()

    serving(home, act)


def test_a_file_of_tokens_that_cannot_be_read_lets_in_nobody_who_shows_one(home: Path) -> None:
    ada = token_of(home, "ada", Role.ADMIN)

    async def act(pod: StandInPod) -> None:
        assert (await command(home, ada))[0] == 200
        (home / FILE).write_text("{")
        assert (await command(home, ada))[1]["code"] == "config_invalid"
        assert (await command(home))[0] == 200  # the owner needs no file
        assert [done.principal.name for done in pod.commands] == ["ada", ME]

    serving(home, act)
