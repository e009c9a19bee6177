"""A guest that is a socket in the test's hand, and the host's end of it, watched: what goes wrong in the loop, what is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.manifest import Limits
from skillpod.ports import Memory
from skillpod.sandbox.asks.state import StateAsks
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.connection import Connection
from skillpod.sandbox.forked import Exit, Forked
from skillpod.sandbox.output import Output
from tests.support.recollection import Recollection

Frame = dict[str, Any]
KILLED = Exit(-9, 0.0, 1)
GONE_SECONDS = 5.0


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def frame(**fields: Any) -> bytes:
    return framed(json.dumps(fields).encode())


class Puppet(Forked):
    """Killing it makes it exit."""

    __slots__ = ()

    def kill(self) -> None:
        if not self.exited.done():
            self.exited.set_result(KILLED)

    def cpu(self) -> float:
        return 0.0


class Strings:
    """The guest's ends of a puppet: its wire and what it prints."""

    def __init__(self) -> None:
        host, self.wire = socket.socketpair()
        host.setblocking(False)
        output, self.printed = os.pipe()
        os.set_blocking(output, False)
        os.set_blocking(self.printed, False)
        exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self.puppet = Puppet(wire=host, output=output, pidfd=os.open("/dev/null", os.O_RDONLY), exited=exited, process=0)

    def close(self) -> None:
        self.wire.close()
        if self.printed >= 0:
            os.close(self.printed)
            self.printed = -1


class Held(Strings):
    """A puppet and its Connection, with every word of its end: ``ended`` has what ``on_end`` heard."""

    def __init__(self, limits: Limits, memory: Memory) -> None:
        super().__init__()
        self.ended: list[SkillpodError | None] = []
        output = Output()
        broker = Broker([StateAsks(memory, skill="probe", version=1)], output=output)
        self.guest = Connection(self.puppet, limits=limits, broker=broker, output=output)
        self.guest.on_end = lambda _, fault: self.ended.append(fault)


@asynccontextmanager
async def held(limits: Limits, *, memory: Memory | None = None) -> AsyncIterator[Held]:
    """Ready to be called. At the end it is killed, and nothing of it may be left, nothing have been raised into the loop."""
    with quiet(asyncio.get_running_loop()):
        one = Held(limits, memory or Recollection())
        one.guest.serve()
        try:
            yield one
        finally:
            one.guest.kill()
            await asyncio.wait_for(one.guest.gone, GONE_SECONDS)
            await asyncio.sleep(0)
            one.close()
            assert len(one.ended) == 1


@contextmanager
def quiet(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Nothing is raised into the loop, and no descriptor is left open, by what is done here."""
    troubles: list[dict[str, Any]] = []
    before = set(os.listdir("/proc/self/fd"))
    loop.set_exception_handler(lambda _, context: troubles.append(context))
    try:
        yield
    finally:
        loop.set_exception_handler(None)
        assert troubles == []
        left = {_led_to(each) for each in set(os.listdir("/proc/self/fd")) - before}
        assert not any(left), f"left open: {sorted(left)}"


def _led_to(descriptor: str) -> str:
    try:
        return f"{descriptor} -> {os.readlink(f'/proc/self/fd/{descriptor}')}"
    except OSError:  # it is gone: the one by which they were listed, or that of a thread which an earlier test left
        return ""
