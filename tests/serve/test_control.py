"""The control API over a real socket, before a small pod that behaves."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import PathUnusable
from skillpod.model.event import Kind
from skillpod.model.selection import Selection
from skillpod.serve.address import socket_address
from skillpod.serve.control import BODY_LIMIT
from skillpod.serve.listener import serve_socket
from tests.support.pod import CHECKPOINT, DIGEST, StandInPod

PATIENCE = 10.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    return made


Answered = tuple[int, Any]


async def _connect(home: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    with socket_address(home) as address:
        return await asyncio.open_unix_connection(address)


async def ask(home: Path, method: str, target: str, body: bytes | Any = None, *headers: str) -> Answered:
    """One request over a connection of its own: the status and the JSON that came back."""
    status, text = await ask_for_text(home, method, target, body, *headers)
    return status, json.loads(text)


async def ask_for_text(home: Path, method: str, target: str, body: bytes | Any = None, *headers: str) -> tuple[int, bytes]:
    """One request over a connection of its own: the status and what came back."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    reader, writer = await _connect(home)
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(content)}", *headers, "", ""]
    writer.write("\r\n".join(lines).encode() + content)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    told, _, text = answer.partition(b"\r\n\r\n")
    return int(told.split(b" ", 2)[1]), text


def serving(home: Path, act: Callable[[StandInPod], Awaitable[None]]) -> None:
    """Run ``act`` while a pod with two skills serves its socket."""

    async def run() -> None:
        pod = StandInPod("alpha", "beta")
        async with asyncio.timeout(3 * PATIENCE), serve_socket(pod, home):
            await act(pod)

    asyncio.run(run())


def answered(home: Path, method: str, target: str, body: bytes | Any = None) -> Answered:
    found: list[Answered] = []

    async def act(pod: StandInPod) -> None:
        found.append(await ask(home, method, target, body))

    serving(home, act)
    return found[0]


# --- looking -----------------------------------------------------------------------------------------------------------------------


def test_the_skills_are_listed(home: Path) -> None:
    status, said = answered(home, "GET", "/v1/skills")
    assert status == 200
    assert [skill["name"] for skill in said["skills"]] == ["alpha", "beta"]


