"""One HTTP request over one connection that the host itself makes, in a thread of its own: blocking inside, ended from outside at any time.

Source: RFC 9110 and 9112, as ``http.client`` has them.
"""

from __future__ import annotations

import errno
import http.client
import os
import select
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from skillpod.model.capability import endpoint
from skillpod.model.reach import Traffic
from skillpod.sandbox.aside import aside
from skillpod.sandbox.network.dial import connect
from skillpod.sandbox.network.gate import Address
from skillpod.sandbox.network.meter import read

_PATIENCE = 3.0
"""Seconds that one of several addresses has to take a connection, before the next is tried."""

_PIECE = 256 * 1024


class RequestFailed(Exception):
    """No answer came, in words: refused, not trusted, no HTTP, too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``target`` is path and query; ``headers`` are beside those that say where it goes and where it ends; ``tls`` is None for plain http.
    At most ``most`` bytes of an answer's body are taken."""

    method: str
    host: str
    port: int
    target: str
    headers: Sequence[tuple[str, str]] = field(repr=False)  # a bound secret is among them
    body: bytes = field(repr=False)
    tls: ssl.SSLContext | None
    most: int

    @property
    def framing(self) -> list[tuple[str, str]]:
        """Where it goes and where it ends (RFC 9112, 3.2 and 6)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == (http.client.HTTP_PORT if self.tls is None else http.client.HTTPS_PORT)
        own = [("Host", host if is_usual else f"{host}:{self.port}"), ("Accept-Encoding", "identity"), ("Connection", "close")]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            own.append(("Content-Length", str(len(self.body))))
        return own


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class HttpExchange:
    """One request, made once. ``traffic`` is what it carried so far, as the kernel counts it."""

    def __init__(self, request: Request, addresses: Sequence[Address]) -> None:
        self._request = request
        self._addresses = addresses
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._carried = Traffic()
        self._is_over = False

    async def make(self) -> Answer:
        """Raises RequestFailed. Cancelled, it closes its connection at once."""
        try:
            return await aside(self._make)
        except OSError as fault:
            raise RequestFailed(f"the host has no thread for it now: {fault}") from fault
        finally:
            self.end()

    def end(self) -> None:
        """Nothing more is sent or received. A second call does nothing."""
        with self._lock:
            self._is_over = True
            if self._socket is not None:
                self._count(self._socket)
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    @property
    def destination(self) -> str:
        return endpoint(self._request.host, self._request.port)

    @property
    def traffic(self) -> Traffic:
        with self._lock:
            if self._socket is not None:
                self._count(self._socket)
            return self._carried

    def _make(self) -> Answer:
        try:
            plain = self._connected()
            try:
                return self._asked(self._wrapped(plain))
            finally:
                self._let_go(plain)
        except ssl.SSLCertVerificationError as fault:
            raise RequestFailed(f"{self._request.host} is not trusted: {fault.verify_message}") from None
        except http.client.HTTPException as fault:
            raise RequestFailed(f"{self._request.host} answered what is no HTTP: {type(fault).__name__}") from None
        except ValueError:  # its words quote a header, which may be a secret
            raise RequestFailed("a header or the address can't be written as HTTP has them") from None
        except OSError as fault:
            raise RequestFailed(f"{self._request.host}: {fault.strerror or type(fault).__name__}") from None

    def _connected(self) -> socket.socket:
        """To the first address that takes it. Raises OSError, of the last."""
        last = OSError("it has no address")
        for number, address in enumerate(self._addresses, 1):
            try:
                dialled = connect(address)
                with self._lock:
                    if self._is_over:
                        dialled.close()
                        raise RequestFailed("it was ended")
                    self._socket = dialled
                    self._carried = Traffic(self._carried.connections + 1)
                self._wait_for(dialled, is_last=number == len(self._addresses))
                return dialled
            except OSError as fault:
                last = fault
                self._let_go(self._socket)
        raise last

    def _wait_for(self, dialled: socket.socket, *, is_last: bool) -> None:
        """For the last address as long as the request may take, for those before it not so long. Raises OSError when none came of it."""
        poll = select.poll()
        poll.register(dialled, select.POLLOUT)
        while not poll.poll(_PATIENCE * 1000):
            if self._is_over or not is_last:
                raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        code = dialled.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        dialled.setblocking(True)

    def _wrapped(self, plain: socket.socket) -> socket.socket:
        """Another descriptor of it: http.client closes its own, and what passed is read after that."""
        tls = self._request.tls
        return plain.dup() if tls is None else tls.wrap_socket(plain.dup(), server_hostname=self._request.host)

    def _asked(self, connected: socket.socket) -> Answer:
        request = self._request
        conversation = http.client.HTTPConnection(request.host, request.port)
        conversation.sock = connected
        try:
            conversation.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in (*request.framing, *request.headers):
                conversation.putheader(name, value)
            conversation.endheaders(request.body or None)
            with conversation.getresponse() as response:
                body = self._body(response)
                return Answer(status=response.status, headers=response.getheaders(), body=body)
        finally:
            conversation.close()

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        most, pieces, size = self._request.most, [], 0
        while piece := response.read(min(_PIECE, most + 1 - size)):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise RequestFailed(f"{self._request.host} answered with more than {most} bytes")
        if response.length:  # http.client takes the end of the stream for the end of the answer
            raise RequestFailed(f"{self._request.host} closed the connection {response.length} bytes before the end of its answer")
        return b"".join(pieces)

    def _let_go(self, one: socket.socket | None) -> None:
        with self._lock:
            if one is None or one is not self._socket:
                return
            self._count(one)
            self._socket = None
            one.close()

    def _count(self, one: socket.socket) -> None:
        with suppress(OSError):
            count = read(one)
            self._carried = Traffic(self._carried.connections, 0, count.sent, count.received)
