"""One JSON-RPC message a line over asyncio streams, as MCP's stdio transport has it.

Source: the specification's Transports, stdio: UTF-8, newline-delimited, no newline within a message. These are streams as the SDK's
dispatchers want them, without its own tasks and queues in between: each of those costs every call a turn of the loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError

LINE_LIMIT = 32 * 1024 * 1024
"""Bytes of one message; a peer that sends more without a newline is not spoken to any longer."""
BACKLOG = 4 * 1024 * 1024
"""Bytes that wait for a peer to read them; with more, nothing further is read from it."""
_CHUNK = 256 * 1024
_FAREWELL = 5.0
"""Seconds for what was sent last, to a peer that may have stopped reading."""


class _Closing:
    async def aclose(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()


class Incoming(_Closing):
    """Messages as they come, until the peer ends; what is no message comes as the fault it is."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._whole: deque[bytes] = deque()
        self._rest = bytearray()
        self._has_ended = False

    async def receive(self) -> SessionMessage | Exception:
        """The next one. Raises anyio.EndOfStream."""
        while not self._whole:
            if self._has_ended:
                raise anyio.EndOfStream
            await self._read()
        return _parsed(self._whole.popleft())

    async def _read(self) -> None:
        # Not readline(): its limit is the reader's, set by whoever made it.
        try:
            if self._writer.transport.get_write_buffer_size() > BACKLOG:
                await self._writer.drain()
            chunk = await self._reader.read(_CHUNK)
        except ConnectionError:
            chunk = b""
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = bytes(self._rest) + whole[0]
            self._rest.clear()
        self._whole += (line for line in whole if line.strip())
        self._rest += rest
        self._has_ended = not chunk or len(self._rest) > LINE_LIMIT

    def __aiter__(self) -> Incoming:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        self._whole.clear()
        self._has_ended = True


class Outgoing(_Closing):
    """Writes each message at once, and waits while the peer has too much to read. A peer that is gone raises BrokenResourceError."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, message: SessionMessage, /) -> None:
        line = message.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
        if self._writer.is_closing():
            raise anyio.BrokenResourceError
        self._writer.write(line)
        try:
            await self._writer.drain()
        except ConnectionError:
            raise anyio.BrokenResourceError from None

    async def aclose(self) -> None:
        """The bytes are the writer's already; whoever made it closes it."""


@asynccontextmanager
async def messages(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """The two ends a conversation is held between. What was sent is on its way when the context ends, as far as the peer still reads."""
    try:
        yield Incoming(reader, writer), Outgoing(writer)
    finally:
        with suppress(ConnectionError), anyio.move_on_after(_FAREWELL):
            await writer.drain()


def _parsed(line: bytes) -> SessionMessage | Exception:
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValidationError as fault:
        return fault
