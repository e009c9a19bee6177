"""The sockets in HOME: who may speak on them, and what becomes of a connection that is taken as they close."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import sys
import warnings
from pathlib import Path

import pytest

from skillpod.model.command import Caller
from skillpod.serve.address import MCP_SOCKET, SOCKET, socket_address
from skillpod.serve.listener import Lines, listen, serve_lines, serve_socket
from tests.support.pod import StandInPod


def test_a_connection_taken_as_the_socket_closes_is_closed_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)

    async def scenario() -> None:
        clients = [socket.socket(socket.AF_UNIX) for _ in range(20)]
        async with serve_socket(StandInPod("alpha"), home):
            await asyncio.sleep(0.05)
            with socket_address(home) as address:
                for client in clients:
                    client.connect(address)
            await asyncio.sleep(0)  # the loop has accepted them and not yet begun to serve them
        for client in clients:
            client.close()

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        asyncio.run(scenario())
        gc.collect()
    assert [str(warning.message) for warning in heard if warning.category is ResourceWarning] == []


STRANGER = """
import os, socket, sys
os.chdir(sys.argv[1])
os.setgroups([])
os.setgid(int(sys.argv[3]))
os.setuid(int(sys.argv[3]))
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[2])
    try:
        connection.sendall(b"GET /v1/stats HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n")
        print(len(connection.recv(100)))
    except ConnectionError:
        print(0)
"""
"""Says how much it was told, as another user."""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("name", [SOCKET, MCP_SOCKET])
def test_another_user_is_not_heard_even_when_somebody_opened_the_socket(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)

    async def told(uid: int) -> bool:
        asking = await asyncio.create_subprocess_exec(
            sys.executable, "-c", STRANGER, str(home), name, str(uid), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asking.communicate()
        return int(said) > 0

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, caller: Caller) -> None:
        await reader.readline()
        writer.write(b"hello\n")
        await writer.drain()

    async def rest() -> None: ...

    async def scenario() -> None:
        lines = serve_lines(Lines(greet, rest=rest), listen(home, MCP_SOCKET), home)
        async with asyncio.timeout(20), serve_socket(StandInPod("alpha"), home), lines:
            home.chmod(0o711)
            (home / name).chmod(0o666)
            assert await told(0)
            assert not await told(65534)

    asyncio.run(scenario())