def test_one_skill_its_manual_and_its_output_are_told(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        assert (await ask(home, "GET", "/v1/skills/alpha"))[1]["digest"] == DIGEST
        assert (await ask(home, "GET", "/v1/skills/alpha/instructions")) == (200, {"name": "alpha", "instructions": "# alpha\n\nUse it.\n"})
        assert (await ask(home, "GET", "/v1/skills/alpha/output"))[1]["output"].startswith("alpha was here")
        assert (await ask(home, "GET", "/v1/stats")) == (200, {"skills": 2, "log": {"size": 7, "copies": []}, "doors": {}})

    serving(home, act)


def test_an_unknown_skill_is_404_with_the_error_object(home: Path) -> None:
    status, said = answered(home, "GET", "/v1/skills/gamma")
    assert status == 404
    assert said == {
        "code": "unknown_skill",
        "message": "there is no skill `gamma`",
        "hint": "`skillpod list` shows what there is",
        "at": "",
        "skill": "gamma",
        "digest": "",
    }


def test_tools_come_in_the_format_that_was_asked_for(home: Path) -> None:
    status, said = answered(home, "GET", "/v1/tools?format=mcp&offer=stable")
    assert status == 200
    assert {(tool["provider"], tool["offer"]) for tool in said["tools"]} == {("mcp", "stable")}


@pytest.mark.parametrize(
    "target", ["/v1/skills?all=1", "/v1/tools?formt=openai", "/v1/events?x=1", "/v1/stats?x", "/v1/skills/alpha/output?tail=3"]
)
def test_an_unknown_query_parameter_is_refused(home: Path, target: str) -> None:
    status, said = answered(home, "GET", f"{target}=" if "=" not in target else target)
    assert (status, said["code"]) == (400, "command_invalid")


@pytest.mark.parametrize(("method", "target", "status"), [("GET", "/", 404), ("GET", "/v1/nothing", 404), ("DELETE", "/v1/skills", 405)])
def test_what_is_not_a_route_is_answered_with_the_same_error_object(home: Path, method: str, target: str, status: int) -> None:
    got, said = answered(home, method, target)
    assert (got, said["code"]) == (status, "command_invalid")


# --- calling -----------------------------------------------------------------------------------------------------------------------


def test_a_call_gives_value_usage_and_who_answered(home: Path) -> None:
    status, said = answered(home, "POST", "/v1/calls", {"tool": "alpha__echo", "arguments": {"text": "hé\u202e"}})
    assert status == 200
    assert said == {
        "value": {"arguments": {"text": "hé\u202e"}, "session": ""},
        "usage": {"wall": 0.004, "cpu": 0.001, "peak": 2**21},
        "skill": "alpha",
        "generation": 3,
        "digest": DIGEST,
        "is_content": False,
    }
    assert answered(home, "POST", "/v1/calls", {"tool": "alpha__draw"})[1]["is_content"] is True


def test_the_caller_of_a_call_is_passed_on(home: Path) -> None:
    request = {"tool": "alpha__echo", "arguments": {}, "caller": {"session": "s1", "principal": "bot", "tenant": "t"}}
    assert answered(home, "POST", "/v1/calls", request)[1]["value"]["session"] == "s1"


def test_a_call_fixes_its_time_and_its_chance(home: Path) -> None:
    request = {"tool": "alpha__when", "now": "2026-01-01T00:00:00Z", "seed": 7}
    assert answered(home, "POST", "/v1/calls", request)[1]["value"] == {"now": 1_767_225_600.0, "seed": 7}
    assert answered(home, "POST", "/v1/calls", {"tool": "alpha__when"})[1]["value"] == {"now": None, "seed": None}


@pytest.mark.parametrize(("name", "said"), [("now", "noon"), ("now", True), ("seed", "7"), ("seed", -1)])
def test_a_time_or_a_chance_that_is_none_is_placed(home: Path, name: str, said: object) -> None:
    status, answer = answered(home, "POST", "/v1/calls", {"tool": "alpha__when", name: said})
    assert (status, answer["at"]) == (400, name)


def test_a_string_with_half_a_surrogate_pair_comes_through(home: Path) -> None:
    status, said = answered(home, "POST", "/v1/calls", b'{"tool": "alpha__echo", "arguments": {"say": "\\ud800"}}')
    assert (status, said["value"]) == (200, "\ud800")


def test_arguments_that_are_not_an_object_are_refused(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        wrong: list[Any] = [[], "text", 3, None, True]
        for arguments in wrong:
            status, said = await ask(home, "POST", "/v1/calls", {"tool": "alpha__echo", "arguments": arguments})
            assert (status, said["code"], said["at"]) == (422, "arguments_invalid", "arguments")

    serving(home, act)


MALFORMED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"tool": NaN}',
    b'{"tool": "a", "tool": "b"}',
    b'{"tool": 3}',
    b'{"arguments": {}}',
    b'{"tool": "alpha__echo", "argumnts": {}}',
    b'{"tool": "alpha__echo", "caller": "me"}',
    b'{"tool": "alpha__echo", "caller": {"uid": "0"}}',
    b'{"tool": "alpha__echo", "caller": {"session": 3}}',
    b'{"tool": "alpha__echo", "arguments": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    b'{"tool": "alpha__echo", "arguments": {"n": ' + b"9" * 5000 + b"}}",
]


def test_a_body_in_another_shape_is_refused(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        for body in MALFORMED:
            status, said = await ask(home, "POST", "/v1/calls", body)
            assert (status, said["code"]) == (400, "command_invalid"), body[:80]
            assert "Traceback" not in said["message"]

    serving(home, act)


def test_a_body_over_the_limit_is_refused_while_it_is_read(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        reader, writer = await _connect(home)
        writer.write(f"POST /v1/calls HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_LIMIT * 4}\r\n\r\n".encode())
        block = b" " * 2**20
        try:
            for _ in range(BODY_LIMIT // len(block) + 2):
                writer.write(block)
                await writer.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer came before we had said everything: that is the point
        assert b" 400 " in await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()

    serving(home, act)


def test_a_tool_that_raises_is_a_bad_gateway_with_the_skills_own_traceback(home: Path) -> None:
    status, said = answered(home, "POST", "/v1/calls", {"tool": "alpha__fail"})
    assert (status, said["code"], said["exception"]) == (502, "tool_raised", "ValueError")
    assert "skill://" in said["traceback"]


def test_a_call_past_its_deadline_is_a_gateway_timeout(home: Path) -> None:
    assert answered(home, "POST", "/v1/calls", {"tool": "alpha__slow"})[0] == 504


def test_a_bug_of_the_pods_own_is_a_500_and_serving_goes_on(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def act(pod: StandInPod) -> None:
        status, said = await ask(home, "POST", "/v1/calls", {"tool": "alpha__bug"})
        assert (status, said["code"]) == (500, "internal")
        assert "a bug of the pod's own" not in json.dumps(said)
        assert (await ask(home, "GET", "/v1/skills"))[0] == 200

    serving(home, act)


def test_a_caller_that_goes_away_ends_its_call(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def act(pod: StandInPod) -> None:
        _, writer = await _connect(home)
        body = json.dumps({"tool": "alpha__hang"}).encode()
        writer.write(f"POST /v1/calls HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await asyncio.wait_for(pod.hanging.wait(), PATIENCE)
        writer.close()
        await asyncio.wait_for(pod.cancelled.wait(), PATIENCE)

    serving(home, act)
    assert caplog.text == ""  # it is no failure of the pod's


# --- commands ----------------------------------------------------------------------------------------------------------------------


def test_a_command_carries_the_user_at_the_other_end_as_its_actor(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        status, said = await ask(home, "POST", "/v1/commands", {"verb": "mount", "path": "/x/gamma", "config": {"a": 1}})
        assert (status, said["name"]) == (200, "gamma")
        command = pod.commands[0]
        assert command.actor == f"uid:{os.getuid()}"
        assert (command.path, command.config) == ("/x/gamma", {"a": 1})

    serving(home, act)


def test_no_header_names_another_actor(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        reader, writer = await _connect(home)
        body = b'{"verb": "reload", "name": "alpha"}'
        forged = b"X-Forwarded-For: uid:4242\r\nForwarded: for=uid:4242\r\n"
        writer.write(b"POST /v1/commands HTTP/1.1\r\nHost: x\r\n" + forged + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()
        assert pod.commands[0].actor == f"uid:{os.getuid()}"

    serving(home, act)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"verb": "explode"}, "verb"),
        ({"name": "alpha"}, "verb"),
        ({"verb": "mount"}, "path"),
        ({"verb": "mount", "path": "relative/alpha"}, "path"),
        ({"verb": "mount", "path": "/x", "config": [1]}, "config"),
        ({"verb": "mount", "path": "/x", "to": "sha256:1"}, "to"),
        ({"verb": "unmount"}, "name"),
        ({"verb": "unmount", "name": 3}, "name"),
        ({"verb": "rollback", "name": "alpha", "path": "/x"}, "path"),
        ({"verb": "rollback", "name": "alpha", "actor": "root"}, "actor"),
    ],
)
def test_a_command_in_another_shape_is_refused_at_its_key(home: Path, body: dict[str, Any], at: str) -> None:
    async def act(pod: StandInPod) -> None:
        status, said = await ask(home, "POST", "/v1/commands", body)
        assert (status, said["code"], said["at"]) == (400, "command_invalid", at)
        assert pod.commands == []

    serving(home, act)


def test_a_refusal_has_every_reason(home: Path) -> None:
    status, said = answered(home, "POST", "/v1/commands", {"verb": "mount", "path": "/x/denied"})
    assert (status, said["code"]) == (403, "policy_refused")
    assert [reason["message"] for reason in said["reasons"]] == ["one", "two"]


# --- events ------------------------------------------------------------------------------------------------------------------------


async def _subscribe(home: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _connect(home)
    writer.write(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    assert b"application/x-ndjson" in head
    return reader, writer


async def _event(reader: asyncio.StreamReader) -> dict[str, Any]:
    size = int(await asyncio.wait_for(reader.readline(), PATIENCE), 16)
    chunk = await reader.readexactly(size + 2)
    told: dict[str, Any] = json.loads(chunk)
    return told


def test_the_log_s_checkpoint_is_given_byte_for_byte(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        assert await ask_for_text(home, "GET", "/v1/log/checkpoint") == (200, CHECKPOINT.encode())
        assert (await ask(home, "GET", "/v1/log/checkpoint?size=1"))[0] == 400

    serving(home, act)


def test_events_come_as_they_happen_one_line_each(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        reader, writer = await _subscribe(home)
        for generation in (1, 2, 3):
            pod.tell(Kind.SWAPPED, skill="alpha", generation=generation)
            told = await _event(reader)
            assert (told["kind"], told["generation"]) == ("swapped", generation)
        writer.close()

    serving(home, act)


def test_an_event_between_subscribing_and_reading_is_not_lost(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        reader, writer = await _subscribe(home)
        assert pod.listeners == 1  # the subscription stands once the head of the answer is there
        for number in range(50):
            pod.tell(Kind.DRAINED, generation=number)
        assert [(await _event(reader))["generation"] for _ in range(50)] == list(range(50))
        writer.close()

    serving(home, act)


def test_a_listener_that_vanishes_is_cleaned_up(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        streams = [await _subscribe(home) for _ in range(5)]
        assert pod.listeners == 5
        for _, writer in streams:
            writer.close()
        async with asyncio.timeout(PATIENCE):
            while pod.listeners:
                await asyncio.sleep(0)

    serving(home, act)


def test_a_listener_is_sent_home_when_the_socket_closes(home: Path) -> None:
    async def run() -> None:
        pod = StandInPod("alpha")
        async with serve_socket(pod, home):
            reader, writer = await _subscribe(home)
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b"0\r\n\r\n"
        assert pod.listeners == 0
        writer.close()

    asyncio.run(run())


# --- the socket --------------------------------------------------------------------------------------------------------------------


def test_the_socket_is_the_owners_only_and_gone_afterwards(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        made = (home / "pod.sock").stat()
        assert stat.S_ISSOCK(made.st_mode)
        assert stat.S_IMODE(made.st_mode) == 0o600

    serving(home, act)
    assert not (home / "pod.sock").exists()


@pytest.mark.parametrize("leftover", ["socket", "file"])
def test_what_a_killed_pod_left_behind_is_replaced(home: Path, leftover: str) -> None:
    if leftover == "socket":
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(home / "pod.sock"))
    else:
        (home / "pod.sock").write_text("")
    assert answered(home, "GET", "/v1/skills")[0] == 200


def test_a_home_with_a_path_longer_than_a_socket_address_works(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 20) / ("deeper" * 20) / "home"
    home.mkdir(parents=True)
    assert answered(home, "GET", "/v1/skills")[0] == 200
    assert not (home / "pod.sock").exists()


def test_a_home_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    async def run() -> None:
        async with serve_socket(StandInPod(), tmp_path / "nowhere"):
            raise AssertionError("it must not serve")

    with pytest.raises(PathUnusable, match="can't be made"):
        asyncio.run(run())


def test_a_call_in_flight_is_answered_before_the_socket_is_gone(home: Path) -> None:
    async def run() -> None:
        pod = StandInPod("alpha")
        async with serve_socket(pod, home):
            asking = asyncio.create_task(ask(home, "POST", "/v1/calls", {"tool": "alpha__wait"}))
            await asyncio.wait_for(pod.waiting.wait(), PATIENCE)
            asyncio.get_running_loop().call_soon(pod.go_on.set)
        assert (await asking)[0] == 200

    asyncio.run(run())


def test_salts_are_erased_by_what_the_body_selects(home: Path) -> None:
    async def act(pod: StandInPod) -> None:
        body = {"skill": "alpha", "tool": "echo", "actor": "jane", "since": 5, "until": 7.5, "entries": [3, 4], "reason": "old"}
        assert await ask(home, "POST", "/v1/log/erase", body) == (200, {"entry": 12, "salts": 2})
        selection = Selection(skill="alpha", tool="echo", actor="jane", since=5.0, until=7.5, entries=frozenset({3, 4}))
        assert pod.erasures == [(selection, "old")]
        for wrong, at in (
            ({"entries": "3"}, "entries"),
            ({"entries": [True]}, "entries"),
            ({"since": "now"}, "since"),
            ({"reason": "x" * 1001}, "reason"),
            ({"all": True}, "all"),
        ):
            status, told = await ask(home, "POST", "/v1/log/erase", wrong)
            assert (status, told["code"], told["at"]) == (400, "command_invalid", at)
        assert len(pod.erasures) == 1

    serving(home, act)
