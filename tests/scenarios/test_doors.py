"""`skillpod serve` as agents have it: real processes, the SDK's own client over HTTP and stdio, several editors on one HOME."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing, contextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from skillpod.cli.client import find_pod
from skillpod.journal.replay import read
from skillpod.model.entry import Fact
from skillpod.serve.tokens import add_token, mint, remove_token
from tests.scenarios.stage import descendants
from tests.support.skills import drop_skill, saying

SKILLPOD = [sys.executable, "-m", "skillpod"]
PATIENCE = 60.0
ERAS = ("auto", "legacy")
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "an editor", "version": "1"}}

NAPPER = '''\
import time

from skillpod import Context, tool


@tool
def nap(seconds: float, ctx: Context) -> str:
    """Sleep, and say so first."""
    ctx.state["asleep"] = True
    time.sleep(seconds)
    return "rested"


@tool
def asleep(ctx: Context) -> bool:
    """Whether a nap has begun."""
    return ctx.state.get("asleep", False)
'''


def serve(skills: Path, home: Path, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
    command = [*SKILLPOD, "serve", "--skills", str(skills), "--home", str(home), *arguments]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen(command, text=True, **pipes)


def eventually(look: Callable[[], Any], *, patience: float = PATIENCE) -> Any:
    """What ``look`` finds, once it finds something: for what no event tells of."""
    until = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)
    return found


def doors(home: Path) -> dict[str, Any]:
    running = find_pod(home)
    if running is None:
        return {}
    with closing(running):
        found: dict[str, Any] = running.stats()["doors"]
        return found


def in_flight(home: Path) -> int:
    running = find_pod(home)
    assert running is not None
    with closing(running):
        return int(running.stats()["guests"]["busy"])


def finish(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(PATIENCE)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(BrokenPipeError):  # what it was never told
                stream.close()


@contextmanager
def ending(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        finish(process)


@contextmanager
def pod(skills: Path, home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A pod with its doors open, and the URL of its HTTP door."""
    process = serve(skills, home, "--http", "127.0.0.1:0", "--json", *arguments, stdin=subprocess.DEVNULL)
    with ending(process):
        yield process, eventually(lambda: doors(home).get("http"))


