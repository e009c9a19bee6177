"""One HTTP request, and the calls that wait to be answered on it."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.types import Message, Receive

from skillpod.model.guest import CallResult

EXCHANGE_KEY = "skillpod.exchange"
"""Where the ASGI scope of a request has its Exchange."""
UNWATCHED = 0.05
"""Seconds a call may take before anyone looks whether its client is still there."""

_ASKS_TO_HEAR = (b"progressToken", b"logLevel")
"""What a request of 2026-07-28 that wants to hear something before its answer has in it."""

Work = asyncio.Task[CallResult]


class Stay:
    """A call in its request's own task: ``end`` ends the call and not the task, which still answers. ``over`` is done when it has ended."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_ended = False

    def end(self) -> None:
        if self._task is not None and not self._is_ended and not self.over.done():
            self._is_ended = True
            self._task.cancel()

    def leave(self) -> bool:
        """The call is over. Whether it was ended here, and by nobody else besides: then the task goes on."""
        if not self.over.done():
            self.over.set_result(None)
        was_ended, self._is_ended = self._is_ended, False
        return was_ended and self._task is not None and not self._task.uncancel()


class Apart:
    """A call in a task of its own."""

    def __init__(self, work: Work) -> None:
        self.over = work

    def end(self) -> None:
        self.over.cancel()


Ongoing = Stay | Apart


class Exchange:
    """When it ends before a call on it does, nobody will hear the answer, and the call is ended."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._peeked: Message | None = None
        self._calls: set[Ongoing] = set()
        self.is_silent = False
        self._soon: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None

    async def look(self, scope: MutableMapping[str, Any]) -> bool:
        """Whether nothing but an answer can be sent on it: then it needs no stream of events, which costs the SDK several tasks, and
        nobody cancels its handler again and again.

        It is so for a request of 2026-07-28, whole in its first message, that asks for no progress and no log. The SDK then leaves it to
        us to see that the client has gone.
        """
        protocol = dict(scope["headers"]).get(MCP_PROTOCOL_VERSION_HEADER.encode(), b"").decode("latin-1")
        if scope["method"] != "POST" or protocol in ("", *HANDSHAKE_PROTOCOL_VERSIONS):
            return False
        self._peeked = await self._receive()
        is_whole = self._peeked["type"] == "http.request" and not self._peeked.get("more_body", False)
        self.is_silent = is_whole and not any(word in self._peeked.get("body", b"") for word in _ASKS_TO_HEAR)
        return self.is_silent

    async def receive(self) -> Message:
        if self._peeked is not None:
            message, self._peeked = self._peeked, None
            return message
        return await self._receive()

    def expect(self, call: Ongoing) -> None:
        """This call is to be answered here, until it is forgotten."""
        self._calls.add(call)
        if self.is_silent:
            self._soon = asyncio.get_running_loop().call_later(UNWATCHED, self._watch)

    def forget(self, call: Ongoing) -> None:
        self._calls.discard(call)

    def _watch(self) -> None:
        self._watching = asyncio.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._end_calls()

    def _end_calls(self) -> None:
        for call in tuple(self._calls):
            call.end()

    def end(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
        if self._watching is not None:
            self._watching.cancel()
        self._end_calls()
