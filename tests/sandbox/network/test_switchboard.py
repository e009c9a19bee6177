"""The host's end of a line whose guest reads nothing, where the kernel lets this user hand over no more descriptors."""

from __future__ import annotations

import array
import asyncio
import json
import os
import resource
import socket
from collections.abc import Callable

from skillpod.model.capability import NetworkAsk
from skillpod.model.manifest import Limits
from skillpod.sandbox.asks.asking import Reached
from skillpod.sandbox.network.dial import Resolver
from skillpod.sandbox.network.gate import Gate
from skillpod.sandbox.network.switchboard import Exchange, Switchboard

_MOST = 64


class _Nobody:
    def was_barred(self, destination: str) -> None: ...

    def line_broke(self, why: str) -> None: ...

    def overran(self, call: Reached | None) -> None: ...


def test_where_no_descriptor_can_be_handed_over_the_guest_is_told() -> None:
    said = json.loads(_as_an_ordinary_user(_asked_with_too_many_on_their_way))
    assert said == {"id": 1, "error": "the host can hand over no connection now", "kind": "failed", "code": 24}


def _asked_with_too_many_on_their_way() -> bytes:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST, _MOST))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))
    try:
        for _ in range(2 * _MOST):
            ours.sendmsg([b"x"], [rights])
    except OSError:
        return asyncio.run(_asked())
    finally:
        theirs.close()
    return b"null"


async def _asked() -> bytes:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    theirs.setblocking(False)
    with socket.create_server(("127.0.0.1", 0)) as server, theirs:
        port = server.getsockname()[1]
        gate = Gate([NetworkAsk("127.0.0.1", (port,), "private")])
        board = Switchboard(ours, Exchange(gate, Resolver()), _Nobody(), Limits())
        theirs.send(json.dumps({"t": "connect", "id": 1, "ip": "127.0.0.1", "port": port}).encode())
        async with asyncio.timeout(5):
            answer = await asyncio.get_running_loop().sock_recv(theirs, 4096)
        board.close()
        return answer


def _as_an_ordinary_user(work: Callable[[], bytes]) -> bytes:
    """What it gives in a process of its own: nothing holds root to this limit."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        try:
            if not os.getuid():
                os.setgroups([])
                os.setresuid(1234, 1234, 1234)
            os.write(into, work())
        finally:
            os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as read:
        said = read.read()
    os.waitpid(child, 0)
    return said
