"""One JSON-RPC message a line over asyncio streams, as MCP's stdio transport has it.

Source: the specification's Transports, stdio: UTF-8, newline-delimited, no newline within a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from pydantic import ValidationError

LINE_LIMIT = 32 * 1024 * 1024
"""Bytes of one message; a peer that sends more without a newline is not spoken to any longer."""
_CHUNK = 256 * 1024
_FAREWELL = 5.0
"""Seconds for what was sent last, to a peer that may have stopped reading."""

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]


@asynccontextmanager
async def messages(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """The two ends an MCP server is run between. The incoming one ends when the peer has ended; what was sent is written before the
    context ends, unless it is cancelled."""
    heard, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, said = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as hearing:
        hearing.start_soon(_hear, reader, heard)
        async with anyio.create_task_group() as saying:
            saying.start_soon(_say, said, writer)
            try:
                yield incoming, outgoing
            finally:
                outgoing.close()
                saying.cancel_scope.deadline = anyio.current_time() + _FAREWELL
        incoming.close()
        hearing.cancel_scope.cancel()


async def _hear(reader: asyncio.StreamReader, heard: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
    with heard:
        try:
            async for line in _lines(reader):
                await heard.send(_parsed(line))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
            return  # we or the peer stopped: both are an end


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    # Not readline(): its limit is the reader's, set by whoever made it.
    pending = bytearray()
    while chunk := await reader.read(_CHUNK):
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = bytes(pending) + whole[0]
            pending.clear()
        for line in whole:
            if line.strip():
                yield line
        pending += rest
        if len(pending) > LINE_LIMIT:
            return


def _parsed(line: bytes) -> SessionMessage | Exception:
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValidationError as fault:
        return fault


async def _say(said: MemoryObjectReceiveStream[SessionMessage], writer: asyncio.StreamWriter) -> None:
    with said:
        async for message in said:
            try:
                writer.write(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
                await writer.drain()
            except ConnectionError:
                return  # the peer is gone: what is sent from now on is dropped by the server