class Editor:
    """A client that speaks line by line over a process's stdin and stdout, and sees every byte of them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._number = 0

    def say(self, method: str, params: dict[str, Any]) -> int:
        assert self.process.stdin is not None
        self._number += 1
        message = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return self._number

    def hear(self, number: int) -> Any:
        """The answer to one request; the test's own time limit bounds the wait."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            message = json.loads(line)
            if message.get("id") == number and "method" not in message:
                return message["result"]
        raise AssertionError(f"it ended: {self.process.stderr.read() if self.process.stderr else ''}")

    def ask(self, method: str, params: dict[str, Any] | None = None) -> Any:
        return self.hear(self.say(method, params or {}))

    def greet(self) -> Editor:
        assert self.ask("initialize", HELLO)["serverInfo"]["name"] == "skillpod"
        assert self.process.stdin is not None
        self.process.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        return self

    def until(self, tool: str) -> None:
        """Wait until this tool is listed."""
        eventually(lambda: any(listed["name"] == tool for listed in self.ask("tools/list")["tools"]))

    def call(self, tool: str, **arguments: Any) -> Any:
        return self.ask("tools/call", {"name": tool, "arguments": arguments})["content"][0]["text"]

    def leave(self) -> tuple[int, str]:
        """Close its stdin; how the process ended, and what it wrote to stderr."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.ended()

    def ended(self) -> tuple[int, str]:
        code = self.process.wait(PATIENCE)
        return code, self.process.stderr.read() if self.process.stderr else ""


@pytest.fixture
def editors(skills: Path, home: Path) -> Iterator[Callable[[], Editor]]:
    """Starts ``skillpod serve --stdio`` on one HOME, as each editor of a person does."""
    drop_skill(skills, "demo", handler=saying("one"))
    started: list[subprocess.Popen[str]] = []

    def start() -> Editor:
        started.append(serve(skills, home, "--stdio"))
        return Editor(started[-1])

    yield start
    for process in started:
        finish(process)


async def tools(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools if not tool.name.startswith("skillpod_")]


async def seen(client: Client, name: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while name not in await tools(client):
            await asyncio.sleep(0.02)


# --- HTTP --------------------------------------------------------------------------------------------------------------------------


def test_a_client_of_either_era_sees_a_dropped_skill_over_http_and_calls_it(skills: Path, home: Path) -> None:
    async def scenario(url: str, era: str) -> None:
        async with asyncio.timeout(PATIENCE), Client(url, mode=era) as client:
            name = f"{era}_skill"
            assert f"{name}__answer" not in await tools(client)
            drop_skill(skills, name, handler=saying("one"))
            await seen(client, f"{name}__answer")
            assert (await client.call_tool(f"{name}__answer", {})).structured_content == {"result": "one"}

    with pod(skills, home) as (_, url):
        for era in ERAS:
            asyncio.run(scenario(url, era))


def test_a_token_shows_its_holder_their_skills_and_nobody_else_comes_in(skills: Path, home: Path) -> None:
    home.mkdir(mode=0o700)
    token = mint()
    add_token(home, "ada", ["text_*"], token=token, now=0.0, lasts=inf)
    for name in ("text_one", "other"):
        drop_skill(skills, name, handler=saying(name))

    async def scenario(url: str) -> None:
        async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
            http = await stack.enter_async_context(httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}))
            client = await stack.enter_async_context(Client(streamable_http_client(url, http_client=http)))
            await seen(client, "text_one__answer")
            assert await tools(client) == ["text_one__answer"]
            assert (await client.call_tool("text_one__answer", {})).structured_content == {"result": "text_one"}

    def status(url: str, **headers: str) -> int:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, b"{}", headers), timeout=PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code

    with pod(skills, home) as (_, url):
        asyncio.run(scenario(url))
        assert status(url) == 401
        assert status(url, Authorization=f"Bearer {mint()}") == 401
        assert status(url, Authorization=f"Bearer {token}") not in (401, 403)
        assert status(url, Authorization=f"Bearer {token}", Host="evil.test") == 403
        assert status(url, Authorization=f"Bearer {token}", Origin="http://evil.test") == 403
        remove_token(home, "ada")
        assert status(url, Authorization=f"Bearer {token}") == 401


def test_a_door_to_other_machines_without_a_token_is_refused_before_anything_starts(skills: Path, home: Path) -> None:
    process = serve(skills, home, "--http", "0.0.0.0:0")
    with ending(process):
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert "error[door_unguarded]" in err
    assert "skillpod token new" in err
    assert not home.exists()


def test_a_port_that_another_process_has_is_an_error_when_it_was_asked_for(skills: Path, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        process = serve(skills, home, "--http", f"127.0.0.1:{other.getsockname()[1]}")
        with ending(process):
            _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert "error[address_unusable]" in err


def test_what_one_sees_first_is_how_to_connect(skills: Path, home: Path) -> None:
    process = serve(skills, home, "--http", "127.0.0.1:0", stdin=subprocess.DEVNULL)
    with ending(process):
        assert process.stdout is not None
        line = next(line for line in process.stdout if "claude mcp add" in line)
        url = doors(home)["http"]
        assert f"connect: claude mcp add --transport http skillpod {url}\n" in line
        stamp, level = line.split()[:2]
        assert (stamp[10], stamp[-1], level) == ("T", "Z", "INFO")
        assert f'"url": "{url}"' in next(process.stdout)


def test_a_pod_that_stops_answers_the_calls_in_flight_through_every_door(skills: Path, home: Path) -> None:
    drop_skill(skills, "sleepy", handler=NAPPER)

    async def calling(url: str, process: subprocess.Popen[str], bridge: Editor) -> str:
        async with asyncio.timeout(PATIENCE), Client(url) as client:
            await seen(client, "sleepy__nap")
            over_http = asyncio.create_task(client.call_tool("sleepy__nap", {"seconds": 2.5}))
            while (await client.call_tool("sleepy__asleep", {})).structured_content != {"result": True}:
                await asyncio.sleep(0.02)
            over_stdio = bridge.say("tools/call", {"name": "sleepy__nap", "arguments": {"seconds": 1.5}})
            while await asyncio.to_thread(in_flight, home) < 2:
                await asyncio.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            answer = await asyncio.to_thread(bridge.hear, over_stdio)
            assert answer["content"][0]["text"] == "rested"
            return str((await over_http).structured_content)

    with pod(skills, home) as (process, url):
        bridge = Editor(serve(skills, home, "--stdio"))
        with ending(bridge.process):
            bridge.greet()
            assert asyncio.run(calling(url, process, bridge)) == "{'result': 'rested'}"
            code, err = bridge.ended()
        assert (code, "error[pod_unreachable]: the pod has ended" in err) == (3, True)
        assert process.wait(PATIENCE) == 0
    assert [recorded.entry.fact for recorded in read(home / "journal")][-1] is Fact.POD_STOPPED
    assert not list(home.glob("*.sock"))


OLD_MCP = """
import sys
from skillpod.serve import doors
doors.version = lambda package: "1.30.0"
from skillpod.cli.program import run
sys.exit(run(sys.argv[1:]))
"""


def test_without_the_package_a_pod_runs_without_its_door_and_says_so(skills: Path, home: Path) -> None:
    drop_skill(skills, "demo", handler=saying("one"))
    command = [sys.executable, "-c", OLD_MCP, "serve", "--skills", str(skills), "--home", str(home)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with ending(process):
        assert process.stdout is not None
        line = next(line for line in process.stdout if "no MCP door" in line)
        assert "WARNING" in line
        assert "pip install 'skillpod[mcp]'" in line
        assert next(line for line in process.stdout if "1 skill live" in line)
        assert list(doors(home)) == ["control"]
        editor = serve(skills, home, "--stdio", stdin=subprocess.DEVNULL)
        with ending(editor):
            _, err = editor.communicate(timeout=PATIENCE)
        assert (editor.returncode, "has no MCP door" in err) == (3, True)
    for asked in (["--stdio"], ["--http", "127.0.0.1:0"]):
        told = subprocess.run([*command, *asked], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert (told.returncode, told.stdout, "error[package_missing]" in told.stderr) == (3, "", True)


# --- stdio -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("era", ERAS)
def test_a_client_of_either_era_starts_its_own_pod_over_stdio(skills: Path, home: Path, era: str, tmp_path: Path) -> None:
    arguments = ["-m", "skillpod", "serve", "--stdio", "--skills", str(skills), "--home", str(home)]
    server = StdioServerParameters(command=sys.executable, args=arguments)

    async def scenario(stderr: Any) -> None:
        async with asyncio.timeout(PATIENCE), Client(stdio_client(server, errlog=stderr), mode=era) as client:
            drop_skill(skills, "demo", handler=saying("one"))
            await seen(client, "demo__answer")
            assert (await client.call_tool("demo__answer", {})).structured_content == {"result": "one"}

    with (tmp_path / "stderr").open("w") as stderr:
        asyncio.run(scenario(stderr))
    assert (tmp_path / "stderr").read_text() == ""
    assert not list(home.glob("*.sock"))


def test_the_first_list_over_stdio_has_every_skill_that_is_there(skills: Path, home: Path) -> None:
    for number in range(6):
        drop_skill(skills, f"also_{number}", handler=saying("here"))
    with ending(serve(skills, home, "--stdio")) as process:
        listed = Editor(process).greet().ask("tools/list")["tools"]
    assert {f"also_{number}__answer" for number in range(6)} <= {tool["name"] for tool in listed}


def test_the_second_editor_joins_the_pod_of_the_first_and_is_told_when_it_ends(editors: Callable[[], Editor], home: Path) -> None:
    first = editors().greet()
    second = editors().greet()
    assert (home / "lock").read_text() == f"{first.process.pid}\n"
    for editor in (first, second):
        editor.until("demo__answer")
        assert editor.call("demo__answer") == "one"
    assert "http" not in doors(home)
    assert first.leave() == (0, "")
    code, err = second.ended()
    assert (code, err.splitlines()[0]) == (3, "error[pod_unreachable]: the pod has ended")
    assert all(json.loads(line)["jsonrpc"] == "2.0" for editor in (first, second) for line in editor.lines)


def test_an_editor_that_leaves_a_pod_which_others_use_ends_alone(editors: Callable[[], Editor], home: Path) -> None:
    first = editors().greet()
    second = editors().greet()
    assert second.leave() == (0, "")
    assert first.ask("ping") == {}


def test_of_editors_that_start_at_once_one_is_the_pod_and_all_are_served(editors: Callable[[], Editor], home: Path) -> None:
    together = [editors() for _ in range(3)]
    for editor in together:
        editor.greet()
    owner = int((home / "lock").read_text())
    assert owner in {editor.process.pid for editor in together}
    others = [editor for editor in together if editor.process.pid != owner]
    assert [editor.leave()[0] for editor in others] == [0, 0]


def test_what_a_pod_of_an_editor_has_to_say_goes_to_stderr(editors: Callable[[], Editor], skills: Path) -> None:
    editor = editors().greet()
    drop_skill(skills, "thief", handler="import subprocess\nsubprocess.run(['id'])\n")
    assert editor.process.stderr is not None
    assert " ERROR   refused thief" in editor.process.stderr.readline()
    assert editor.ask("ping") == {}
    assert editor.leave()[0] == 0


def test_a_message_larger_than_every_buffer_goes_through_a_bridge_both_ways(skills: Path, home: Path) -> None:
    drop_skill(skills, "demo")
    with pod(skills, home):
        editor = Editor(serve(skills, home, "--stdio"))
        with ending(editor.process):
            editor.greet()
            editor.until("demo__greet")
            name = "x" * 600_000
            told: list[Any] = []
            hearing = threading.Thread(target=lambda: told.append(editor.call("demo__greet", name=name)))
            hearing.start()
            hearing.join(PATIENCE)
            assert told == [f"hello {name}"]
            assert editor.leave() == (0, "")


def test_a_bridge_starts_without_what_a_pod_needs(skills: Path, home: Path) -> None:
    with pod(skills, home):
        command = [sys.executable, "-X", "importtime", "-m", "skillpod", "serve", "--stdio", "--home", str(home)]
        told = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=True)
        loaded = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if line.startswith("import time:")}
    assert not loaded & {"mcp", "pydantic", "uvicorn", "starlette", "asyncio", "skillpod.manager", "skillpod.cli.running"}


def test_the_sockets_are_their_owners_alone(skills: Path, home: Path) -> None:
    with pod(skills, home):
        for name in ("pod.sock", "mcp.sock"):
            assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(home / name))
        if os.geteuid() != 0:
            pytest.skip("only root can be somebody else")
        for directory in (home, *home.parents):
            if directory != Path("/"):
                directory.chmod(directory.stat().st_mode | 0o055)  # what a careless person might do to all of them
        assert _as_nobody(home / "mcp.sock") == "PermissionError"


def _as_nobody(address: Path) -> str:
    """What another user finds who connects there: a process of its own, forked, for others may not run our interpreter."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgid(65534)
            os.setuid(65534)
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(address))
        except OSError as fault:
            os.write(writing, type(fault).__name__.encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as told:
        return told.read()


def test_nothing_is_left_of_a_pod_whose_editor_was_killed(editors: Callable[[], Editor], home: Path) -> None:
    before = descendants()
    editor = editors().greet()
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    editor.process.wait(PATIENCE)
    assert eventually(lambda: descendants() <= before | {editor.process.pid})
