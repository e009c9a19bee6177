"""One request to a web server, with an end to every wait: what asking a witness needs of HTTP."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from skillpod.journal.aside import Aside

_LIMIT = 64 * 1024
"""Bytes of an answer; more is cut off."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


async def post(url: str, body: bytes, *, names: Aside) -> Answer:
    """What the server answers. No redirect is followed and no proxy asked; https is verified against the system's authorities.

    ``names`` resolves the host. Ends at once when the waiting task is cancelled. Raises OSError, also for a certificate that does not fit
    and for what is no HTTP.
    """
    import h11  # SAFE: here, so that a log without a witness loads neither it nor TLS

    reader, writer = await _connected(url, names)
    try:
        return await _exchange(h11.Connection(h11.CLIENT), reader, writer, url, body)
    except h11.ProtocolError as fault:
        raise OSError(f"no HTTP: {fault}") from fault
    finally:
        writer.transport.abort()


async def _connected(url: str, names: Aside) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    host, is_secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    options: dict[str, Any] = {}
    if is_secure:
        import ssl  # SAFE: here, as above

        options = {"ssl": ssl.create_default_context(), "server_hostname": host}
    found = await names.do(partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
    fault = OSError(f"{host} has no address")
    for *_, address in found:
        try:
            return await asyncio.open_connection(str(address[0]), port, **options)
        except OSError as refused:
            fault = refused
    raise fault


async def _exchange(connection: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str, body: bytes) -> Answer:
    import h11  # SAFE: as above

    parts = urlsplit(url)
    headers = [("Host", parts.netloc), ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    request = h11.Request(method="POST", target=parts.path or "/", headers=[*headers, ("User-Agent", "skillpod"), ("Connection", "close")])
    for event in (request, h11.Data(data=body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()
    status, said = 0, bytearray()
    while len(said) <= _LIMIT:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_LIMIT))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            said += event.data
        elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
            break
    return Answer(status, bytes(said[:_LIMIT]))
