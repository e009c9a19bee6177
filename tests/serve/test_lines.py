"""Conversations over HOME/mcp.sock, and the bridge that carries a client's bytes to it: against a converser that says every line again."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from skillpod.model.command import OWNER, Caller
from skillpod.serve import bridge, doors, listener
from skillpod.serve.address import MCP_SOCKET
from skillpod.serve.listener import Lines, listen, serve_lines

PATIENCE = 10.0


class Echo:
    """Says every line again until the peer ends; ``stay`` goes on after that, until it is cancelled."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []
        self.cancelled = False
        self.is_resting = asyncio.Event()
        self.may_end = asyncio.Event()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, caller: Caller) -> None:
        self.callers.append(caller)
        stays = False
        while line := await reader.readline():
            stays = stays or line == b"stay\n"
            writer.write(line)
            await writer.drain()
        if stays:
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled = True

    async def rest(self) -> None:
        self.is_resting.set()
        await self.may_end.wait()


@asynccontextmanager
async def standing(home: Path) -> AsyncIterator[tuple[Echo, Lines]]:
    home.mkdir(mode=0o700, parents=True)
    echo = Echo()
    echo.may_end.set()
    lines = Lines(echo.converse, rest=echo.rest)
    async with serve_lines(lines, listen(home, MCP_SOCKET), home), asyncio.timeout(PATIENCE):
        yield echo, lines


async def joined(home: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    connection = bridge.connect(home)
    assert connection is not None
    return await asyncio.open_unix_connection(sock=connection)


def test_who_connects_is_the_owner_and_is_answered_until_they_leave(home: Path) -> None:
    async def scenario() -> None:
        async with standing(home) as (echo, _):
            reader, writer = await joined(home)
            writer.write(b"one\n")
            assert await reader.readline() == b"one\n"
            writer.write_eof()
            assert await reader.read() == b""
            assert echo.callers == [OWNER]
            writer.close()
        assert not (home / MCP_SOCKET).exists()
        assert bridge.connect(home) is None

    asyncio.run(scenario())


def test_a_home_with_a_long_path_has_its_socket_too(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30) / "home"

    async def scenario() -> None:
        async with standing(home):
            reader, writer = await joined(home)
            writer.write(b"one\n")
            assert await reader.readline() == b"one\n"
            writer.close()

    asyncio.run(scenario())


def test_what_was_asked_is_answered_before_conversations_are_ended_and_nothing_new_is_heard(home: Path) -> None:
    async def scenario() -> None:
        async with standing(home) as (echo, lines):
            echo.may_end.clear()
            reader, writer = await joined(home)
            writer.write(b"one\n")
            assert await reader.readline() == b"one\n"
            end = asyncio.create_task(lines.end())
            await echo.is_resting.wait()
            writer.write(b"two\n")
            late, hers = await joined(home)
            assert await late.read() == b""  # who comes now is not served
            assert not reader.at_eof()
            echo.may_end.set()
            await end
            with suppress(ConnectionResetError):  # so the kernel tells that our last words were not read
                assert await reader.read() == b""
            writer.close()
            hers.close()

    asyncio.run(scenario())


def test_a_conversation_that_does_not_end_is_cancelled(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "GRACE", 0.1)

    async def scenario() -> None:
        async with standing(home) as (echo, _):
            reader, writer = await joined(home)
            writer.write(b"stay\n")
            assert await reader.readline() == b"stay\n"
        assert echo.cancelled
        assert await reader.read() == b""
        writer.close()

    asyncio.run(scenario())


# --- the bridge --------------------------------------------------------------------------------------------------------------------


class Ends:
    """A client's pipes, and the pod's end of the socket."""

    def __init__(self) -> None:
        self.source, self.client_says = os.pipe()
        self.client_hears, self.sink = os.pipe()
        self.pod, self.ours = socket.socketpair()
        self.ending: list[bridge.Ending] = []
        self.closed: set[int] = set()
        self._pumping = threading.Thread(target=self._pump)
        self._pumping.start()

    def _pump(self) -> None:
        self.ending.append(bridge.pump(self.ours, source=self.source, sink=self.sink))

    def done(self) -> list[bridge.Ending]:
        self._pumping.join(PATIENCE)
        return self.ending

    def says_no_more(self) -> None:
        os.close(self.client_says)
        self.client_says = -1

    def close(self) -> None:
        if self.client_says >= 0:
            self.says_no_more()
        self.pod.close()
        self._pumping.join(PATIENCE)
        for thread in threading.enumerate():
            if thread.name == "from the client":
                thread.join(PATIENCE)  # it reads by the descriptor's number, which the next test's pipe will have
        self.ours.close()
        for descriptor in {self.source, self.client_hears, self.sink} - self.closed:
            os.close(descriptor)


def test_a_client_that_ends_is_told_the_rest_of_its_answers() -> None:
    ends = Ends()
    os.write(ends.client_says, b"ask\n")
    assert ends.pod.recv(100) == b"ask\n"
    ends.says_no_more()
    assert ends.pod.recv(100) == b""
    ends.pod.sendall(b"answer\n")
    ends.pod.close()
    assert ends.done() == [bridge.Ending.CLIENT]
    assert os.read(ends.client_hears, 100) == b"answer\n"
    ends.close()


def test_a_pod_that_ends_first_is_known_to_have() -> None:
    ends = Ends()
    ends.pod.close()
    assert ends.done() == [bridge.Ending.POD]
    ends.close()


def test_a_client_that_reads_no_more_is_an_end() -> None:
    ends = Ends()
    os.close(ends.client_hears)
    ends.closed.add(ends.client_hears)
    ends.pod.sendall(b"answer\n")
    assert ends.done() == [bridge.Ending.CLIENT]
    ends.close()


def test_the_clients_pipes_stay_as_they_are() -> None:
    ends = Ends()
    os.write(ends.client_says, b"ask\n")
    assert ends.pod.recv(100) == b"ask\n"
    assert os.get_blocking(ends.source)
    assert os.get_blocking(ends.sink)
    ends.close()


def test_what_writes_before_it_reads_does_not_stop_the_bridge() -> None:
    ends = Ends()
    much = b"x" * 4_000_000
    writing = threading.Thread(target=lambda: [os.write(ends.client_says, much[at : at + 4096]) for at in range(0, len(much), 4096)])
    answering = threading.Thread(target=ends.pod.sendall, args=(much,))
    writing.start()
    answering.start()
    received = 0
    while received < len(much):
        received += len(ends.pod.recv(2**16))
    read = 0
    while read < len(much):
        read += len(os.read(ends.client_hears, 2**16))
    writing.join(PATIENCE)
    answering.join(PATIENCE)
    ends.says_no_more()
    assert ends.pod.recv(100) == b""
    ends.pod.close()
    assert ends.done() == [bridge.Ending.CLIENT]
    ends.close()


# --- without the extra ---------------------------------------------------------------------------------------------------------------


def test_a_package_that_is_missing_or_too_old_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    assert doors.mcp_missing() is None
    monkeypatch.setattr(doors, "version", missing)
    found = doors.mcp_missing()
    assert found is not None
    assert "pip install 'skillpod[mcp]'" in found.hint
    monkeypatch.setattr(doors, "version", lambda package: "1.30.0")
    found = doors.mcp_missing()
    assert found is not None
    assert "1.30.0 is installed" in found.message
