"""uvicorn as every HTTP door of a pod runs it: in the pod's own loop, told when to end, patient only with those who go on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h11
from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

GRACE = 10
"""Seconds that requests in flight have to finish once a door closes."""
HEAD_WITHIN = 10.0
"""Seconds a client has to send the head of a request, once it is connected or has begun with one."""
HEAD_LIMIT = 32 * 1024
"""Bytes of a request's line and headers."""
IDLE = 75
"""Seconds a connection is kept for the next request: longer than clients keep theirs, so that none is closed under a request."""
CONNECTIONS = 512
"""Connections of one door at once. One more is closed unheard: the pod's descriptors are for its guests and its other doors, too."""

HELD = 64 * 1024
"""Bytes of one turn's writes that are gathered before they go out."""


class Gathering(asyncio.Transport):
    """A transport whose writes of one turn go out as one. uvicorn writes an answer's head and its body apart, and on loopback the second
    system call, and the client that wakes for half an answer, take longer than most of what is done for it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held = bytearray()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._held and data:
            self._loop.call_soon(self.flush)  # for an answer that goes on later: its head is not kept back
        self._held += data
        if len(self._held) > HELD:
            self.flush()  # so that a writer is told when its reader is slow

    def flush(self) -> None:
        """Send what is held, now."""
        if self._held:
            held, self._held = self._held, bytearray()
            self._transport.write(held)

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        self._held.clear()
        self._transport.abort()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


class PatientProtocol(H11Protocol):
    """HTTP/1.1 on CONNECTIONS connections, each with HEAD_WITHIN seconds for a request's head: uvicorn itself would wait for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # SAFE: as uvicorn's own signature
        super().connection_made(transport)
        self._gathering = self.transport = Gathering(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
            return
        self._deadline = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._rest()  # the head is here; a body has a limit of its own
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def on_response_complete(self) -> None:
        self._gathering.flush()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class PodServer(Server):
    """uvicorn inside a loop that is not its own: the signals are the loop's owner's, and it sleeps until it is told to end."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let one that was just taken find its server: closed under it, asyncio would drop it unclosed."""
        for listener in sockets or ():
            asyncio.get_running_loop().remove_reader(listener)
        await asyncio.sleep(0)  # its task begins
        await asyncio.sleep(0)  # its protocol is told
        await super().shutdown(sockets)


def server_of(app: ASGIApp, protocol: type[H11Protocol]) -> PodServer:
    """A server for this application: quiet, without what no client of ours needs."""
    settings: dict[str, Any] = {"ws": "none", "lifespan": "off", "interface": "asgi3", "log_config": None, "log_level": "error"}
    return PodServer(
        Config(
            app,
            http=protocol,
            access_log=False,
            proxy_headers=False,  # SAFE: a header must not name the actor
            server_header=False,
            date_header=False,
            h11_max_incomplete_event_size=HEAD_LIMIT,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=GRACE,
            **settings,
        )
    )
