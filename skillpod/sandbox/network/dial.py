"""The host's own look-ups and connections: a name is resolved here, under the grant that covers it; only what came of that is dialled."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from time import monotonic

from skillpod.sandbox.asks.asking import Denied
from skillpod.sandbox.network.addresses import IP, literal
from skillpod.sandbox.network.gate import Address, Barred, Gate

Lookup = Callable[[str], Sequence[str]]
"""Addresses of a name, in the order they should be tried. Blocks; raises OSError."""

LOOKUP_SECONDS = 10.0
_LOOKUPS = 8
"""At once, of one generation: each holds a thread for as long as the system's resolver takes, whoever still waits for it."""

_FRESH_SECONDS = 2.0
"""How long an answer is given again: a client that connects anew for each request asks each time."""
_FRESH = 256

_MOST_ADDRESSES = 16

_KEPT_FREE = 4
"""One of so many descriptors that this process may have is not for connections: it goes on when guests hold as many as they can get."""


class Unresolved(Denied):
    """A granted name that leads nowhere now. ``code`` is getaddrinfo's (``socket.EAI_NONAME``)."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def system_lookup(name: str) -> Sequence[str]:
    """getaddrinfo(3), for connections of TCP."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(place[0]) for _, _, _, _, place in found]


class Resolver:
    """Names to addresses, in threads that nobody waits for at the end. One serves a generation."""

    def __init__(self, lookup: Lookup = system_lookup, *, seconds: float = LOOKUP_SECONDS) -> None:
        self._lookup = lookup
        self._seconds = seconds
        self._free = asyncio.Semaphore(_LOOKUPS)
        self._fresh: dict[str, tuple[float, list[IP]]] = {}

    async def resolve(self, gate: Gate, host: str, port: int = 0, *, within: float = LOOKUP_SECONDS) -> tuple[Address, ...]:
        """What may be dialled for a host that the gate covers, at least one; port 0 stands for any. Raises Barred, Unresolved."""
        known = self.known(gate, host, port)
        if known is not None:
            return known
        name = gate.name(host, port)
        found = await self._found(name, min(within, self._seconds))
        if len(self._fresh) >= _FRESH:
            self._fresh.clear()
        self._fresh[name] = (monotonic() + _FRESH_SECONDS, found)
        return self._admitted(gate, name, port, found)

    def known(self, gate: Gate, host: str, port: int) -> tuple[Address, ...] | None:
        """The same, at once, where nobody need be asked; None where someone must be."""
        name = gate.name(host, port)
        own = literal(name)
        if own is not None:
            return self._admitted(gate, name, port, [own])
        until, found = self._fresh.get(name, (0.0, []))
        return self._admitted(gate, name, port, found) if monotonic() < until else None

    def _admitted(self, gate: Gate, name: str, port: int, found: Sequence[IP]) -> tuple[Address, ...]:
        addresses: list[Address] = []
        barred: Barred | None = None
        for ip in found:
            try:
                addresses.append(gate.address(name, ip, port))
            except Barred as refusal:
                barred = barred or refusal
        if not addresses:
            raise barred or Unresolved(f"{name} has no address", socket.EAI_NONAME)
        return tuple(addresses)

    async def _found(self, name: str, within: float) -> list[IP]:
        try:
            async with asyncio.timeout(within):
                await self._free.acquire()
                texts = await self._looked_up(name)
        except TimeoutError:
            raise Unresolved(f"{name} was not resolved in time", socket.EAI_AGAIN) from None
        except socket.gaierror as fault:
            raise Unresolved(f"{name} can't be resolved: {fault.strerror}", int(fault.errno or socket.EAI_FAIL)) from fault
        except (OSError, UnicodeError) as fault:
            raise Unresolved(f"{name} can't be resolved: {fault}", socket.EAI_FAIL) from fault
        unique = dict.fromkeys(ip_address(text.partition("%")[0]) for text in texts)
        return list(unique)[:_MOST_ADDRESSES]

    async def _looked_up(self, name: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()

        def settle(found: Sequence[str] | None, fault: Exception | None) -> None:
            self._free.release()
            if not answer.done():  # who asked may be gone
                answer.set_exception(fault) if fault is not None else answer.set_result(found or ())

        def look() -> None:
            found, fault = None, None
            try:
                found = self._lookup(name)
            except Exception as raised:  # noqa: BLE001  # SAFE: a thread's last line; whatever it was, who asked hears of it
                fault = raised
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, found, fault)

        try:
            threading.Thread(target=look, name="lookup", daemon=True).start()
        except RuntimeError as fault:  # no thread to be had
            settle(None, OSError(str(fault)))
        return await answer


def connect(address: Address) -> socket.socket:
    """A non-blocking socket whose connection is being made: writable once it is there, or has failed (SO_ERROR). Raises OSError, in words
    that name the destination, when it failed at once."""
    family = socket.AF_INET6 if address.ip.version == 6 else socket.AF_INET
    try:
        dialled = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, socket.IPPROTO_TCP)
    except OSError as fault:
        raise _failed(address, fault.errno or errno.EIO) from fault
    try:
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if dialled.fileno() >= most - most // _KEPT_FREE:  # the lowest that is free
            raise _failed(address, errno.EMFILE)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        dialled.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        code = dialled.connect_ex((str(address.ip), address.port))
        if code not in (0, errno.EINPROGRESS):
            raise _failed(address, code)
    except BaseException:
        dialled.close()
        raise
    return dialled


def _failed(address: Address, code: int) -> OSError:
    why = "the pod has too many connections open" if code == errno.EMFILE else os.strerror(code)
    return OSError(code, f"{address.destination}: {why}")
