"""A connection that is taken in the moment the socket closes is closed with it."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings
from pathlib import Path

from skillpod.serve.address import socket_address
from skillpod.serve.listener import serve_socket
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
